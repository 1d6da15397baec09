import { expect, test } from 'vitest'
import { Passwords } from '../../../src/registry/passwords.ts'
import { readTokenId } from '../../../src/registry/tokens.ts'
import { base62, randomId } from '../../../src/std/base62.ts'
import { webPlatform } from '../../../src/std/platform.ts'

test('a token with one letter changed is refused without a look-up', () => {
  const good = 'dk_abcdefghijkl0123456789012345678901234567890A'
  expect(readTokenId(good)).toBeUndefined()
  expect(readTokenId('')).toBeUndefined()
  expect(readTokenId(`dk_${'a'.repeat(5_000)}`)).toBeUndefined()
})

test('random ids have the length asked for and no letter that is more likely', () => {
  const text = randomId(webPlatform, 62 * 200)
  expect(text).toHaveLength(62 * 200)
  const counts = new Map<string, number>()
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  expect(counts.size).toBe(62)
  expect(Math.max(...counts.values())).toBeLessThan(300)
})

test('base62 has a fixed length', () => {
  expect(base62(0, 6)).toBe('000000')
  expect(base62(61, 2)).toBe('0z')
  expect(base62(2 ** 32 - 1, 6)).toBe('4gfFC3')
})

test('a password matches its own hash only, and parameters stand with it', () => {
  const passwords = new Passwords(webPlatform)
  const hash = passwords.hash('correct horse battery')
  expect(hash).toMatch(/^scrypt\$16384\$8\$5\$/)
  expect(passwords.matches('correct horse battery', hash)).toBe(true)
  expect(passwords.matches('correct horse batterz', hash)).toBe(false)
  expect(passwords.matches('anything at all', undefined)).toBe(false)
})
