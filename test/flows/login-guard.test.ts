import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Refusal } from '../../src/model/refusals.ts'
import { LoginGuard } from '../../src/registry/login-guard.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
/** Isolates share the store and nothing else. */
let now = Date.UTC(2026, 10, 24, 12, 0, 1)
const isolate = () => new LoginGuard(stack.stores.attempts, { ...webPlatform, now: () => now })

beforeAll(async () => {
  stack = await startStack({ validator: false, workerd: false })
}, 60_000)
afterAll(() => stack?.close())

/** How many of so many attempts, each in an isolate of its own and all at once, are let through. */
async function letThrough(count: number, name: (n: number) => string, address: (n: number) => string) {
  const all = await Promise.allSettled(Array.from({ length: count }, (_, n) => isolate().admit(name(n), address(n))))
  const refused = all.filter((one) => one.status === 'rejected').map(({ reason }) => (reason as Refusal).code)
  expect(new Set(refused).size).toBeLessThan(2)
  if (refused.length > 0) expect(refused[0]).toBe('too_many_attempts')
  return count - refused.length
}

test('ten wrong passwords for one account from one address, over all isolates', async () => {
  expect(
    await letThrough(
      40,
      () => 'pia',
      () => '192.0.2.1',
    ),
  ).toBe(10)
  expect(
    await letThrough(
      1,
      () => 'pia',
      () => '192.0.2.2',
    ),
  ).toBe(1)
  now += 15 * 60_000
  expect(
    await letThrough(
      1,
      () => 'pia',
      () => '192.0.2.1',
    ),
  ).toBe(1)
})

test('fifty from one address for any accounts, there or not', async () => {
  expect(
    await letThrough(
      80,
      (n) => `someone-${n}`,
      () => '198.51.100.1',
    ),
  ).toBe(50)
})

test('many addresses of one IPv6 customer are one', async () => {
  expect(
    await letThrough(
      30,
      () => 'six',
      (n) => `2001:db8:1:2::${n + 1}`,
    ),
  ).toBe(10)
})

test('nobody is locked out by many strangers where they logged in before', async () => {
  const home = '203.0.113.7'
  await (await isolate().admit('ana', home)).succeeded()
  expect(
    await letThrough(
      130,
      () => 'ana',
      (n) => `100.64.${n}.1`,
    ),
  ).toBe(100)
  expect(
    await letThrough(
      1,
      () => 'ana',
      () => '100.65.0.1',
    ),
  ).toBe(0)
  expect(
    await letThrough(
      1,
      () => 'ana',
      () => home,
    ),
  ).toBe(1)
})

test('right passwords do not count', async () => {
  for (let n = 0; n < 25; n += 1) await (await isolate().admit('carl', '192.0.2.40')).succeeded()
  expect(
    await letThrough(
      20,
      () => 'carl',
      () => '192.0.2.40',
    ),
  ).toBe(10)
})

test('one isolate asks the store for one address at a bounded rate', async () => {
  const guard = isolate()
  for (let n = 0; n < 30; n += 1) guard.requireCalm('192.0.2.50')
  expect(() => guard.requireCalm('192.0.2.50')).toThrow('Wait 1 seconds')
  guard.requireCalm('192.0.2.51')
  now += 1_000
  guard.requireCalm('192.0.2.50')
})

test('counters hold no name and no address, and expire', async () => {
  const table = stack.stores.db.tableName('logins')
  const { Items } = await stack.stores.db.call('Scan', { TableName: table })
  const text = JSON.stringify(Items)
  expect(text).not.toMatch(/192\.0\.2|203\.0\.113|ana|pia/)
  for (const item of Items as { ttl?: object }[]) expect(item.ttl).toBeDefined()
})
