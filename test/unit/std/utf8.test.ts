import { expect, test } from 'vitest'
import { utf8Text } from '../../../src/std/utf8.ts'

test('bytes are text in UTF-8, less a byte order mark, or none at all', () => {
  expect(utf8Text(new TextEncoder().encode('\ufeffcafé'))).toBe('café')
  expect(utf8Text(Buffer.from('café', 'latin1'))).toBeUndefined()
  expect(utf8Text(Buffer.from('\ufeffcafé', 'utf16le'))).toBeUndefined()
})
