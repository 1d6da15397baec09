import { expect, test } from 'vitest'
import { authorityOf, servedAddresses } from '../../../../src/node/local/listen.ts'

test.each([
  [undefined, ['127.0.0.1', '::1']],
  ['127.0.0.1', ['127.0.0.1']],
  ['::1', ['127.0.0.1', '::1']],
  ['10.0.0.5', ['127.0.0.1', '10.0.0.5']],
  ['0.0.0.0', ['0.0.0.0']],
  ['::', ['::']],
])('--host %s is served on %j', (host, addresses) => {
  expect(servedAddresses(host)).toEqual(addresses)
})

test('an IPv6 address is written in brackets before a port', () => {
  expect(authorityOf('10.0.0.5', 3325)).toBe('10.0.0.5:3325')
  expect(authorityOf('::1', 3325)).toBe('[::1]:3325')
})
