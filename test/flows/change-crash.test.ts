import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PackageName, PackageRef, Version } from '../../src/model/ids.ts'
import { ScriptJudge } from '../../src/node/scripts/judge.ts'
import { createValidate } from '../../src/node/validator/validate.ts'
import { rebuild } from '../../src/registry/rebuild.ts'
import { settle } from '../../src/registry/settle.ts'
import { sweep } from '../../src/registry/sweep.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { parseJob } from '../../src/storage/jobs.ts'
import { defaultPolicy } from '../../src/validation/policy.ts'
import { formats, type Registry, wireStores } from '../../src/wiring.ts'
import { publishRequest } from '../support/actor.ts'
import { useCases } from '../support/company.ts'
import { dying } from '../support/dying.ts'
import { type EdgeInProcess, type Stack, startStack } from '../support/stack.ts'

/** Changes of a published package, killed after each write to storage; the sweeper or the client's retry ends them. */
let stack: Stack
let token: string | undefined

beforeAll(async () => {
  stack = await startStack({ validator: false, workerd: false, settings: { DECKLE_PUBLISH_WAIT_MS: '0' } })
  token = (await stack.as('ana')).token
}, 60_000)
afterAll(() => stack?.close())

const ref = (name: string): PackageRef => ({ format: 'npm', name: name as PackageName })
const deps = () => ({ ...stack.stores, formats, publicUrl: stack.config.publicUrl, platform: webPlatform })

function settleOn(platform: Platform, target: ReturnType<typeof parseJob>) {
  const stores = wireStores(stack.config, platform)
  const validate = createValidate({ stores, platform, scripts: new ScriptJudge(platform), policy: defaultPolicy })
  return settle({ ...deps(), ...stores, platform, validate, maxAttempts: 10 }, target)
}

async function takeJobs(): Promise<void> {
  for (;;) {
    const messages = await stack.stores.sqs.receive('jobs', { max: 10, waitS: 0, visibilityTimeoutS: 30 })
    if (messages.length === 0) return
    for (const message of messages) {
      await settleOn(webPlatform, parseJob(message.body))
      await stack.stores.sqs.remove('jobs', message.receiptHandle)
    }
  }
}

/** What a healthy validator does an hour later. */
async function recover(): Promise<void> {
  const later: Platform = { ...webPlatform, now: () => webPlatform.now() + 3_600_000 }
  await sweep({ versions: stack.stores.versions, jobs: stack.stores.jobs, platform: later })
  await takeJobs()
  expect(await stack.stores.versions.due('9999', 10)).toEqual([])
}

function call(edge: EdgeInProcess, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  return edge.fetch(new Request(`${stack.url}/${path}`, { ...init, headers }))
}

async function published(name: string, versions: readonly string[]): Promise<any> {
  for (const version of versions) {
    await call(stack.edge(), name, publishRequest(name, version))
    await takeJobs()
  }
  return read(name)
}

async function read(name: string): Promise<any> {
  return (await call(stack.edge(), `${name}?write=true`)).json()
}

async function statusOf(name: string, version: string): Promise<string | undefined> {
  return (await stack.stores.versions.get({ ...ref(name), version: version as Version }))?.status
}

/** The list, the tags, the head and a download say what the item of 1.1.0 says, and its bytes are there. */
async function expectAgreement(name: string): Promise<void> {
  const isBlocked = (await statusOf(name, '1.1.0')) === 'blocked'
  const after = await read(name)
  expect(Object.keys(after.versions)).toEqual(isBlocked ? ['1.0.0'] : ['1.0.0', '1.1.0'])
  if (isBlocked) expect(after['dist-tags'].latest).toBe('1.0.0')
  const download = await call(stack.edge(), `${name}/-/${name}-1.1.0.tgz`)
  expect(download.status).toBe(isBlocked ? 403 : 302)
  expect(await stack.stored(`packages/npm/${name}/`)).toHaveLength(2)
  expect((await rebuild(deps(), ref(name))).outcome).toBe('unchanged')
}

describe('killed after each write', () => {
  test('deprecate: what the items say is what clients read', async () => {
    const name = 'deprecate'
    await published(name, ['1.0.0', '1.1.0'])
    for (let at = 1, done = false; !done; at += 1) {
      const packument = await read(name)
      const reason = `old, as of try ${at}`
      for (const version of ['1.0.0', '1.1.0']) packument.versions[version].deprecated = reason
      const platform = dying(at)
      const answer = await call(stack.edge(platform), name, { method: 'PUT', body: JSON.stringify(packument) })
      done = answer.ok && platform.writes() < at
      expect(answer.ok || answer.status >= 500).toBe(true)
      await recover()
      const after = await read(name)
      for (const version of ['1.0.0', '1.1.0']) {
        const record = await stack.stores.versions.get({ ...ref(name), version: version as Version })
        expect(after.versions[version].deprecated).toBe(record?.deprecated)
        if (answer.ok) expect(record?.deprecated).toBe(reason)
      }
      expect((await rebuild(deps(), ref(name))).outcome).toBe('unchanged')
      expect(await statusOf(name, '1.0.0')).toBe('published')
      expect(at).toBeLessThan(60)
    }
  }, 180_000)

  test('unpublish: a version is there wholly or gone wholly, and a second try ends it', async () => {
    for (let at = 1, done = false; !done; at += 1) {
      const name = `unpublish-${at}`
      const { _rev } = await published(name, ['1.0.0', '1.1.0'])
      const kept = JSON.stringify({ versions: { '1.0.0': {} } })
      const platform = dying(at)
      const answer = await call(stack.edge(platform), `${name}/-rev/${_rev}`, { method: 'PUT', body: kept })
      done = answer.ok && platform.writes() < at
      expect(answer.ok || answer.status >= 500).toBe(true)
      await recover()
      const isGone = (await statusOf(name, '1.1.0')) === 'unpublished'
      if (answer.ok) expect(isGone).toBe(true)
      const after = await read(name)
      expect(Object.keys(after.versions)).toEqual(isGone ? ['1.0.0'] : ['1.0.0', '1.1.0'])
      expect(after['dist-tags'].latest).toBe(isGone ? '1.0.0' : '1.1.0')
      expect(await stack.stored(`packages/npm/${name}/`)).toHaveLength(isGone ? 1 : 2)
      expect((await rebuild(deps(), ref(name))).outcome).toBe('unchanged')
      const all = await call(stack.edge(), `${name}/-rev/${after._rev}`, { method: 'DELETE' })
      expect(all.status).toBe(200)
      await recover()
      expect((await call(stack.edge(), name)).status).toBe(404)
      expect(await stack.stored(`packages/npm/${name}/`)).toEqual([])
      expect(at).toBeLessThan(60)
    }
  }, 180_000)

  test('block and unblock: what the item says is what clients read', async () => {
    const name = 'block'
    await published(name, ['1.0.0', '1.1.0'])
    const target = { ...ref(name), version: '1.1.0' as Version }
    const admin = await useCases(stack).as('admin')
    for (let at = 1, done = false; !done; at += 1) {
      const killed = [
        (registry: Registry) => registry.blockVersion(admin, target, 'malware'),
        (registry: Registry) => registry.unblockVersion(admin, target),
      ]
      done = true
      for (const change of killed) {
        const platform = dying(at)
        const isOk = await change(useCases(stack, platform).registry).then(
          () => true,
          () => false,
        )
        done &&= isOk && platform.writes() < at
        await recover()
        await expectAgreement(name)
        await change(useCases(stack).registry)
        await expectAgreement(name)
      }
      expect(await statusOf(name, '1.1.0')).toBe('published')
      expect(at).toBeLessThan(60)
    }
  }, 180_000)

  test('the validator that removes: the sweeper finishes it', async () => {
    for (let at = 1, done = false; !done; at += 1) {
      const name = `remove-${at}`
      const { _rev } = await published(name, ['1.0.0'])
      // The edge dies as soon as the tombstone stands, so that all that follows is the validator's
      const edge = stack.edge(dying(2))
      await call(edge, `${name}/-rev/${_rev}`, { method: 'DELETE' })
      expect(await statusOf(name, '1.0.0')).toBe('unpublished')
      const platform = dying(at)
      const target = { ...ref(name), version: '1.0.0' as Version }
      done = await settleOn(platform, target).then(
        () => platform.writes() < at,
        () => false,
      )
      await recover()
      expect(await statusOf(name, '1.0.0')).toBe('unpublished')
      expect(await stack.stored(`packages/npm/${name}/`)).toEqual([])
      expect((await call(stack.edge(), name)).status).toBe(404)
      expect(at).toBeLessThan(60)
    }
  }, 180_000)
})

test('a deprecation that was cut off can be taken back before the sweeper lists it', async () => {
  const name = 'taken-back'
  const packument = await published(name, ['1.0.0', '1.1.0'])
  // As far as it came: the item is written, and clients do not see it yet
  await stack.stores.versions.deprecate({ ...ref(name), version: '1.0.0' as Version }, 'old')
  const answer = await call(stack.edge(), name, { method: 'PUT', body: JSON.stringify(packument) })
  expect(answer.status).toBe(200)
  await recover()
  expect((await read(name)).versions['1.0.0'].deprecated).toBeUndefined()
  expect((await rebuild(deps(), ref(name))).outcome).toBe('unchanged')
})
