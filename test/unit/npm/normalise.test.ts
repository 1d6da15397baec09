import { expect, test } from 'vitest'
import {
  binDirectoryOf,
  binOf,
  bundledOf,
  claimedVersion,
  dependenciesOf,
  enginesOf,
  installScriptsOf,
  platformOf,
} from '../../../src/npm/normalise.ts'

test.each([
  ['1.0.0', '1.0.0'],
  ['v1.0.0', '1.0.0'],
  ['=1.0.0', '1.0.0'],
  [' 1.0.0 ', '1.0.0'],
  ['1.0.0+build.1', '1.0.0'],
  ['1.0.0-rc.1+x', '1.0.0-rc.1'],
  ['1.2.3beta', '1.2.3-beta'],
  ['1.0', undefined],
  ['', undefined],
  [1, undefined],
  [undefined, undefined],
  ['1'.repeat(300), undefined],
])('the version %j is claimed as %s', (version, claimed) => {
  expect(claimedVersion(version)).toBe(claimed)
})

test.each([
  [{ name: '@s/n', bin: './cli.js' }, { n: 'cli.js' }],
  [
    { name: 'n', bin: ['./a.js', 'sub/b.js', 1] },
    { 'a.js': 'a.js', 'b.js': 'sub/b.js' },
  ],
  [
    { name: 'n', bin: { '@s/x': 'a.js', up: '../../etc/x', back: '.\\b.js', bad: 1, '..': 'c.js' } },
    { x: 'a.js', up: 'etc/x', back: 'b.js' },
  ],
  [{ bin: 'a.js' }, {}],
  [{ name: 'n', bin: {} }, {}],
  [{ name: 'n', bin: null }, {}],
  [{ name: 'n', bin: 7 }, {}],
  [JSON.parse('{"name":"n","bin":{"__proto__":"x.js"}}'), {}],
])('bin of %j', (manifest, bins) => {
  expect(Object.fromEntries(binOf(manifest))).toEqual(bins)
})

test('the manifest that is given stays as it was', () => {
  const manifest = { name: 'n', bin: { './x': './a.js' } }
  binOf(manifest)
  expect(manifest).toEqual({ name: 'n', bin: { './x': './a.js' } })
})

test('directories.bin counts only without bin', () => {
  expect(binDirectoryOf({ directories: { bin: './bin/' } })).toBe('bin')
  expect(binDirectoryOf({ bin: 'x.js', directories: { bin: 'bin' } })).toBeUndefined()
  expect(binDirectoryOf({ directories: { bin: '..' } })).toBeUndefined()
})

test('optional dependencies are not listed twice, and bundled ones are dependencies', () => {
  const found = dependenciesOf({
    dependencies: { a: '1', b: '2' },
    optionalDependencies: { b: '3' },
    bundledDependencies: ['c'],
  })
  expect(Object.fromEntries(found.get('dependencies') ?? [])).toEqual({ a: '1', c: '*' })
  expect(Object.fromEntries(found.get('optionalDependencies') ?? [])).toEqual({ b: '3' })
})

test.each([
  [true, ['a', 'b']],
  [false, []],
  [
    ['b', 'a', 1, 'b'],
    ['a', 'b'],
  ],
  [{ a: true }, ['a']],
  ['a', []],
  [null, []],
])('bundleDependencies %j', (bundleDependencies, bundled) => {
  expect(bundledOf({ dependencies: { b: '1', a: '1' }, bundleDependencies })).toEqual(bundled)
})

test.each([
  [['a@1', 'b', ' c >=2 '], { a: '1', b: '', c: '>=2' }],
  ['a b,c', { a: '', b: '', c: '' }],
  [[], {}],
  [null, {}],
  [{ a: '1', b: null }, { a: '1' }],
  [JSON.parse('{"__proto__":"1","constructor":"2"}'), { constructor: '2' }],
])('dependencies %j', (dependencies, read) => {
  expect(Object.fromEntries(dependenciesOf({ dependencies }).get('dependencies') ?? [])).toEqual(read)
})

test('only scripts that run at an installation count, without the path of local tools', () => {
  const scripts = { preinstall: './node_modules/.bin/foo x', install: '', postinstall: 1, test: 'x' }
  expect([...installScriptsOf({ scripts })]).toEqual([['preinstall', 'foo x']])
})

test('engines and platforms are read in their old forms', () => {
  expect([...enginesOf({ engines: ['node >= 0.4', 'npm'] })]).toEqual([
    ['node', '>= 0.4'],
    ['npm', ''],
  ])
  expect(platformOf({ os: 'linux' }, 'os')).toEqual(['linux'])
  expect(platformOf({ cpu: ['x64', 1] }, 'cpu')).toEqual(['x64'])
  expect(platformOf({ libc: {} }, 'libc')).toBeUndefined()
})
