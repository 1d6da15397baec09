import { expect, test } from 'vitest'
import { Refusal } from '../../../src/model/refusals.ts'
import { parsePeriod } from '../../../src/npm/routes/downloads.ts'

const now = Date.parse('2026-03-10T12:00:00Z')

test.each([
  ['last-day', { start: '2026-03-10', end: '2026-03-10' }],
  ['last-week', { start: '2026-03-04', end: '2026-03-10' }],
  ['last-month', { start: '2026-02-09', end: '2026-03-10' }],
  ['2026-01-31', { start: '2026-01-31', end: '2026-01-31' }],
  ['2026-01-01:2026-02-01', { start: '2026-01-01', end: '2026-02-01' }],
])('%s', (text, period) => expect(parsePeriod(text, now)).toEqual(period))

test.each([
  '',
  'yesterday',
  '2026-02-30',
  '2026-02-01:2026-01-01',
  '2020-01-01:2026-01-01',
  '2026-01-01:2026-01-02:x',
  'toString',
])('%j is no period', (text) => expect(() => parsePeriod(text, now)).toThrow(Refusal))
