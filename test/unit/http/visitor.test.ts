import { expect, test } from 'vitest'
import { prefixOf } from '../../../src/http/visitor.ts'

test.each([
  ['203.0.113.77', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
  ['2001:db8::1', '2001:db8:0::/48'],
  ['::1', '0:0:0::/48'],
  ['::ffff:1.2.3.4', undefined],
  ['not an address', undefined],
  ['1.2.3.4\nforged', undefined],
  [undefined, undefined],
])('%s is kept as %s', (address, prefix) => expect(prefixOf(address)).toBe(prefix))
