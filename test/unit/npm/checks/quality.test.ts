import { describe, expect, test } from 'vitest'
import { dependenciesCheck } from '../../../../src/npm/checks/quality/dependencies.ts'
import { entryPointsCheck } from '../../../../src/npm/checks/quality/entry-points.ts'
import { licenseCheck } from '../../../../src/npm/checks/quality/license.ts'
import { readmeCheck } from '../../../../src/npm/checks/quality/readme.ts'
import { sizeCheck } from '../../../../src/npm/checks/quality/size.ts'
import { unwantedFilesCheck } from '../../../../src/npm/checks/quality/unwanted-files.ts'
import type { JsonObject } from '../../../../src/std/json.ts'
import type { Check, Facts } from '../../../../src/validation/check.ts'
import { packageJson } from '../../../builders/package-json.ts'
import { runCheck } from './run-check.ts'

type Files = Readonly<Record<string, string>>

const runWith = (check: Check, fields: JsonObject, files: Files = {}, facts: Partial<Facts> = {}) =>
  runCheck(
    check,
    Object.entries(files).map(([path, content]) => [`package/${path}`, content] as const),
    { facts: { manifest: packageJson('left-pad', '1.0.0', fields), ...facts } },
  )

describe('the licence', () => {
  test.each([
    'MIT',
    '(MIT OR Apache-2.0)',
    'GPL-2.0-only WITH Classpath-exception-2.0',
    'UNLICENSED',
    'SEE LICENSE IN L',
  ])('%s is understood', async (license) => {
    expect((await runWith(licenseCheck, { license })).codes).toEqual([])
  })

  test.each(['Apache 2', 'free', { type: 'MIT' }, `(${'('.repeat(100_000)}`])('%s is not', async (license) => {
    expect((await runWith(licenseCheck, { license })).codes).toEqual(['license_not_spdx'])
  })

  test('none at all is said', async () => {
    expect((await runWith(licenseCheck, { license: '' })).codes).toEqual(['license_missing'])
  })
})

test('a readme that is missing or blank is said', async () => {
  expect((await runWith(readmeCheck, {})).codes).toEqual(['readme_missing'])
  expect((await runWith(readmeCheck, {}, {}, { readme: ' \n' })).codes).toEqual(['readme_missing'])
  expect((await runWith(readmeCheck, {}, {}, { readme: '# Hi' })).codes).toEqual([])
})

describe('entry points', () => {
  const files = { 'index.js': '', 'lib/index.js': '', 'lib/a.mjs': '', 'types/index.d.ts': '', 'bin/cli': '' }

  test.each([
    { main: './index.js' },
    { main: 'index' },
    { main: 'lib' },
    { main: 'lib/' },
    { main: '.' },
    { types: './types' },
    { exports: './index.js' },
    { exports: { '.': { types: './types/index.d.ts', import: './lib/a.mjs' }, './*': './lib/*.mjs', './x': null } },
    { exports: { '.': [{ node: './index.js' }, './gone.js'] } },
    { exports: { node: { import: { default: './lib/a.mjs' }, require: './index.js' }, default: null } },
    { exports: { './*': './lib/*', './internal/*': null } },
    { exports: { './*.js': ['./lib/*.js'] } },
    { browser: './lib' },
    { browser: { './index.js': './lib/index.js', './a.js': false, fs: 'browserify-fs' } },
    { typesVersions: { '>=5': { '*': ['./types/*'] }, '<5': { x: ['types/index.d.ts', 'gone.d.ts'] } } },
    { types: './old.d.ts', typesVersions: { '*': { 'old.d.ts': ['types/index.d.ts'] } } },
    { browser: 7, typesVersions: { '*': { a: 'b' }, '<4': [] }, exports: [null, 7, [[]]] },
    { bin: { left: 'bin/cli' } },
  ] as JsonObject[])('%j are there', async (fields) => {
    expect((await runWith(entryPointsCheck, fields, files)).codes).toEqual([])
  })

  test.each([
    [{ main: 'gone.js' }, 'entry_point_missing', 'main'],
    [{ module: 'lib/gone' }, 'entry_point_missing', 'module'],
    [{ typings: 'gone.d.ts' }, 'types_missing', 'typings'],
    [{ exports: { '.': { types: './gone.d.ts' } } }, 'types_missing', 'exports...types'],
    [{ exports: { './*': './gone/*.js' } }, 'entry_point_missing', 'exports../*'],
    [{ exports: { a: { b: [null, './gone.js', './index.js'] } } }, 'entry_point_missing', 'exports.a.b'],
    [{ exports: { import: { 'types@<5': './gone.d.ts' } } }, 'types_missing', 'exports.import.types@<5'],
    [{ browser: 'gone.js' }, 'entry_point_missing', 'browser'],
    [{ browser: { './index.js': './gone.js' } }, 'entry_point_missing', 'browser../index.js'],
    [{ typesVersions: { '>=5': { '*': ['gone/*'] } } }, 'types_missing', 'typesVersions.>=5.*'],
    [{ bin: { left: 'bin/gone' } }, 'command_missing', 'bin.left'],
  ] as [JsonObject, string, string][])('%j is missing', async (fields, code, path) => {
    expect((await runWith(entryPointsCheck, fields, files)).findings).toMatchObject([{ code, path }])
  })

  test('deep and wide exports come to an end', async () => {
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`./${index}`, `./gone/${index}/*.js`]))
    expect((await runWith(entryPointsCheck, { exports: wide }, files)).findings.length).toBeLessThanOrEqual(500)
  })
})

describe('dependencies', () => {
  test.each(['^1.0.0', '1', '*', '', 'latest', '>=1 <2 || ~3', 'npm:other@^1', 'npm:@s/n'])(
    '%s comes from a registry',
    async (range) => {
      expect((await runWith(dependenciesCheck, { dependencies: { a: range } })).codes).toEqual([])
    },
  )

  test.each([
    'git+https://example.test/x.git',
    'git://github.com/x/y.git#v1',
    'git@github.com:x/y.git',
    'https://example.test/x.tgz',
    'http://example.test/x.tgz',
    'x/y',
    'github:x/y#semver:^1',
    'gist:11081aaa281',
  ])('%s does not', async (specifier) => {
    const { findings } = await runWith(dependenciesCheck, { optionalDependencies: { a: specifier } })
    expect(findings).toMatchObject([{ code: 'dependency_outside_registry', path: 'optionalDependencies.a' }])
  })

  test.each(['file:../a', 'link:a', 'workspace:*', 'portal:/a', './a.tgz', '../a', '/a', '~/a', 'C:\\a'])(
    '%s is on a disk of its publisher',
    async (specifier) => {
      const { findings } = await runWith(dependenciesCheck, { dependencies: { a: specifier } })
      expect(findings).toMatchObject([{ code: 'dependency_is_local', path: 'dependencies.a' }])
    },
  )

  test('what is bundled, or for developers, or a peer, comes from nowhere', async () => {
    const fields = {
      dependencies: { a: 'file:a' },
      bundleDependencies: ['a'],
      devDependencies: { b: 'file:b' },
      peerDependencies: { c: 'x/y' },
    }
    expect((await runWith(dependenciesCheck, fields)).codes).toEqual([])
  })
})

describe('files that should not be shipped', () => {
  test.each([
    ['.env', 'env_file_packed'],
    ['config/.env.production', 'env_file_packed'],
    ['id_rsa', 'key_file_packed'],
    ['node_modules/x/index.js', 'dependencies_packed'],
    ['node_modules/.package-lock.json', 'leftover_packed'],
    ['.git/config', 'leftover_packed'],
    ['src/.index.js.swp', 'leftover_packed'],
    ['Heap.heapsnapshot', 'crash_dump_packed'],
  ])('%s', async (path, code) => {
    expect((await runWith(unwantedFilesCheck, {}, { [path]: 'x' })).codes).toEqual([code])
  })

  test('a core dump is large', async () => {
    expect((await runWith(unwantedFilesCheck, {}, { core: 'x'.repeat(200_000) })).codes).toEqual(['crash_dump_packed'])
    expect((await runWith(unwantedFilesCheck, {}, { core: 'x' })).codes).toEqual([])
  })

  test('many of a kind are one finding', async () => {
    const { findings } = await runWith(unwantedFilesCheck, {}, { 'a/.env': '', 'b/.env': '', '.DS_Store': '' })
    expect(findings).toMatchObject([{ code: 'env_file_packed', path: 'a/.env' }, { code: 'leftover_packed' }])
    expect(findings[0]?.message).toContain('1 more')
  })

  test('bundled dependencies belong there', async () => {
    const fields = { bundleDependencies: ['x'] }
    expect((await runWith(unwantedFilesCheck, fields, { 'node_modules/x/index.js': '' })).codes).toEqual([])
  })

  test.each(['.env.example', '.npmrc', 'lib/core.js', 'env.js', 'public.pem'])('%s is fine', async (path) => {
    expect((await runWith(unwantedFilesCheck, {}, { [path]: 'save-exact=true' })).codes).toEqual([])
  })

  test.each([
    '//registry.test/:_authToken=0a1b2c3d-0a1b-2c3d-0a1b-0a1b2c3d4e5f',
    'save-exact=true\n_auth = "YW5hOnNlY3JldA=="',
    '//registry.test/:_password=c2VjcmV0IQ==',
  ])('an .npmrc with a credential: %s', async (content) => {
    const { findings } = await runWith(unwantedFilesCheck, {}, { 'test/.npmrc': content })
    expect(findings).toMatchObject([{ code: 'npmrc_with_token', path: 'test/.npmrc' }])
    expect(JSON.stringify(findings)).not.toMatch(/0a1b|YW5h|c2Vj/)
  })

  test.each([`//registry.test/:_authToken=$\{NPM_TOKEN}`, '; _authToken=0a1b2c3d4e5f', '_authToken='])(
    'an .npmrc as it should be: %s',
    async (content) => {
      expect((await runWith(unwantedFilesCheck, {}, { '.npmrc': content })).codes).toEqual([])
    },
  )
})

describe('sizes', () => {
  test('usual ones are not mentioned', async () => {
    const facts = { fileCount: 4_000, unpackedSizeBytes: 40_000_000 }
    expect((await runWith(sizeCheck, {}, { a: 'x' }, facts)).codes).toEqual([])
  })

  test('surprises are', async () => {
    const facts = { fileCount: 6_000, unpackedSizeBytes: 60_000_000 }
    expect((await runWith(sizeCheck, {}, {}, facts)).codes).toEqual(['package_is_large', 'package_has_many_files'])
    const dominated = { fileCount: 2, unpackedSizeBytes: 12_000_000 }
    expect((await runWith(sizeCheck, {}, { 'a.wasm': 'x'.repeat(11_000_000) }, dominated)).findings).toMatchObject([
      { code: 'file_dominates', path: 'a.wasm' },
    ])
  })
})
