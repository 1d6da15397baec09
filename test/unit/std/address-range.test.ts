import { expect, test } from 'vitest'
import { canonicalRange, customerNetwork, rangeContains } from '../../../src/std/address-range.ts'

test.each([
  ['192.0.2.7', '192.0.2.7/32'],
  ['192.0.2.7/24', '192.0.2.0/24'],
  ['10.1.2.3/0', '0.0.0.0/0'],
  ['2001:DB8:0:0:0:0:0:1/33', '2001:db8::/33'],
  ['::/0', '::/0'],
  ['::1', '::1/128'],
  ['::ffff:192.0.2.7/120', '192.0.2.0/24'],
  ['fe80::1:0:0:1/128', 'fe80::1:0:0:1/128'],
])('%s is the range %s', (text, canonical) => {
  expect(canonicalRange(text)).toBe(canonical)
  expect(canonicalRange(canonical)).toBe(canonical)
})

test.each([
  '',
  '/',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '01.2.3.4',
  '1.2.3.4/33',
  '1.2.3.4/-1',
  '1.2.3.4/08',
  '1.2.3.4/8/8',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8',
  'g::1',
  '::/129',
  '::ffff:1.2.3.4/95',
  '1.2.3.4:80',
  `${':'.repeat(50)}`,
])('"%s" is no range', (text) => {
  expect(canonicalRange(text)).toBeUndefined()
})

test('a range contains its own addresses only', () => {
  expect(rangeContains('192.0.2.0/23', '192.0.3.255')).toBe(true)
  expect(rangeContains('192.0.2.0/23', '192.0.4.0')).toBe(false)
  expect(rangeContains('192.0.2.0/24', '::ffff:192.0.2.1')).toBe(true)
  expect(rangeContains('0.0.0.0/0', '::1')).toBe(false)
  expect(rangeContains('2001:db8::/33', '2001:db8:7fff::')).toBe(true)
  expect(rangeContains('2001:db8::/33', '2001:db8:8000::')).toBe(false)
  expect(rangeContains('nonsense', '1.2.3.4')).toBe(false)
  expect(rangeContains('1.2.3.4/32', 'nonsense')).toBe(false)
})

test('a customer is one IPv4 address or an IPv6 /64', () => {
  expect(customerNetwork('192.0.2.7')).toBe('192.0.2.7/32')
  expect(customerNetwork('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
  expect(customerNetwork('nonsense')).toBeUndefined()
})
