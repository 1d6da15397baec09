import { expect, test } from 'vitest'
import { TokenBuckets } from '../../../src/std/token-buckets.ts'

test('a burst passes, then as many as are refilled, each key for itself', () => {
  let now = 0
  const buckets = new TokenBuckets({ platform: { now: () => now }, burst: 3, perS: 0.5, maxKeys: 10 })
  expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 2])
  expect(buckets.take('b')).toBe(0)
  now = 1_000
  expect(buckets.take('a')).toBe(1)
  now = 2_000
  expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 2])
  now = 1_000_000
  expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 2])
})
