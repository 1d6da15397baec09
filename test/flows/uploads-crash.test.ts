import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PackageName } from '../../src/model/ids.ts'
import { ScriptJudge } from '../../src/node/scripts/judge.ts'
import { createValidate } from '../../src/node/validator/validate.ts'
import { settle, type Validate } from '../../src/registry/settle.ts'
import { sweep } from '../../src/registry/sweep.ts'
import { sweepUploads } from '../../src/registry/uploads/end-upload.ts'
import { judgeDryRun } from '../../src/registry/uploads/judge-dry-run.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { parseJob } from '../../src/storage/jobs.ts'
import { defaultPolicy } from '../../src/validation/policy.ts'
import { formats, wireStores } from '../../src/wiring.ts'
import { dying, everyNthDeath } from '../support/dying.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { type Sent, Uploader } from '../support/uploader.ts'

/** A session is killed at each of its writes, by the edge and by the validator; the next try, or the sweepers, finish it. */
let stack: Stack
let token: string

beforeAll(async () => {
  stack = await startStack({ validator: false, workerd: false, settings: { DECKLE_PUBLISH_WAIT_MS: '0' } })
  token = (await stack.as('ana')).token ?? ''
}, 60_000)
afterAll(() => stack?.close())

const content = new TextEncoder().encode('what survives')
const sent = (name: string): Sent => ({ package: name, version: '1.0.0', filename: 'a.bin', content })

/** Somebody at an edge that may die. */
function sender(platform?: Platform): Uploader {
  const edge = stack.edge(platform)
  return new Uploader({
    fetch: (path, init = {}) =>
      edge.fetch(
        new Request(`${stack.url}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }),
      ),
  })
}

async function takeJobs(platform: Platform): Promise<void> {
  const stores = wireStores(stack.config, platform)
  const validate = createValidate({ stores, platform, scripts: new ScriptJudge(platform), policy: defaultPolicy })
  const deps = { ...stores, formats, publicUrl: stack.config.publicUrl, platform, maxAttempts: 10, validate }
  for (;;) {
    const messages = await stack.stores.sqs.receive('jobs', { max: 10, waitS: 0, visibilityTimeoutS: 30 })
    if (messages.length === 0) return
    for (const message of messages) {
      await stack.stores.sqs.remove('jobs', message.receiptHandle)
      const job = parseJob(message.body)
      await (job.dryRun === undefined ? settle(deps, job) : judgeDryRun(deps, job.dryRun))
    }
  }
}

/** What healthy sweepers and validators do some time later. */
async function recover(hours = 1): Promise<void> {
  const platform: Platform = { ...webPlatform, now: () => webPlatform.now() + hours * 3_600_000 }
  await sweep({ ...stack.stores, platform })
  await sweepUploads({ ...stack.stores, platform })
  await takeJobs(webPlatform)
  await sweepUploads({ ...stack.stores, platform })
}

async function expectPublished(name: string, id: string): Promise<void> {
  expect(await sender().read(id)).toMatchObject({ state: 'published' })
  expect(await stack.stored(`packages/generic/${name}/`)).toEqual(['1.0.0/a.bin'])
  expect(await stack.stored(`uploads/${id}/`)).toEqual([])
}

test('the edge, opening and completing: the next try finishes it', async () => {
  for (let at = 1, done = false; !done; at += everyNthDeath) {
    const name = `edge-${at}`
    const platform = dying(at)
    const mortal = sender(platform)
    const opened = await mortal.open(sent(name))
    const upload = (await (opened.ok ? opened : await sender().open(sent(name))).json()) as Record<string, any>
    await sender().send(upload, content)
    const completed = await mortal.complete(upload['id'])
    done = completed.ok && platform.writes() < at
    expect((await sender().complete(upload['id'])).status).toBe(202)
    await recover()
    await expectPublished(name, upload['id'])
    expect((await sender().complete(upload['id'])).status).toBe(200)
    expect(at).toBeLessThan(40)
  }
  await recover(25)
  expect(await stack.stores.uploads.due('9999', 10)).toEqual([])
}, 120_000)

test('the edge, completing, and nobody tries again: what was claimed is published, all else is freed', async () => {
  for (let at = 1, done = false; !done; at += everyNthDeath) {
    const name = `alone-${at}`
    const upload = (await (await sender().open(sent(name))).json()) as Record<string, any>
    await sender().send(upload, content)
    const platform = dying(at)
    done = (await sender(platform).complete(upload['id'])).ok && platform.writes() < at
    await recover(25)
    const { state } = await sender().read(upload['id'])
    if (state === 'published') await expectPublished(name, upload['id'])
    else expect([state, await stack.stored(`uploads/${upload['id']}/`)]).toEqual(['expired', []])
    expect(at).toBeLessThan(40)
  }
  expect(await stack.stores.uploads.due('9999', 10)).toEqual([])
}, 120_000)

test('the validator: what it found is not looked for again, and the file is published', async () => {
  let resumed = 0
  for (let at = 1, done = false; !done; at += everyNthDeath) {
    const name = `settle-${at}`
    const upload = (await (await sender().open(sent(name))).json()) as Record<string, any>
    await sender().send(upload, content)
    await sender().complete(upload['id'])
    const platform = dying(at)
    done = await takeJobs(platform).then(
      () => platform.writes() < at,
      () => false,
    )
    const hadVerdict = (await stack.stored(`manifests/generic/${name}/`)).length > 0
    if (hadVerdict && !done) resumed += 1
    await recover()
    await expectPublished(name, upload['id'])
    expect(at).toBeLessThan(60)
  }
  expect(resumed).toBeGreaterThan(0)
  expect(await stack.stores.versions.due('9999', 10)).toEqual([])
}, 120_000)

test('asking for the answer again begins no validation that is under way', async () => {
  const deadly: Validate = () => Promise.reject(new Error('the process dies here'))
  const deps = { ...stack.stores, formats, publicUrl: stack.url, platform: webPlatform, maxAttempts: 10 }
  for (const [name, more] of Object.entries({ published: {}, tried: { dryRun: true } })) {
    const upload = (await (await sender().open({ ...sent(`asked-${name}`), more })).json()) as Record<string, any>
    await sender().send(upload, content)
    await sender().complete(upload['id'])
    const [message] = await stack.stores.sqs.receive('jobs', { max: 10, waitS: 0 })
    const job = parseJob(message?.body ?? '')
    const begun = { ...deps, validate: deadly }
    await expect(job.dryRun ? judgeDryRun(begun, job.dryRun) : settle(begun, job)).rejects.toThrow('dies here')
    await stack.stores.sqs.remove('jobs', message?.receiptHandle ?? '')
    expect((await sender().complete(upload['id'])).status).toBe(202)
    expect(await stack.stores.sqs.receive('jobs', { max: 10, waitS: 0 })).toEqual([])
    await recover()
    expect(['valid', 'published']).toContain((await sender().read(upload['id']))['state'])
  }
})

describe('a dry run', () => {
  const tried = (name: string): Sent => ({ ...sent(name), more: { dryRun: true } })

  async function sentDryRun(name: string): Promise<Record<string, any>> {
    const upload = (await (await sender().open(tried(name))).json()) as Record<string, any>
    await sender().send(upload, content)
    return upload
  }

  async function expectGone(name: string, id: string): Promise<void> {
    expect(await stack.stored(`uploads/${id}/`)).toEqual([])
    expect(await stack.stored(`packages/generic/${name}/`)).toEqual([])
    expect(await stack.stores.heads.get({ format: 'generic', name: name as PackageName })).toBeUndefined()
    expect(await stack.stores.uploads.due('9999', 10)).toEqual([])
  }

  test('whose edge dies is decided by the next try, or by the sweeper once it is submitted', async () => {
    for (let at = 1, done = false; !done; at += everyNthDeath) {
      const [again, alone] = [await sentDryRun(`try-${at}`), await sentDryRun(`try-alone-${at}`)]
      const platform = dying(at)
      done = (await sender(platform).complete(again['id'])).ok && platform.writes() < at
      await sender(dying(at)).complete(alone['id'])
      expect((await sender().complete(again['id'])).status).toBe(202)
      await recover(25)
      expect(await sender().read(again['id'])).toMatchObject({ state: 'valid' })
      expect((await sender().complete(again['id'])).status).toBe(200)
      expect(['valid', 'expired']).toContain((await sender().read(alone['id']))['state'])
      for (const { id, package: name } of [again, alone]) await expectGone(name, id)
      expect(at).toBeLessThan(20)
    }
  }, 60_000)

  test('whose validator dies is decided by the next one', async () => {
    for (let at = 1, done = false; !done; at += everyNthDeath) {
      const upload = await sentDryRun(`judge-${at}`)
      await sender().complete(upload['id'])
      const platform = dying(at)
      done = await takeJobs(platform).then(
        () => platform.writes() < at,
        () => false,
      )
      await recover()
      expect(await sender().read(upload['id'])).toMatchObject({ state: 'valid' })
      expect((await stack.stored('dry-runs/')).includes(`${upload['id']}.json`)).toBe(true)
      await expectGone(upload['package'], upload['id'])
      expect(at).toBeLessThan(20)
    }
  }, 60_000)

  test('that kills each validator fails in the end; one that is given up meanwhile is left alone', async () => {
    const deadly: Validate = async (_, trial) => {
      await trial?.heartbeat({ checkedBytes: 5 })
      throw new Error('the process dies here')
    }
    const deps = { ...stack.stores, platform: webPlatform, maxAttempts: 2, validate: deadly }
    const [poison, aborted] = [await sentDryRun('poison'), await sentDryRun('aborted')]
    for (const { id } of [poison, aborted]) await sender().complete(id)
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await expect(judgeDryRun(deps, poison['id'])).rejects.toThrow('dies here')
    }
    const validation = { checkedBytes: 5, totalBytes: content.byteLength }
    expect(await sender().read(poison['id'])).toMatchObject({ state: 'validating', validation })
    expect(await judgeDryRun(deps, poison['id'])).toBe('settled')
    const given = await sender().read(poison['id'])
    expect(given).toMatchObject({ state: 'failed', reasons: [{ code: 'validation_gave_up' }] })

    const slow: Validate = async ({ uploadId }) => {
      const upload = await stack.stores.uploads.get(uploadId)
      if (upload !== undefined) await stack.stores.uploads.close(upload, 'aborted', Date.now())
      return { verdict: 'rejected', reasons: [] }
    }
    expect(await judgeDryRun({ ...deps, validate: slow }, aborted['id'])).toBe('settled')
    expect(await sender().read(aborted['id'])).toMatchObject({ state: 'aborted' })
    for (const { id, package: name } of [poison, aborted]) await expectGone(name, id)
    await takeJobs(webPlatform) // those of before find nothing to do
  })
})
