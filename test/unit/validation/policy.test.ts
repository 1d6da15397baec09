import { describe, expect, test } from 'vitest'
import { validations } from '../../../src/node/validator/validations.ts'
import { archiveCodes } from '../../../src/validation/archive/codes.ts'
import { frameCodes } from '../../../src/validation/frame-codes.ts'
import { createPolicy, isFixed, knownCodes, severityOf } from '../../../src/validation/policy.ts'
import { readPolicyChanges } from '../../../src/validation/policy-changes.ts'

const documented = [...Object.keys(frameCodes), ...Object.keys(archiveCodes)].concat(
  ...[...validations.npm.checks, ...validations.generic.checks].map(({ codes }) => Object.keys(codes)),
)

test('every code of every check has a severity', () => {
  expect(documented.filter((code) => !knownCodes.includes(code))).toEqual([])
})

test('every code with a severity is documented by a check, once', () => {
  expect(knownCodes.filter((code) => !documented.includes(code))).toEqual([])
  expect(documented.length).toBe(new Set(documented).size)
})

test('codes are snake_case', () => {
  expect(documented.filter((code) => !/^[a-z0-9]+(_[a-z0-9]+)+$/.test(code))).toEqual([])
})

test('an unknown code is an error, whatever it is called', () => {
  for (const code of ['never_heard_of', 'constructor', '__proto__', '']) expect(severityOf(code)).toBe('error')
})

describe('a policy', () => {
  test('without changes is the defaults', () => {
    expect(knownCodes.filter((code) => createPolicy().levelOf(code) !== severityOf(code))).toEqual([])
  })

  test('changes the codes that it names, each layer over the one before', () => {
    const registry = { license_missing: 'error', readme_missing: 'off', secret_found: 'warning' } as const
    const policy = createPolicy(registry, { readme_missing: 'warning' })
    const levels = ['license_missing', 'readme_missing', 'secret_found', 'license_not_spdx'].map(policy.levelOf)
    expect(levels).toEqual(['error', 'warning', 'warning', 'warning'])
  })

  test('never relaxes what keeps all readers at the same files, whoever asks', () => {
    const policy = createPolicy(Object.fromEntries(knownCodes.map((code) => [code, 'off'])))
    const left = knownCodes.filter((code) => policy.levelOf(code) !== 'off')
    expect(left).toEqual(knownCodes.filter(isFixed))
    for (const code of [...Object.keys(frameCodes), 'archive_symlink', 'package_json_ambiguous', 'tar_size_conflict']) {
      expect(left).toContain(code)
    }
    expect(createPolicy({ never_heard_of: 'off' }).levelOf('never_heard_of')).toBe('error')
  })
})

describe('the setting', () => {
  test('is a list of codes and levels', () => {
    expect(readPolicyChanges(' license_missing=error,readme_missing=off\narchive_windows_name=error ')).toEqual({
      changes: { license_missing: 'error', readme_missing: 'off', archive_windows_name: 'error' },
      problems: [],
    })
    expect(readPolicyChanges('')).toEqual({ changes: {}, problems: [] })
  })

  test('names everything that is wrong with it', () => {
    const text = 'licence_missing=error,readme_missing,readme_missing=never,tar_truncated=warning,__proto__=off'
    const { changes, problems } = readPolicyChanges(`${text},size_jumped=off,size_jumped=error,license_missing=info=x`)
    expect(changes).toEqual({ size_jumped: 'off' })
    expect(problems.map((problem) => /^"(\w+)"/.exec(problem)?.[1])).toEqual([
      'licence_missing',
      'readme_missing',
      'readme_missing',
      'tar_truncated',
      '__proto__',
      'size_jumped',
      'license_missing',
    ])
    expect(problems[3]).toContain('cannot be "warning"')
  })

  test('may say of a fixed code what it is anyway', () => {
    expect(readPolicyChanges('archive_symlink=error').problems).toEqual([])
  })
})
