import { expect, test } from 'vitest'
import { manifestCheck } from '../../../../src/npm/checks/manifest.ts'
import { packageJson, publishedManifest } from '../../../builders/package-json.ts'
import { runCheck } from './run-check.ts'

const sound = packageJson()
const text = JSON.stringify(sound)

test('a sound archive gives the manifest and the readme', async () => {
  const entries = [
    ['package/index.js', 'x'],
    ['package/README.md', '# Left-pad'],
    ['package/package.json', text],
    ['package/lib/package.json', '{"type":"module"}'],
  ] as const
  const { findings, facts } = await runCheck(manifestCheck, entries, { published: publishedManifest(sound) })
  expect(findings).toEqual([])
  expect(facts.manifest).toMatchObject({ name: 'left-pad', version: '1.0.0', license: 'MIT' })
  expect(facts.readme).toBe('# Left-pad')
})

test('the chunks may be as small as they like', async () => {
  const entries = [
    ['left-pad-main/package.json', text],
    ['left-pad-main/readme.markdown', 'é'.repeat(5000)],
  ] as const
  const { findings, facts } = await runCheck(manifestCheck, entries, { chunkBytes: 1 })
  expect(findings).toEqual([])
  expect(facts.readme).toBe('é'.repeat(5000))
})

test.each([
  ['no package.json', [['package/index.js', 'x']], 'package_json_missing'],
  ['one that is not in a folder', [['package.json', text]], 'package_json_missing'],
  ['one that is too deep', [['package/lib/package.json', text]], 'package_json_missing'],
  ['one with another spelling', [['package/Package.json', text]], 'package_json_missing'],
  [
    'two of them',
    [
      ['package/package.json', text],
      ['other/package.json', text],
    ],
    'package_json_repeated',
  ],
  ['a huge one', [['package/package.json', `${text}${' '.repeat(1_048_576)}`]], 'package_json_too_large'],
  ['broken JSON', [['package/package.json', '{']], 'package_json_invalid'],
  ['an empty one', [['package/package.json', '']], 'package_json_invalid'],
  ['a list', [['package/package.json', '[]']], 'package_json_invalid'],
  [
    'a repeated key',
    [['package/package.json', '{"name":"a","name":"left-pad","version":"1.0.0"}']],
    'package_json_ambiguous',
  ],
  ['no name', [['package/package.json', '{"version":"1.0.0"}']], 'manifest_name_differs'],
  ['another name', [['package/package.json', '{"name":"right-pad","version":"1.0.0"}']], 'manifest_name_differs'],
  ['another version', [['package/package.json', '{"name":"left-pad","version":"1.0.1"}']], 'manifest_version_differs'],
  [
    'a version that is none',
    [['package/package.json', '{"name":"left-pad","version":{}}']],
    'manifest_version_differs',
  ],
] as const)('an archive with %s is refused', async (_, entries, code) => {
  const { codes, findings, facts } = await runCheck(manifestCheck, entries)
  expect(codes).toEqual([code])
  expect(facts.manifest).toBeUndefined()
  expect(facts.readme).toBeUndefined()
  expect(findings[0]?.message).not.toContain('\n')
})

test('the published manifest must be of the claimed name and version too', async () => {
  const published = { name: 'right-pad', version: '2.0.0' }
  const { codes, findings } = await runCheck(manifestCheck, [['package/package.json', text]], { published })
  expect(codes).toEqual(['manifest_name_differs', 'manifest_version_differs'])
  expect(findings[0]).toMatchObject({
    path: 'name',
    message: 'The published manifest has the name "right-pad", but it is published as "left-pad".',
  })
})

test.each(['v1.0.0', ' 1.0.0', '=1.0.0', '1.0.0+build.7'])('the version may be written as %s', async (version) => {
  const entries = [['package/package.json', JSON.stringify(packageJson('left-pad', version))]] as const
  expect((await runCheck(manifestCheck, entries, { published: { name: 'left-pad', version } })).codes).toEqual([])
})

test.each([
  [['README.txt', 'README'], 'README'],
  [['README', 'readme.md'], 'readme.md'],
  [['README.md', 'ReadMe.markdown'], 'README.md'],
  [['README.rst'], undefined],
  [['docs/README.md'], undefined],
])('among %j the readme is %s', async (names, chosen) => {
  const readmes = names.map((name) => [`package/${name}`, name] as const)
  expect((await runCheck(manifestCheck, [['package/package.json', text], ...readmes])).facts.readme).toBe(chosen)
})

test('of a long readme the first 64 KiB are kept, and no half character', async () => {
  const entries = [
    ['package/package.json', text],
    ['package/README.md', `a${'é'.repeat(70_000)}`],
  ] as const
  expect((await runCheck(manifestCheck, entries)).facts.readme).toBe(`a${'é'.repeat(32_767)}`)
})

test('a binding.gyp, a shrinkwrap and the files of directories.bin are seen in the archive', async () => {
  const json = packageJson('left-pad', '1.0.0', { directories: { bin: 'bin' } })
  const entries = [
    ['package/bin/pad.js', 'x'],
    ['package/binding.gyp', '{}'],
    ['package/npm-shrinkwrap.json', '{}'],
    ['package/package.json', JSON.stringify(json)],
  ] as const
  expect((await runCheck(manifestCheck, entries)).facts.manifest).toMatchObject({
    bin: { 'pad.js': 'bin/pad.js' },
    hasInstallScript: true,
    gypfile: true,
    _hasShrinkwrap: true,
  })
})
