import { expect, test } from 'vitest'
import { sameSpecifier } from '../../../src/npm/specifier.ts'

test.each([
  ['^1.0.0', ' ^1.0.0 '],
  ['x/y', 'github:x/y'],
  ['x/y#v1', 'github:x/y#v1'],
  ['https://github.com/x/y.git', 'git+https://github.com/x/y.git'],
  ['git@github.com:x/y.git', 'git+ssh://git@github.com/x/y.git'],
  ['gitlab:x/y', 'git+https://gitlab.com/x/y.git'],
  ['bitbucket:x/y', 'git+ssh://git@bitbucket.org/x/y.git'],
  ['gist:11081aaa281', 'git+https://gist.github.com/11081aaa281.git'],
])('%s and %s mean the same', (a, b) => {
  expect(sameSpecifier(a, b)).toBe(true)
})

test.each([
  ['^1.0.0', '^1.0.1'],
  ['x/y', 'x/z'],
  ['x/y', 'gitlab:x/y'],
  ['x/y#v1', 'x/y#v2'],
  ['x/y', './x/y'],
  ['https://github.com/x/y', 'https://evil.test/x/y'],
  ['https://evil.test/github.com/x/y', 'x/y'],
  ['latest', 'github:latest'],
])('%s and %s differ', (a, b) => {
  expect(sameSpecifier(a, b)).toBe(false)
})

test('a long text is compared in no time', () => {
  const started = performance.now()
  for (const part of ['/', '@', 'a/', ':', '#', ' ']) sameSpecifier(`git://github.com/${part.repeat(500_000)}`, 'x')
  expect(performance.now() - started).toBeLessThan(1000)
})
