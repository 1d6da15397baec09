import { expect, test } from 'vitest'
import { createFindingLog } from '../../../src/validation/finding-log.ts'
import { createPolicy, knownCodes, severityOf } from '../../../src/validation/policy.ts'
import { scoreOf, weights } from '../../../src/validation/score.ts'

function scoreFor(codes: readonly string[], most = 100, policy = createPolicy()) {
  const log = createFindingLog(most, policy)
  for (const code of codes) log.add({ code, message: 'M.', hint: 'H.' })
  return scoreOf(log.read().codes)
}

test('nothing found is 100', () => {
  expect(scoreFor([])).toEqual({ value: 100, deductions: [] })
})

test('a code costs its points once, however often it was found', () => {
  expect(scoreFor(['readme_missing', 'license_missing', 'leftover_packed', 'leftover_packed'])).toEqual({
    value: 67,
    deductions: [
      { code: 'license_missing', points: 20, count: 1 },
      { code: 'readme_missing', points: 10, count: 1 },
      { code: 'leftover_packed', points: 3, count: 2 },
    ],
  })
})

test('the order in which things were found does not matter', () => {
  const codes = ['types_missing', 'secret_suspected', 'env_file_packed', 'license_not_spdx', 'readme_missing']
  expect(scoreFor(codes.toReversed())).toEqual(scoreFor(codes))
})

test('what did not fit into the report counts too', () => {
  expect(scoreFor(['readme_missing', 'archive_symlink'], 1)).toEqual(scoreFor(['readme_missing', 'archive_symlink']))
})

test('what changed since the version before is no fault', () => {
  expect(scoreFor(['publisher_changed', 'install_script_added', 'network_first_used']).value).toBe(100)
})

test('an error costs everything, also one by policy, and what is off costs nothing', () => {
  expect(scoreFor(['secret_found', 'license_missing']).value).toBe(0)
  expect(scoreFor(['readme_missing'], 9, createPolicy({ readme_missing: 'error' })).value).toBe(0)
  expect(scoreFor(['readme_missing'], 9, createPolicy({ readme_missing: 'off' })).value).toBe(100)
})

test('only what is no error by default has a weight of its own', () => {
  expect(Object.keys(weights).filter((code) => !knownCodes.includes(code) || severityOf(code) === 'error')).toEqual([])
})
