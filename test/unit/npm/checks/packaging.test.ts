import { expect, test } from 'vitest'
import {
  createPackagingCheck,
  type LintOutcome,
  type PackagingProblem,
  type PackedFile,
} from '../../../../src/npm/checks/quality/packaging.ts'
import { packageJson } from '../../../builders/package-json.ts'
import { runCheck } from './run-check.ts'

type Entries = readonly (readonly [path: string, content: string])[]

async function lintedBy(outcome: LintOutcome, entries: Entries, manifest: ReturnType<typeof packageJson> | undefined) {
  const given: (readonly PackedFile[])[] = []
  const check = createPackagingCheck(async (files) => {
    given.push(files)
    return outcome
  })
  const run = await runCheck(check, entries, {
    chunkBytes: 7,
    ...(manifest === undefined ? {} : { facts: { manifest } }),
  })
  return { ...run, given: given[0] }
}

const problem = (code: string, level: PackagingProblem['level'] = 'error'): PackagingProblem => ({
  code,
  level,
  field: 'pkg.exports',
  text: `pkg.exports is\nodd \u001b[31m${'x'.repeat(1000)}`,
})
const sound: LintOutcome = { kind: 'done', problems: [] }

test('publint is given scripts and manifests as they are, and of the rest the names', async () => {
  const entries = [
    ['package/package.json', '{"name":"left-pad"}'],
    ['package/lib/a.mjs', 'export {}'],
    ['package/lib/package.json', '{}'],
    ['package/picture.png', 'a picture'],
  ] as const
  const { given = [], codes } = await lintedBy(sound, entries, packageJson())
  expect(codes).toEqual([])
  const text = given.map(({ name, data }) => [name, new TextDecoder().decode(data)])
  expect(text).toEqual([
    ['/package.json', '{"name":"left-pad"}'],
    ['/lib/a.mjs', 'export {}'],
    ['/lib/package.json', '{}'],
    ['/picture.png', '#!/usr/bin/env node\n'],
  ])
})

test('contents are kept up to 8 MiB', async () => {
  const large = 'x'.repeat(5 * 1024 * 1024)
  const entries = [
    ['package/a.js', large],
    ['package/b.js', large],
    ['package/c.js', 'export {}'],
  ] as const
  const check = createPackagingCheck(async (files) => {
    expect(files.map(({ data }) => data.length)).toEqual([large.length, 20, 9])
    return sound
  })
  expect((await runCheck(check, entries, { facts: { manifest: packageJson() } })).codes).toEqual([])
})

test('what publint finds becomes a finding, printable and on one line', async () => {
  const problems = [problem('EXPORTS_VALUE_INVALID'), problem('FILE_INVALID_FORMAT', 'warning')]
  const { findings } = await lintedBy({ kind: 'done', problems }, [], packageJson())
  expect(findings).toMatchObject([
    { code: 'packaging_error', path: 'pkg.exports' },
    { code: 'packaging_doubtful', hint: expect.stringContaining('publint.dev/rules#file_invalid_format') },
  ])
  for (const { message } of findings) expect(message).toMatch(/^[^\p{Cc}]{1,300}\.$/u)
})

test('what other checks say is not said twice', async () => {
  const problems = [problem('FILE_DOES_NOT_EXIST'), problem('LOCAL_DEPENDENCY')]
  expect((await lintedBy({ kind: 'done', problems }, [], packageJson())).codes).toEqual([])
})

test('a thousand problems are twenty findings', async () => {
  const problems = Array.from({ length: 1000 }, () => problem('EXPORTS_VALUE_INVALID'))
  expect((await lintedBy({ kind: 'done', problems }, [], packageJson())).codes).toHaveLength(20)
})

test('when publint breaks or takes too long, that is all that is said', async () => {
  const { findings } = await lintedBy({ kind: 'failed', problem: 'took longer than 5000 ms' }, [], packageJson())
  expect(findings).toMatchObject([{ code: 'packaging_unchecked', message: 'publint took longer than 5000 ms.' }])
})

test('it is not asked about packages of many files, nor about those without a manifest', async () => {
  const many = Array.from({ length: 2001 }, (_, index) => [`package/${index}.txt`, ''] as const)
  const { findings, given } = await lintedBy(sound, many, packageJson())
  expect(given).toBeUndefined()
  expect(findings).toMatchObject([{ code: 'packaging_unchecked' }])
  expect(await lintedBy(sound, [], undefined)).toMatchObject({ codes: [], given: undefined })
})
