import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { PackageName, Version, VersionRef } from '../../src/model/ids.ts'
import { ScriptJudge } from '../../src/node/scripts/judge.ts'
import { createValidate } from '../../src/node/validator/validate.ts'
import { settle } from '../../src/registry/settle.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { StorageError } from '../../src/storage/aws.ts'
import { defaultPolicy } from '../../src/validation/policy.ts'
import { formats, wireStores } from '../../src/wiring.ts'
import { publishRequest } from '../support/actor.ts'
import { type Fault, type FaultProxy, faults, startFaultProxy } from '../support/fault-proxy.ts'
import { type Stack, startStack } from '../support/stack.ts'

/**
 * The validator's work, with every fault of what it reads and writes. A job ends in the state that it should, or fails
 * as an outage does, so that the queue gives it out again; it never ends in a verdict that the fault made.
 */
let stack: Stack
let token: string | undefined
const proxies = new Map<string, FaultProxy>()
const services = ['s3', 'dynamodb'] as const
/** Waits between two tries are short here; and time-outs, where the fault is an answer that never comes. */
const swift = (timeoutsBy: number): Platform => ({
  ...webPlatform,
  sleep: (ms, signal) => webPlatform.sleep(ms / (ms < 1_000 ? 5 : timeoutsBy), signal),
})

beforeAll(async () => {
  // Each injected outage is logged, with its stack: that is thousands of lines to nobody
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
  stack = await startStack({
    validator: false,
    workerd: false,
    settings: { DECKLE_PUBLISH_WAIT_MS: '0' },
    between: async (service, url) => {
      const proxy = await startFaultProxy(service, url)
      proxies.set(service, proxy)
      return proxy.url
    },
  })
  token = (await stack.as('ana')).token
}, 60_000)
afterAll(async () => {
  await stack?.close()
  await Promise.all([...proxies.values()].map((proxy) => proxy.close()))
  vi.restoreAllMocks()
})

const ref = (name: string): VersionRef => ({ format: 'npm', name: name as PackageName, version: '1.0.0' as Version })

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const edge = stack.edge()
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const answer = await edge.fetch(new Request(`${stack.url}/${path}`, { ...init, headers }))
  await edge.settled()
  return answer
}

function settleOn(platform: Platform, name: string) {
  const stores = wireStores(stack.config, platform)
  const deps = { ...stores, formats, publicUrl: stack.config.publicUrl, platform, maxAttempts: 10 }
  return settle(
    {
      ...deps,
      validate: createValidate({ stores, platform, scripts: new ScriptJudge(platform), policy: defaultPolicy }),
    },
    ref(name),
  )
}

/** Settles with the fault in every second request, or in all; and once more when it is over. */
async function settleUnder(service: string, fault: Fault, every: number, name: string): Promise<void> {
  const proxy = proxies.get(service)
  let seen = 0
  if (proxy !== undefined) proxy.plan = () => (++seen % every === 0 ? fault : undefined)
  try {
    await settleOn(swift(fault === 'hang' ? 50 : 1), name)
  } catch (error) {
    expect(error).toBeInstanceOf(StorageError)
  } finally {
    if (proxy !== undefined) proxy.plan = () => undefined
  }
  await settleOn(webPlatform, name)
}

describe.each(services)('with faults of %s', (service) => {
  describe.each(faults)('%s', (fault) => {
    test.each([
      ['now and then', 2],
      ['always', 1],
    ])('%s: a version is published, and removed when it is unpublished', async (_, every) => {
      const name = `${service}-${fault}-${every}`
      expect((await call(name, publishRequest(name, '1.0.0'))).status).toBe(202)
      await settleUnder(service, fault, every, name)
      expect(await stack.stores.versions.get(ref(name))).toMatchObject({ status: 'published' })
      expect(await stack.stored(`packages/npm/${name}/`)).toHaveLength(1)
      const { _rev } = (await (await call(`${name}?write=true`)).json()) as { _rev: string }
      expect((await call(`${name}/-rev/${_rev}`, { method: 'DELETE' })).status).toBe(200)
      await settleUnder(service, fault, every, name)
      expect(await stack.stored(`packages/npm/${name}/`)).toEqual([])
      expect(await stack.stores.versions.due('9999', 10)).toEqual([])
    })
  })
})
