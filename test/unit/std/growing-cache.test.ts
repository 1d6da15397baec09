import { expect, test } from 'vitest'
import { growingCache } from '../../../src/std/growing-cache.ts'

test('keeps so many, and lets go of what was not asked for longest', () => {
  const cache = growingCache<string>(3)
  for (const key of ['a', 'b', 'c']) cache.set(key, key)
  cache.get('a')
  cache.set('d', 'd')
  cache.set('d', 'e')
  expect([...cache.keys()].sort()).toEqual(['a', 'c', 'd'])
  expect(cache.get('d')).toBe('e')
  for (let index = 0; index < 1_000; index += 1) cache.set(`n${index}`, 'n')
  expect(cache.size).toBe(3)
})
