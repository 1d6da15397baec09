import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeUtf8, escapeBytes, isPrintable, printable } from '../../../src/validation/printable.ts'

test('what cannot be seen is escaped, what can stays', () => {
  expect(printable('a\u0000b\u200bc\u202ed\ue000e\ud800f', 100)).toBe(
    'a\\u{00}b\\u{200b}c\\u{202e}d\\u{e000}e\\u{d800}f',
  )
  expect(printable('é 日本 🎉 <>&"\\', 100)).toBe('é 日本 🎉 <>&"\\')
})

test('a long text is cut, never inside of a character', () => {
  expect(printable('abcdef', 6)).toBe('abcdef')
  expect(printable('abcdefg', 6)).toBe('abcde…')
  expect(printable('🎉🎉🎉🎉', 6)).toBe('🎉🎉…')
})

test('the result is printable, well-formed and not too long, and printing it again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, most) => {
      const shown = printable(text, most)
      expect(shown.length).toBeLessThanOrEqual(most)
      expect(shown.isWellFormed()).toBe(true)
      expect(isPrintable(shown)).toBe(true)
      expect(printable(shown, most)).toBe(shown)
    }),
  )
})

test('UTF-8 is read strictly, a byte order mark included', () => {
  expect(decodeUtf8(Buffer.from('\ufeffé'))).toBe('\ufeffé')
  expect(decodeUtf8(Uint8Array.of(0xc0, 0x80))).toBeUndefined()
  expect(escapeBytes(Uint8Array.of(0x61, 0xff))).toBe('a%ff')
})
