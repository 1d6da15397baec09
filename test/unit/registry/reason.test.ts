import { expect, test } from 'vitest'
import { reasonText } from '../../../src/registry/reason.ts'

test('a reason is one line that people can read', () => {
  expect(reasonText('  steals tokens – see ticket 7 ')).toBe('steals tokens – see ticket 7')
  expect(reasonText('x'.repeat(500))).toHaveLength(500)
})

test.each(['', ' \n ', 'a\nb', 'a\u001b[31m', 'a\u2028b', 'a\u202eb', '\ud800', 'x'.repeat(501)])(
  '%j is none',
  (text) => expect(() => reasonText(text)).toThrow(expect.objectContaining({ code: 'reason_invalid' })),
)
