import { expect, test } from 'vitest'
import { acceptedEncoding } from '../../../src/http/document.ts'

test.each([
  ['gzip,deflate', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate, br, zstd', 'br'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  ['identity', undefined],
  ['gzip;q=0', undefined],
  [undefined, undefined],
])('accept-encoding %s gets %s', (header, encoding) => expect(acceptedEncoding(header)).toBe(encoding))
