import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { npmChecks } from '../../../../src/npm/checks/all.ts'
import { confusionCheck } from '../../../../src/npm/checks/confusion.ts'
import { manifestCheck } from '../../../../src/npm/checks/manifest.ts'
import type { JsonObject } from '../../../../src/std/json.ts'
import { packageJson, publishedManifest } from '../../../builders/package-json.ts'
import { runCheck } from './run-check.ts'

async function compare(archive: JsonObject, published: JsonObject, files: readonly string[] = []) {
  const entries = [
    ...files.map((file) => [`package/${file}`, 'x'] as const),
    ['package/package.json', JSON.stringify(archive)] as const,
  ]
  return runCheck(confusionCheck, entries, { published })
}

/** What each client really put into the archive and sent beside it, recorded from publishes of odd packages. */
interface Capture {
  readonly case: string
  readonly files: readonly string[]
  readonly archive: JsonObject
  readonly published: JsonObject
}

/** Packing scripts changed the file between the archive and the manifest; all other differences are only of form. */
const rewriting: Readonly<Record<string, readonly string[]>> = {
  'postinstall hidden by prepack': ['manifest_rewritten'],
  'fields removed by prepack': ['manifest_engines_differ', 'manifest_rewritten'],
  'fields added by prepack': ['manifest_bin_differs', 'manifest_dependencies_differ'],
}

const captures = new URL('./captures/', import.meta.url)
for (const file of readdirSync(captures).sort()) {
  const recorded: readonly Capture[] = JSON.parse(readFileSync(new URL(file, captures), 'utf8'))
  describe(`what ${file.replace(/-([^-]*)\.json$/, ' $1')} publishes is no confusion`, () => {
    test.each(recorded.map((capture) => [capture.case, capture] as const))('%s', async (name, capture) => {
      const { codes } = await compare(capture.archive, capture.published, capture.files)
      expect([...new Set(codes)].sort()).toEqual(rewriting[name] ?? [])
    })
  })
}

const dependency = { 'left-pad-core': '^1.0.0' }

test.each([
  ['a dependency that only the archive has', { dependencies: dependency }, {}, 'dependencies.left-pad-core'],
  ['a dependency that only the manifest has', {}, { dependencies: dependency }, 'dependencies.left-pad-core'],
  [
    'another range',
    { dependencies: dependency },
    { dependencies: { 'left-pad-core': '^2.0.0' } },
    'dependencies.left-pad-core',
  ],
  ['another repository', { dependencies: { a: 'x/y' } }, { dependencies: { a: 'github:eve/y' } }, 'dependencies.a'],
  ['an alias', { dependencies: { a: 'npm:a@1' } }, { dependencies: { a: 'npm:evil@1' } }, 'dependencies.a'],
  ['an alias for a name', { dependencies: { a: '1' } }, { dependencies: { a: 'npm:evil@1' } }, 'dependencies.a'],
  [
    'another address',
    { dependencies: { a: 'https://a.test/a.tgz' } },
    { dependencies: { a: 'https://eve.test/a.tgz' } },
    'dependencies.a',
  ],
  [
    'an address for a range',
    { dependencies: { a: '1' } },
    { dependencies: { a: 'git+ssh://git@eve.test/a' } },
    'dependencies.a',
  ],
  ['another commit', { dependencies: { a: 'x/y#v1' } }, { dependencies: { a: 'x/y#v2' } }, 'dependencies.a'],
  ['another file', { dependencies: { a: 'file:a' } }, { dependencies: { a: 'file:b' } }, 'dependencies.a'],
  ['an accepted dependency', { acceptDependencies: { a: '2' } }, {}, 'acceptDependencies.a'],
  [
    'all dependencies bundled',
    { dependencies: { a: '1' }, bundleDependencies: true },
    { dependencies: { a: '1' } },
    'bundleDependencies.a',
  ],
  ['what is bundled by the other name', { bundledDependencies: ['a'] }, {}, 'bundleDependencies.a'],
  ['a file outside of the package for a command', { bin: { x: 'a.js' } }, { bin: { x: '../../b.js' } }, 'bin.x'],
  ['an optional dependency', { optionalDependencies: dependency }, {}, 'optionalDependencies.left-pad-core'],
  ['a plain one made optional', { dependencies: { a: '1' } }, { optionalDependencies: { a: '1' } }, 'dependencies.a'],
  ['a peer dependency', { peerDependencies: dependency }, {}, 'peerDependencies.left-pad-core'],
  ['an optional peer', { peerDependenciesMeta: { a: { optional: true } } }, {}, 'peerDependenciesMeta.a'],
  [
    'a bundled dependency',
    { dependencies: { a: '1' }, bundleDependencies: ['a'] },
    { dependencies: { a: '1' } },
    'bundleDependencies.a',
  ],
  ['a command', { bin: { ls: 'evil.js' } }, {}, 'bin.ls'],
  ['another file for a command', { bin: { x: 'a.js' } }, { bin: { x: 'b.js' } }, 'bin.x'],
  ['a command from outside directories.bin', { directories: { bin: 'bin' } }, { bin: { ls: 'evil/ls' } }, 'bin.ls'],
  ['a renamed command of directories.bin', { directories: { bin: 'bin' } }, { bin: { ls: 'bin/a.js' } }, 'bin.ls'],
  ['a hidden install script', { scripts: { postinstall: 'evil' } }, { scripts: {} }, 'scripts.postinstall'],
  ['another install script', { scripts: { preinstall: 'a' } }, { scripts: { preinstall: 'b' } }, 'scripts.preinstall'],
  ['a hidden native build', { scripts: { install: 'node-gyp rebuild' } }, {}, 'scripts.install'],
  ['engines', { engines: { node: '>=20' } }, { engines: { node: '>=1' } }, 'engines.node'],
  ['os', { os: ['linux'] }, {}, 'os'],
  ['cpu', { cpu: 'x64' }, { cpu: ['arm64'] }, 'cpu'],
  ['libc', {}, { libc: ['glibc'] }, 'libc'],
] as readonly (readonly [string, JsonObject, JsonObject, string])[])(
  '%s is confusion',
  async (_, archive, published, path) => {
    const json = packageJson()
    const { findings } = await compare({ ...json, ...archive }, publishedManifest(json, published))
    expect(findings.map((finding) => finding.path)).toContain(path)
    expect(findings.every(({ code }) => code.startsWith('manifest_') && code !== 'manifest_rewritten')).toBe(true)
  },
)

test('a binding.gyp that the archive has is no confusion, a native build that it has not is not listed', async () => {
  const json = packageJson()
  const built = publishedManifest(json, { scripts: { install: 'node-gyp rebuild' }, gypfile: true })
  expect((await compare(json, built, ['binding.gyp'])).codes).toEqual([])
  const entries = [['package/package.json', JSON.stringify(json)]] as const
  const { facts } = await runCheck(manifestCheck, entries, { published: built })
  expect(facts.manifest).not.toHaveProperty('scripts.install')
  expect(facts.manifest).not.toHaveProperty('hasInstallScript')
})

test('a command whose path leaves the package is linked inside of it, or not at all', async () => {
  const json = packageJson('left-pad', '1.0.0', { bin: { up: '../../etc/x', '../y': 'y.js', abs: '/etc/passwd' } })
  const entries = [['package/package.json', JSON.stringify(json)]] as const
  const { facts } = await runCheck(manifestCheck, entries, { published: publishedManifest(json) })
  expect(facts.manifest).toMatchObject({ bin: { up: 'etc/x', y: 'y.js', abs: 'etc/passwd' } })
})

test('a finding shows both values, cut and on one line', async () => {
  const archive = packageJson('left-pad', '1.0.0', { scripts: { postinstall: `evil\n\u001b[2J${'x'.repeat(500)}` } })
  const { findings } = await compare(archive, packageJson())
  expect(findings).toHaveLength(1)
  expect(findings[0]?.message).toMatch(/^The archive has "evil.{1,120}", the published manifest has nothing\.$/)
})

test('a packing script excuses only what the archive has less of', async () => {
  const packing = { scripts: { prepack: 'clean-package' } }
  const more = packageJson('left-pad', '1.0.0', { ...packing, dependencies: { a: '1' } })
  const less = packageJson('left-pad', '1.0.0', packing)
  expect((await compare(less, more)).codes).toEqual(['manifest_rewritten'])
  expect((await compare(more, less)).codes).toEqual(['manifest_dependencies_differ'])
})

test('names of the prototype are names like others', async () => {
  const hostile = JSON.parse('{"dependencies":{"constructor":"1","toString":"2"},"scripts":{"constructor":"x"}}')
  const { findings } = await compare(packageJson('left-pad', '1.0.0', hostile), packageJson())
  expect(findings.map(({ path }) => path)).toEqual(['dependencies.constructor', 'dependencies.toString'])
})

test('nothing is said when there is no package.json that could be compared', async () => {
  const published = packageJson('left-pad', '1.0.0', { dependencies: { a: '1' } })
  const json = JSON.stringify(packageJson())
  for (const entries of [
    [],
    [['package/package.json', '{']],
    [
      ['a/package.json', json],
      ['b/package.json', json],
    ],
  ] as const) {
    expect((await runCheck(confusionCheck, entries, { published })).codes).toEqual([])
  }
})

test('any JSON as published manifest is taken without a crash', async () => {
  for (const odd of [null, 1, 'x', [], [null], {}, { a: null }, { a: {} }, true] as const) {
    const fields = [
      'name',
      'dependencies',
      'optionalDependencies',
      'peerDependencies',
      'peerDependenciesMeta',
      'bundleDependencies',
      'bundledDependencies',
      'bin',
      'directories',
      'scripts',
      'engines',
      'os',
      'cpu',
      'libc',
      'author',
      'bugs',
      'repository',
      'funding',
      'keywords',
      'contributors',
    ]
    const manifest = Object.fromEntries(fields.map((field) => [field, odd]))
    for (const check of npmChecks)
      await runCheck(
        check,
        [['package/package.json', JSON.stringify({ ...manifest, name: 'left-pad', version: '1.0.0' })]],
        { published: manifest },
      )
  }
})

test('every check documents each of its codes', () => {
  for (const { codes } of npmChecks) {
    for (const { title, why } of Object.values(codes)) expect(title.length * why.length).toBeGreaterThan(0)
  }
})
