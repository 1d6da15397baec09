import { expect, test } from 'vitest'
import { canonicalPath } from '../../../src/http/canonical-path.ts'
import { flatPath } from '../../../src/http/flat-path.ts'

test.each([
  ['/api/auth/login', '/api/v1/auth/login'],
  ['/api/packages', '/api/v1/packages'],
  ['/api/packages/init', '/api/v1/uploads'],
  ['/api/history/ana', '/api/v1/history/ana'],
  ['/api/packages/@acme/model/1.0.0/a.zip/download', '/generic/@acme%2fmodel/1.0.0/a.zip'],
])('%s is another name for %s', (path, same) => expect(flatPath(canonicalPath(path))).toBe(same))

test.each([
  '/api/v1/packages',
  '/api/packages/up_1/part',
  '/api/history/ana/more',
  '/history/5.0.0',
  '/api/constructor',
  '/lib',
])('%s is itself', (path) => expect(flatPath(path)).toBe(path))
