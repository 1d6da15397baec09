import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createAccount } from '../../src/registry/accounts.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { type Flow, flows, password, type Send } from '../support/everyday-flows.ts'
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { expectProblem } from '../support/problems.ts'
import { type Stack, startStack } from '../support/stack.ts'

/**
 * Whatever people do, with faults of every service between the edge and its storage: the answer is true. What is
 * said to be done is done; everything else is said to be an outage, shows nothing of ours, and works when it is over.
 */
let stack: Stack
let token: string
const proxies = new Map<string, FaultProxy>()
const services = ['s3', 'dynamodb', 'sqs'] as const
/** Waits between two tries are short here; and time-outs, where the fault is an answer that never comes. */
const swift = (timeoutsBy: number): Platform => ({
  ...webPlatform,
  sleep: (ms, signal) => webPlatform.sleep(ms / (ms < 1_000 ? 5 : timeoutsBy), signal),
})
const healthy = { DECKLE_REGISTRATION: 'open' }
/** A job that cannot be sent now is the sweeper's: nobody has to wait for it here. */
const impatient = { ...healthy, DECKLE_PUBLISH_WAIT_MS: '1000' }

beforeAll(async () => {
  // Each injected outage is logged, with its stack: that is thousands of lines to nobody
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
  stack = await startStack({
    workerd: false,
    between: async (service, url, component) => {
      if (component === 'validator') return url
      const proxy = await startFaultProxy(service, url)
      proxies.set(service, proxy)
      return proxy.url
    },
  })
  const deps = wireAccounts(stack.config, stack.stores, webPlatform)
  const bob = await createAccount(deps, { username: 'bob', password, roles: ['publisher'] })
  await createAccount(deps, { username: 'zoe', password, roles: ['publisher'] })
  token = (await deps.tokens.issue(bob, 'test', 1)).token
  await flows['publish']?.act(sender(), 'common', '')
}, 60_000)
afterAll(async () => {
  await stack?.close()
  await Promise.all([...proxies.values()].map((proxy) => proxy.close()))
  vi.restoreAllMocks()
})

let count = 0

/** An edge that has just started, and knows nothing yet; every one is asked from another address. */
function sender(platform: Platform = webPlatform, settings: Record<string, string> = healthy): Send {
  const edge = stack.edge(platform, settings)
  count += 1
  const address = `10.${count >> 8}.${count & 255}.1`
  return async (path, { method = 'GET', json, form } = {}) => {
    // Whoever ends a token shows it
    const shown = /^\/-\/user\/token\/(.+)$/.exec(path)?.[1] ?? token
    const headers: Record<string, string> = {
      authorization: `Bearer ${shown}`,
      'cf-connecting-ip': address,
      'sec-fetch-site': 'same-origin',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const body = json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json)
    const answer = await edge.fetch(new Request(`${stack.url}${path}`, { method, headers, ...(body && { body }) }))
    await edge.settled()
    return answer
  }
}

/** The n-th request to a service has the fault. */
type Plan = (n: number) => boolean
/** The next try may succeed. */
const nowAndThen: Plan = (n) => n % 2 === 1
const always: Plan = () => true
type Case = readonly [often: string, plan: Plan, fault: Fault]
/** Told apart in one place, so that each flow meets one of each line, in turn. */
const inTurn = [
  // Refused unseen
  ['error', 'unavailable', 'throttled'],
  // Broken off on the way
  ['reset', 'half', 'hang'],
  ['lost'],
] as const satisfies readonly (readonly Fault[])[]
const casesOf = (turn: number): readonly Case[] => [
  ...inTurn.map((likes) => ['now-and-then', nowAndThen, likes[turn % likes.length] ?? 'error'] as const),
  ['always', always, 'reset'],
  ['always', always, 'lost'],
]
/** Nothing that a lost answer, or a second time, could change. */
const isReading = ({ isDone, again }: Flow) => isDone === undefined && again === undefined

const prepare = async ({ prepare: make }: Flow, name: string) => (await make?.(sender(), name)) ?? ''
const heal = () => {
  for (const proxy of proxies.values()) proxy.plan = () => undefined
}

async function expectTrue(flow: Flow, name: string, service: string, plan: Plan, fault: Fault) {
  const prepared = await prepare(flow, name)
  const proxy = proxies.get(service)
  let seen = 0
  if (proxy !== undefined) proxy.plan = () => (plan(++seen) ? fault : undefined)
  const answer = await flow.act(sender(swift(fault === 'hang' ? 50 : 1), impatient), name, prepared)
  heal()
  const label = `${name}: ${answer.status}`
  if (answer.status < 400) {
    if (answer.status !== 202) expect((await flow.isDone?.(sender(), name, prepared)) ?? true, label).toBe(true)
    // A body that breaks off is the reader's to see
    await answer.body?.cancel()
  } else {
    const { status, code } = await expectProblem(answer)
    const isLost = (fault === 'lost' || fault === 'half') && code !== '' && code === flow.whenLost
    // A page has no code
    if (!isLost) expect([status, code || 'busy'], label).toEqual([503, 'busy'])
  }
  if (isReading(flow)) return
  const again = await flow.act(sender(), name, prepared)
  const isFine = again.status < 400 || flow.again?.includes(again.status)
  expect(isFine, `${label}, then ${again.status} ${isFine ? '' : await again.text()}`).toBe(true)
}
describe.each(Object.entries(flows).map(([what, flow], at) => [what, flow, at] as const))('%s', (what, flow, at) => {
  test.each(services)('with faults of %s', async (service) => {
    const cases = casesOf(at + services.indexOf(service))
    const before = proxies.get(service)?.count() ?? 0
    const slug = what.replaceAll(' ', '-')
    const first = await flow.act(sender(), `${slug}-${service}`, await prepare(flow, `${slug}-${service}`))
    expect(first.status, await first.clone().text()).toBeLessThan(400)
    // What a flow never asks cannot disturb it
    if (proxies.get(service)?.count() === before) return
    for (const [often, plan, fault] of isReading(flow) ? cases.slice(0, -1) : cases) {
      await expectTrue(flow, `${slug}-${service}-${fault}-${often}`, service, plan, fault)
    }
  })
})
