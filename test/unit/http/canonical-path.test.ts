import { expect, test } from 'vitest'
import { canonicalPath, requestPath } from '../../../src/http/canonical-path.ts'

test.each([
  '/@acme/lib',
  '/@acme%2flib',
  '/@acme%2Flib',
  '/%40acme%2flib',
  '/%40acme/lib',
  '//@acme/lib',
  '/@acme/lib/',
])('%s is the package @acme/lib', (path) => expect(canonicalPath(path)).toBe('/@acme%2flib'))

test.each([
  ['/lib', '/lib'],
  ['/', '/'],
  ['/lib/-/lib-1.0.0.tgz', '/lib/-/lib-1.0.0.tgz'],
  ['/@acme/lib/-/lib-1.0.0.tgz', '/@acme%2flib/-/lib-1.0.0.tgz'],
  ['/@acme%2Flib/1.0.0', '/@acme%2flib/1.0.0'],
  ['/-/package/@acme%2flib/dist-tags/next', '/-/package/@acme%2flib/dist-tags/next'],
  ['/downloads/point/last-week/@acme/lib', '/downloads/point/last-week/@acme%2flib'],
  ['/api/v1/packages/npm/@acme/lib/versions/1.0.0/report', '/api/v1/packages/npm/@acme%2flib/versions/1.0.0/report'],
  ['/-/user/org.couchdb.user:ana', '/-/user/org.couchdb.user:ana'],
])('%s is matched as %s', (path, canonical) => expect(canonicalPath(path)).toBe(canonical))

test('the path is taken from the address as it was sent, without its query', () => {
  expect(requestPath(new Request('http://localhost:3325/@acme%2flib?write=true'))).toBe('/@acme%2flib')
  expect(requestPath(new Request('http://localhost:3325'))).toBe('/')
})
