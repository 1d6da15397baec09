import { expect, test } from 'vitest'
import type { SessionId, TokenId } from '../../../src/model/ids.ts'
import { Leases, leaseSize, uncountedSessions } from '../../../src/registry/leases.ts'
import type { Uses } from '../../../src/storage/uses.ts'

test('leases are small against what is left', () => {
  expect([0, 1, 50, 63, 64, 1_000, 1_000_000].map(leaseSize)).toEqual([1, 1, 1, 1, 2, 16, 16])
})

test('a thousand uses in a row cost few writes, and the last one is the last', async () => {
  const { store, writes } = counter()
  const leases = new Leases(store)
  const spent = await inTurn(1_010, () => leases.spend(use(1_000)))
  expect(spent).toBe(1_000)
  expect(writes()).toBeLessThan(250)
})

test('of many at once over several isolates, no more pass than there are uses', async () => {
  const { store } = counter()
  const isolates = [new Leases(store), new Leases(store), new Leases(store)]
  const passed = await Promise.all(
    Array.from({ length: 300 }, (_, index) => isolates[index % 3]?.spend(use(200)) ?? false),
  )
  const spent = passed.filter(Boolean).length
  expect(spent).toBeLessThanOrEqual(200)
  const rest = await inTurn(100, (index) => isolates[index % 3]?.spend(use(200)) ?? Promise.resolve(false))
  expect(spent + rest).toBe(200)
})

test('once used up, nothing is asked of the store', async () => {
  const { store, writes } = counter()
  const leases = new Leases(store)
  await inTurn(4, () => leases.spend(use(3)))
  const before = writes()
  expect(await inTurn(20, () => leases.spend(use(3)))).toBe(0)
  expect(writes()).toBe(before)
})

test('an outage spends nothing here, and another try may', async () => {
  const { store, fail } = counter()
  const leases = new Leases(store)
  fail(1)
  await expect(leases.spend(use(5))).rejects.toThrow('away')
  expect(await inTurn(9, () => leases.spend(use(5)))).toBe(5)
})

const use = (limit: number) => ({ credential: { kind: 'token' as const, id: 'x' as TokenId }, limit, taken: 0 })

async function inTurn(times: number, act: (index: number) => Promise<boolean>): Promise<number> {
  let passed = 0
  for (let index = 0; index < times; index += 1) if (await act(index)) passed += 1
  return passed
}

/** What the store promises, without one: the contract with DynamoDB is held by the flow tests. */
function counter() {
  let [taken, writes, failures] = [0, 0, 0]
  const fail = (times: number) => {
    failures = times
  }
  const take = async (_: unknown, count: number, limit: number) => {
    writes += 1
    await Promise.resolve()
    if (failures-- > 0) throw new Error('away')
    if (taken + count > limit) return undefined
    taken += count
    return taken
  }
  return { store: { take } as unknown as Uses, writes: () => writes, fail }
}

test('where nothing can be counted, sessions go on while uses are left, and counted tokens do not', async () => {
  const { store, fail } = counter()
  fail(1)
  const leases = uncountedSessions(new Leases(store))
  const session = { kind: 'session', id: 'x' as SessionId } as const
  expect(await leases.spend({ credential: session, limit: 2, taken: 1 })).toBe(true)
  expect(await leases.spend({ credential: session, limit: 2, taken: 2 })).toBe(false)
  await expect(leases.spend(use(3))).rejects.toThrow()
})
