import { expect, test } from 'vitest'
import { Backoff } from '../../../../src/node/local/backoff.ts'

test('the wait doubles from 100 ms to 5 s', () => {
  const backoff = new Backoff()
  const waits = Array.from({ length: 8 }, () => backoff.nextMs(0))
  expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
})

test('half a minute of being ready starts the count anew', () => {
  const backoff = new Backoff()
  backoff.nextMs(0)
  backoff.nextMs(29_999)
  expect(backoff.nextMs(0)).toBe(400)
  expect(backoff.nextMs(30_000)).toBe(100)
})

test('the longest wait can be made shorter', () => {
  const backoff = new Backoff(300)
  expect(Array.from({ length: 4 }, () => backoff.nextMs(0))).toEqual([100, 200, 300, 300])
})
