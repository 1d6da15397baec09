import { expect, test } from 'vitest'
import { claimableStatuses, isFinal, leavesWork, nextStatus } from '../../../src/model/version-status.ts'

test('a blocked version is given back or unpublished, and its number is never free', () => {
  expect(nextStatus.published).toContain('blocked')
  expect(nextStatus.blocked).toEqual(['blocked', 'published', 'unpublished'])
  expect(claimableStatuses).toEqual(['rejected', 'failed'])
  expect(isFinal('blocked')).toBe(true)
})

test('a step that the snapshot has to follow is left to the sweeper, one that follows the snapshot is not', () => {
  const steps = [
    ['published', 'blocked', true],
    ['blocked', 'published', true],
    ['published', 'unpublished', true],
    ['pending', 'accepted', true],
    ['accepted', 'published', false],
    ['pending', 'rejected', false],
  ] as const
  for (const [from, to, expected] of steps) expect([from, to, leavesWork(from, to)]).toEqual([from, to, expected])
})
