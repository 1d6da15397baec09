import { expect, test } from 'vitest'
import { versionsEntry } from '../../../src/registry/audit-log.ts'

test('an entry has the first hundred versions of a change, with as much of each text as it has room for', () => {
  const many = Array.from({ length: 4_000 }, (_, index) => [`1.0.${index}`, 'x'.repeat(1_024)] as const)
  const entry = versionsEntry(many)
  expect(entry['count']).toBe(4_000)
  expect(Object.keys(entry['versions'] ?? {})).toHaveLength(100)
  expect(JSON.stringify(entry).length).toBeLessThan(30_000)
  expect(versionsEntry([['1.0.0', 'old']])).toEqual({ count: 1, versions: { '1.0.0': 'old' } })
})
