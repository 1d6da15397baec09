import { expect, test } from 'vitest'
import { npmChecks } from '../../../src/npm/checks/all.ts'
import { archiveCodes } from '../../../src/validation/archive/codes.ts'
import { secretsCheck } from '../../../src/validation/checks/secrets.ts'
import { frameCodes } from '../../../src/validation/frame-codes.ts'
import { policy, severityOf } from '../../../src/validation/policy.ts'

const documented = [...Object.keys(frameCodes), ...Object.keys(archiveCodes)].concat(
  ...[...npmChecks, secretsCheck].map(({ codes }) => Object.keys(codes)),
)

test('every code of every check has a severity', () => {
  expect(documented.filter((code) => !Object.hasOwn(policy, code))).toEqual([])
})

test('every code with a severity is documented by a check, once', () => {
  expect(Object.keys(policy).filter((code) => !documented.includes(code))).toEqual([])
  expect(documented.length).toBe(new Set(documented).size)
})

test('codes are snake_case', () => {
  expect(documented.filter((code) => !/^[a-z0-9]+(_[a-z0-9]+)+$/.test(code))).toEqual([])
})

test('an unknown code is an error, whatever it is called', () => {
  for (const code of ['never_heard_of', 'constructor', '__proto__', '']) expect(severityOf(code)).toBe('error')
})
