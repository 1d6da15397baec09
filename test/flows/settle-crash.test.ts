import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PackageName, Version, VersionRef } from '../../src/model/ids.ts'
import { isFinal } from '../../src/model/version-status.ts'
import { ScriptJudge } from '../../src/node/scripts/judge.ts'
import { createValidate } from '../../src/node/validator/validate.ts'
import { settle } from '../../src/registry/settle.ts'
import { sweep } from '../../src/registry/sweep.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { parseJob } from '../../src/storage/jobs.ts'
import { defaultPolicy } from '../../src/validation/policy.ts'
import { formats, wireStores } from '../../src/wiring.ts'
import { publishRequest } from '../support/actor.ts'
import { dying, everyNthDeath } from '../support/dying.ts'
import { type EdgeInProcess, type Stack, startStack } from '../support/stack.ts'

/**
 * Each flow is killed at each of its requests to storage, before the request and after it, and what is left is finished
 * by the sweeper. A killed process makes no more requests, so that the platform fails all that come after.
 */
let stack: Stack
/** Reads what was published. One for all: what it noted of downloads is written a second later. */
let reader: EdgeInProcess

beforeAll(async () => {
  stack = await startStack({ validator: false, workerd: false, settings: { DECKLE_PUBLISH_WAIT_MS: '0' } })
  reader = stack.edge()
}, 60_000)
afterAll(async () => {
  await reader?.settled()
  await stack?.close()
})

const ref = (name: string): VersionRef => ({ format: 'npm', name: name as PackageName, version: '1.0.0' as Version })

function settleWith(platform: Platform, target: VersionRef, maxAttempts = 10) {
  const stores = wireStores(stack.config, platform)
  const deps = { ...stores, formats, publicUrl: stack.config.publicUrl, platform, maxAttempts }
  return settle(
    {
      ...deps,
      validate: createValidate({ stores, platform, scripts: new ScriptJudge(platform), policy: defaultPolicy }),
    },
    target,
  )
}

/** A validator that dies when the file is in its place, and the version is not accepted yet. */
async function placeAndDie(name: string): Promise<void> {
  const isPlaced = async () => (await stack.stored(`packages/npm/${name}/`)).length > 0
  const platform: Platform = {
    ...webPlatform,
    fetch: async (request) => {
      if (await isPlaced()) throw new TypeError('killed')
      return webPlatform.fetch(request)
    },
  }
  await expect(settleWith(platform, ref(name))).rejects.toThrow()
  expect(await isPlaced()).toBe(true)
}

/** Whether a claim was given up, and its number is not free yet. */
async function isBeingRemoved(name: string): Promise<boolean> {
  const record = await stack.stores.versions.get(ref(name))
  return record?.status === 'failed' && stack.stores.versions.isOpen(record)
}

/** What a healthy validator does an hour later: sweeps, and takes all jobs. */
async function recover(maxAttempts?: number): Promise<void> {
  const later: Platform = { ...webPlatform, now: () => webPlatform.now() + 3_600_000 }
  await sweep({ versions: stack.stores.versions, jobs: stack.stores.jobs, platform: later })
  for (;;) {
    const messages = await stack.stores.sqs.receive('jobs', { max: 10, waitS: 0, visibilityTimeoutS: 30 })
    if (messages.length === 0) return
    for (const message of messages) {
      await settleWith(webPlatform, parseJob(message.body), maxAttempts)
      await stack.stores.sqs.remove('jobs', message.receiptHandle)
    }
  }
}

async function expectInstallable(name: string): Promise<void> {
  const record = await stack.stores.versions.get(ref(name))
  expect(record?.status).toBe('published')
  const ana = await stack.as('ana')
  const headers = { authorization: `Bearer ${ana.token}` }
  const packument = await reader.fetch(new Request(`${stack.url}/${name}`, { headers }))
  expect(Object.keys(((await packument.json()) as { versions: object }).versions)).toEqual(['1.0.0'])
  const link = await reader.fetch(new Request(`${stack.url}/${name}/-/${name}-1.0.0.tgz`, { headers }))
  expect((await fetch(link.headers.get('location') ?? '')).status).toBe(200)
}

describe('killed after each write', () => {
  test('the validator: the sweeper finishes the version', async () => {
    const ana = await stack.as('ana')
    for (let at = 1, done = false; !done; at += everyNthDeath) {
      const name = `settle-${at}`
      const edge = stack.edge()
      await edge.fetch(authorised(name, ana.token))
      const platform = dying(at)
      done = await settleWith(platform, ref(name)).then(
        () => platform.writes() < at,
        () => false,
      )
      await recover()
      await expectInstallable(name)
      expect(await stack.stored(`packages/npm/${name}/`)).toHaveLength(1)
      expect(at).toBeLessThan(60)
    }
    expect(await stack.stores.versions.due('9999', 10)).toEqual([])
  }, 120_000)

  test('a claim that is given up: the file that an attempt had put into place is removed', async () => {
    const ana = await stack.as('ana')
    let heldBack = 0
    for (let at = 1, done = false; !done; at += 1) {
      const name = `given-up-${at}`
      await stack.edge().fetch(authorised(name, ana.token))
      await placeAndDie(name)
      const platform = dying(at)
      done = await settleWith(platform, ref(name), 1).then(
        () => platform.writes() < at,
        () => false,
      )
      if (await isBeingRemoved(name)) {
        heldBack += 1
        expect((await stack.edge().fetch(authorised(name, ana.token))).status).toBe(503)
      }
      await recover(1)
      expect(await stack.stores.versions.get(ref(name))).toMatchObject({
        status: 'failed',
        reasons: [{ code: 'validation_gave_up' }],
      })
      expect(await stack.stored(`packages/npm/${name}/`)).toEqual([])
      expect((await stack.edge().fetch(authorised(name, ana.token))).status).toBe(202)
      await recover()
      await expectInstallable(name)
      expect(at).toBeLessThan(60)
    }
    expect(heldBack).toBeGreaterThan(0)
    expect(await stack.stores.versions.due('9999', 10)).toEqual([])
  }, 120_000)

  test('the edge: the claim is finished, or there is none and the client tries again', async () => {
    const ana = await stack.as('ana')
    for (let at = 1, done = false; !done; at += everyNthDeath) {
      const name = `publish-${at}`
      const platform = dying(at)
      const edge = stack.edge(platform)
      const answer = await edge.fetch(authorised(name, ana.token))
      done = answer.ok && platform.writes() < at
      expect(answer.ok || answer.status >= 500).toBe(true)
      await recover()
      const record = await stack.stores.versions.get(ref(name))
      expect(record === undefined || isFinal(record.status)).toBe(true)
      if (answer.ok) expect(record?.status).toBe('published')
      const again = await stack.edge().fetch(authorised(name, ana.token))
      expect(again.ok).toBe(true)
      await recover()
      await expectInstallable(name)
      expect(at).toBeLessThan(60)
    }
  }, 120_000)
})

function authorised(name: string, token: string | undefined): Request {
  const request = publishRequest(name, '1.0.0')
  return new Request(`${stack.url}/${name}`, {
    ...request,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  })
}
