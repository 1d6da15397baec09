import { expect, test } from 'vitest'
import { TimedCache } from '../../../src/std/timed-cache.ts'

const clock = { time: 1_000, now: () => clock.time }
const cache = () => new TimedCache<{ n: number }>({ platform: clock, maxAgeMs: 100, maxEntries: 10 })

test('an answer is as old as its question', () => {
  const known = cache()
  known.set('a', { n: 1 }, clock.now() - 99)
  expect(known.get('a')).toEqual({ n: 1 })
  known.set('a', { n: 1 }, clock.now() - 100)
  expect(known.get('a')).toBeUndefined()
})

test('an answer that is on its way when its key is forgotten is not kept; the next one is', () => {
  const known = cache()
  const askedAt = clock.now()
  known.forget('a')
  known.set('a', { n: 1 }, askedAt)
  expect(known.get('a')).toBeUndefined()
  clock.time += 1
  known.set('a', { n: 2 }, clock.now())
  expect(known.get('a')).toEqual({ n: 2 })
})
