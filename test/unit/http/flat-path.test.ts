import { expect, test } from 'vitest'
import { canonicalPath } from '../../../src/http/canonical-path.ts'
import { flatPath } from '../../../src/http/flat-path.ts'

test.each([
  ['/api/auth/login', '/api/v1/auth/login'],
  ['/api/packages', '/api/v1/packages'],
  ['/api/packages/init', '/api/v1/uploads'],
  ['/api/history/ana', '/api/v1/history/ana'],
  ['/api/packages/@acme/model/1.0.0/a.zip/download', '/generic/@acme%2fmodel/1.0.0/a.zip'],
  ['/history/ana', '/api/v1/history/ana'],
  ['/history/next', '/api/v1/history/next'],
])('%s is another name for %s', (path, same) => expect(flatPath('GET', canonicalPath(path))).toBe(same))

test.each([
  '/api/v1/packages',
  '/api/packages/up_1/part',
  '/api/history/ana/more',
  '/api/constructor',
  '/lib',
  '/validate',
  '/history',
  '/history/5.0.0',
  '/history/5.0.0-rc.1',
  '/history/^5',
  '/history/%5E5',
  '/history/5.x',
  '/history/x',
  '/history/latest',
  '/history/-/history-5.0.0.tgz',
  `/history/${'a'.repeat(65)}`,
])('%s is itself', (path) => expect(flatPath('GET', path)).toBe(path))

test('a method may make it another one', () => {
  expect(flatPath('POST', '/validate')).toBe('/api/validate')
  expect(flatPath('PUT', '/validate')).toBe('/validate')
  expect(flatPath('HEAD', '/history/ana')).toBe('/api/v1/history/ana')
  expect(flatPath('PUT', '/history/ana')).toBe('/history/ana')
})
