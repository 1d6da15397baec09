import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { PackageName, Version } from '../../src/model/ids.ts'
import { isFinal } from '../../src/model/version-status.ts'
import { type Fault, type FaultProxy, faults, startFaultProxy } from '../support/fault-proxy.ts'
import { expectProblem } from '../support/problems.ts'
import { type Stack, startStack } from '../support/stack.ts'

/**
 * Proxies between the real edge (workerd), the validator, and each storage server. Every flow under every fault must
 * end in a true answer: what was said to be published is, byte for byte, and nothing else is said.
 */
let stack: Stack
const proxies = new Map<string, FaultProxy>()
const services = ['s3', 'dynamodb', 'sqs'] as const

beforeAll(async () => {
  stack = await startStack({
    settings: { DECKLE_PUBLISH_WAIT_MS: '8000' },
    between: async (service, url) => {
      const proxy = proxies.get(service) ?? (await startFaultProxy(service, url))
      proxies.set(service, proxy)
      return proxy.url
    },
  })
}, 60_000)
afterEach(heal)
afterAll(async () => {
  await stack?.close()
  await Promise.all([...proxies.values()].map((proxy) => proxy.close()))
})

function heal(): void {
  for (const proxy of proxies.values()) proxy.plan = () => undefined
}

/** Every `every`-th request to the service has the fault; at most `most` of them. */
function inject(service: string, fault: Fault, every: number, most = Number.POSITIVE_INFINITY): void {
  const proxy = proxies.get(service)
  if (proxy === undefined) throw new Error(`no proxy for ${service}`)
  let injected = 0
  proxy.plan = ({ count }) => {
    if (count % every !== 0 || injected >= most) return undefined
    injected += 1
    return fault
  }
}

async function recordOf(name: string) {
  return stack.stores.versions.get({ format: 'npm', name: name as PackageName, version: '1.0.0' as Version })
}

async function expectTruth(name: string, answer: Response): Promise<void> {
  const ana = await stack.as('ana')
  if (answer.status === 201) {
    const packument = await ana.json(`/${name}`, { headers: { 'cache-control': 'no-cache' } })
    const link = await ana.fetch(`/${name}/-/${name}-1.0.0.tgz`)
    const bytes = new Uint8Array(await (await fetch(link.headers.get('location') ?? '')).arrayBuffer())
    const digest = Buffer.from(await crypto.subtle.digest('SHA-512', bytes)).toString('base64')
    expect(packument['versions']['1.0.0'].dist.integrity).toBe(`sha512-${digest}`)
    return
  }
  expect([202, 503]).toContain(answer.status)
  if (answer.status === 503) {
    expect(await expectProblem(answer)).toMatchObject({ code: 'busy', sentence: expect.stringContaining('busy') })
  }
}

describe.each(services)('%s', (service) => {
  test.each(faults)(
    'now and then: %s',
    async (fault) => {
      const ana = await stack.as('ana')
      const name = `now-${service}-${fault}`
      // An answer that never comes costs the time-out of its request, so there is one
      inject(service, fault, fault === 'hang' ? 2 : 3, fault === 'hang' ? 1 : undefined)
      const answer = await ana.publish(name, '1.0.0')
      heal()
      await expectTruth(name, answer)
      // A job that was lost is sent again by the sweeper after a minute, and at once by a client that tries again
      const again = await ana.publish(name, '1.0.0')
      expect(again.status).toBe(201)
      await expectTruth(name, again)
      expect(isFinal((await recordOf(name))?.status ?? 'pending')).toBe(true)
    },
    60_000,
  )

  test('away: the answer says so, nothing is half done, and all works when it is back', async () => {
    const ana = await stack.as('ana')
    await ana.publish(`there-${service}`, '1.0.0')
    inject(service, 'reset', 1)
    const name = `away-${service}`
    const publish = await ana.publish(name, '1.0.0')
    await expectTruth(name, publish.status === 201 ? new Response(null, { status: 500 }) : publish)
    const read = await ana.fetch(`/nothing-${service}`)
    expect(read.status).toBe(service === 'dynamodb' ? 503 : 404)
    heal()
    expect((await ana.publish(name, '1.0.0')).status).toBe(201)
    expect((await ana.fetch(`/there-${service}`)).status).toBe(200)
  }, 60_000)
})

test('no answer under faults has a stack trace, an address or a name of ours in it', async () => {
  const ana = await stack.as('ana')
  for (const service of services) {
    inject(service, 'reset', 1)
    for (const path of ['/there-s3', '/some', '/-/package/some/dist-tags', '/downloads/point/last-day/there-s3']) {
      const answer = await ana.fetch(path)
      if (answer.status >= 400) await expectProblem(answer)
    }
    heal()
  }
})
