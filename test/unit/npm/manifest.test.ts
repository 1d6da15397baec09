import { expect, test } from 'vitest'
import type { PackageName, Version } from '../../../src/model/ids.ts'
import { type ArchiveNotes, acceptedManifest } from '../../../src/npm/manifest.ts'
import type { JsonObject } from '../../../src/std/json.ts'
import { packageJson, publishedManifest } from '../../builders/package-json.ts'

const noNotes: ArchiveNotes = { readme: undefined, hasGypFile: false, hasShrinkwrap: false, files: [] }

function accept(fields: JsonObject, published: JsonObject = {}, notes: Partial<ArchiveNotes> = {}): JsonObject {
  const ref = { name: 'left-pad' as PackageName, version: '1.0.0' as Version }
  const json = packageJson('left-pad', '1.0.0', fields)
  return acceptedManifest(ref, json, publishedManifest(json, published), { ...noNotes, ...notes })
}

test('what installers act on comes from the archive, not from what was sent', () => {
  const manifest = accept(
    {
      dependencies: { a: '1' },
      bin: './cli.js',
      scripts: { postinstall: 'x' },
      engines: { node: '>=20' },
      os: ['linux'],
    },
    { dependencies: { evil: '1' }, bin: { ls: 'x' }, scripts: {}, engines: {}, os: ['win32'] },
  )
  expect(manifest).toMatchObject({
    dependencies: { a: '1' },
    bin: { 'left-pad': 'cli.js' },
    scripts: { postinstall: 'x' },
    hasInstallScript: true,
    engines: { node: '>=20' },
    os: ['linux'],
  })
})

test('what only the registry may say is not taken over', () => {
  const claims = {
    _npmUser: { name: 'eve' },
    maintainers: [{ name: 'eve' }],
    deprecated: 'no',
    _hasShrinkwrap: true,
    hasInstallScript: true,
    _resolved: '/home/ana/x.tgz',
    _from: 'file:x.tgz',
    _integrity: 'sha512-x',
    integrity: 'sha512-x',
    shasum: 'x',
    readme: 'x',
    readmeFilename: 'x',
    dist: {},
  }
  const manifest = accept(claims, claims)
  for (const field of Object.keys(claims)) expect(manifest).not.toHaveProperty(field)
})

test('what the client says about itself is kept when it is short text', () => {
  expect(accept({}, { gitHead: 'abc', _nodeVersion: 'x'.repeat(200), _npmVersion: 7 })).toMatchObject({
    gitHead: 'abc',
  })
  expect(accept({}, { _nodeVersion: 'x'.repeat(200) })).not.toHaveProperty('_nodeVersion')
  expect(accept({ gitHead: 'mine' })).toMatchObject({ gitHead: 'mine' })
})

test('name and version are the claimed ones', () => {
  expect(accept({ version: 'v1.0.0+build' })).toMatchObject({ name: 'left-pad', version: '1.0.0' })
})

test('describing fields get the form that npm gives them', () => {
  const manifest = accept({
    author: 'Ana <a@x.org> (https://x.org)',
    contributors: ['B', { name: 'C', mail: 'c@x.org' }, 7],
    repository: 'ana/left-pad',
    bugs: 'bugs@x.org',
    keywords: 'a, b',
    funding: 'https://x.org/give',
    types: 7,
    exports: { '.': './index.js' },
  })
  expect(manifest).toMatchObject({
    author: { name: 'Ana', email: 'a@x.org', url: 'https://x.org' },
    contributors: [{ name: 'B' }, { name: 'C', email: 'c@x.org' }],
    repository: { type: 'git', url: 'git+https://github.com/ana/left-pad.git' },
    bugs: { email: 'bugs@x.org' },
    keywords: ['a', 'b'],
    funding: { url: 'https://x.org/give' },
    exports: { '.': './index.js' },
    license: 'MIT',
  })
  expect(manifest).not.toHaveProperty('types')
})

test('a describing field that is too long is left out', () => {
  expect(accept({ description: 'x'.repeat(20_000) })).not.toHaveProperty('description')
})

test("the publisher's own fields are kept within bounds, and none that says something for the registry", () => {
  const own = { eslintConfig: { rules: [] }, private: false, files: ['x'], 'odd key': null }
  expect(accept(own)).toMatchObject(own)
  const claims = JSON.parse(
    '{"_id":"x","_anything":1,"dist-tags":{"latest":"9.0.0"},"time":{},"versions":{},"users":{},"signatures":[],' +
      '"constructor":1,"toString":1,"__proto__":{"x":1},"bin":7,"types":7,"gypfile":true,"id":"x"}',
  )
  const manifest = accept(claims)
  for (const field of Object.keys(claims)) expect(Object.hasOwn(manifest, field)).toBe(false)
  expect(accept({ large: 'x'.repeat(5_000), small: 1 })).toMatchObject({ small: 1 })
  expect(accept({ large: 'x'.repeat(5_000) })).not.toHaveProperty('large')
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`own${index}`, 'x'.repeat(1_000)]))
  expect(JSON.stringify(accept(many)).length).toBeLessThan(9_500)
})

test('a binding.gyp is an install script', () => {
  expect(accept({}, {}, { hasGypFile: true })).toMatchObject({
    gypfile: true,
    hasInstallScript: true,
    scripts: { install: 'node-gyp rebuild' },
  })
  const own = accept({ scripts: { preinstall: 'x' } }, {}, { hasGypFile: true })
  expect(own).toMatchObject({ hasInstallScript: true, scripts: { preinstall: 'x' } })
  const refused = accept({ gypfile: false }, {}, { hasGypFile: true })
  expect(refused).toMatchObject({ hasInstallScript: true })
  expect(refused).not.toHaveProperty('scripts')
})

test('without install scripts nothing says that there are some', () => {
  expect(accept({ scripts: { test: 'x', postinstall: '' } })).not.toHaveProperty('hasInstallScript')
})

test('directories.bin becomes the commands that the archive really has', () => {
  const files = ['bin/a.js', 'bin/sub/b.js', 'bin/.hidden', 'binary.js', 'index.js']
  const manifest = accept({ directories: { bin: './bin' } }, { bin: { evil: 'bin/evil' } }, { files })
  expect(manifest).toMatchObject({ bin: { 'a.js': 'bin/a.js', 'b.js': 'bin/sub/b.js' }, directories: { bin: './bin' } })
})

test('a shrinkwrap in the archive is announced', () => {
  expect(accept({}, {}, { hasShrinkwrap: true })).toMatchObject({ _hasShrinkwrap: true })
})

test('a key __proto__ changes no prototype and is not listed', () => {
  const fields = JSON.parse('{"exports":{"a":[{"__proto__":{"x":1}}]},"dependencies":{"__proto__":"1","a":"1"}}')
  const manifest = accept(fields)
  expect(JSON.stringify(manifest)).not.toContain('__proto__')
  expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  expect(Object.getPrototypeOf(manifest['dependencies'])).toBe(Object.prototype)
})

test('equal input gives equal bytes', () => {
  const fields = { dependencies: { b: '1', a: '1' }, keywords: ['x'], os: ['linux'] }
  expect(JSON.stringify(accept(fields))).toBe(JSON.stringify(accept({ ...fields })))
})
