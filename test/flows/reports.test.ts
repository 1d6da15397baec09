import { afterAll, beforeAll, expect, test } from 'vitest'
import type { VersionRef } from '../../src/model/ids.ts'
import type { Actor } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let ana: Actor

beforeAll(async () => {
  stack = await startStack({ settings: { DECKLE_POLICY: 'license_missing=error, readme_missing=off' } })
  ana = await stack.as('ana')
}, 60_000)
afterAll(() => stack?.close())

const reportOf = (name: string, version: string) => ana.json(`/api/v1/packages/npm/${name}/versions/${version}/report`)

test('the policy of the registry decides what is refused and what is reported', async () => {
  const refused = await ana.publish('free', '1.0.0', { manifest: { license: '' } })
  expect(refused.status).toBe(422)
  expect(await refused.json()).toMatchObject({ error: expect.stringContaining('has no licence') })
  const { verdict, score, findings } = await reportOf('free', '1.0.0')
  expect({ verdict, score }).toEqual({
    verdict: 'rejected',
    score: { value: 0, deductions: [{ code: 'license_missing', points: 100, count: 1 }] },
  })
  expect(findings).toMatchObject([{ code: 'license_missing', severity: 'error' }])
  expect((await ana.publish('free', '1.0.0')).status).toBe(201)
})

test('the report of an accepted version has a score with its reasons', async () => {
  await ana.publish('scored', '1.0.0', { manifest: { main: 'gone.js', license: 'free as in beer' } })
  expect((await reportOf('scored', '1.0.0'))['score']).toEqual({
    value: 70,
    deductions: [
      { code: 'entry_point_missing', points: 25, count: 1 },
      { code: 'license_not_spdx', points: 5, count: 1 },
    ],
  })
})

test('what code can do is compared with the version before, and is no reason to refuse', async () => {
  const files = { 'index.js': `require('child_process')` }
  expect((await ana.publish('changing', '1.0.0')).status).toBe(201)
  expect((await ana.publish('changing', '1.1.0', { files })).status).toBe(201)
  expect((await ana.publish('changing', '1.2.0', { files })).status).toBe(201)
  expect((await reportOf('changing', '1.0.0'))['facts']).toMatchObject({ capabilities: [] })
  const second = await reportOf('changing', '1.1.0')
  expect(second['facts']).toMatchObject({ capabilities: ['processes'] })
  expect(second['findings']).toMatchObject([{ code: 'processes_first_used', severity: 'warning', path: 'index.js' }])
  expect(second['score']).toEqual({ value: 100, deductions: [] })
  expect((await reportOf('changing', '1.2.0'))['findings']).toEqual([])
})

test('a report of before there were scores is shown as it was stored', async () => {
  await ana.publish('old', '1.0.0')
  const ref = { format: 'npm', name: 'old', version: '1.0.0' } as VersionRef
  const record = await stack.stores.versions.get(ref)
  if (record === undefined) throw new Error('the version is not there')
  const { score: _, ...old } = await reportOf('old', '1.0.0')
  await stack.stores.reports.put({ ...ref, filename: record.file.filename }, record.uploadId, old)
  expect(await reportOf('old', '1.0.0')).toEqual(old)
})
