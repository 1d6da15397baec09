/**
 * The life of a version, as data. `advance(from, to)` in `storage/versions.ts` is the only writer, and its condition
 * names `from`, so that no step of this table can be skipped or done twice.
 *
 * - `pending`: the claim stands, the bytes are in staging, the validator has not decided.
 * - `accepted`: the bytes are in place under `packages/`, the head does not list the version yet.
 * - `published`: listed and downloadable.
 * - `rejected`: a check refused it. `failed`: it could not be checked. Both free the number for another claim.
 * - `unpublished`: a tombstone; the number can never be used again.
 */
export const versionStatuses = ['pending', 'accepted', 'published', 'rejected', 'failed', 'unpublished'] as const
export type VersionStatus = (typeof versionStatuses)[number]

export const nextStatus = {
  pending: ['accepted', 'rejected', 'failed'],
  accepted: ['published'],
  published: ['unpublished'],
  rejected: ['pending'],
  failed: ['pending'],
  unpublished: [],
} as const satisfies Record<VersionStatus, readonly VersionStatus[]>

/** Statuses in which a number may be claimed (again). */
export const claimableStatuses = versionStatuses.filter((from) =>
  (nextStatus[from] as readonly VersionStatus[]).includes('pending'),
)

/** The number's fate is decided in one of these: nobody waits for a verdict any more. */
export function isFinal(status: VersionStatus): boolean {
  return status !== 'pending' && status !== 'accepted'
}

/** What is not final; and `unpublished`, until the file and its listing are gone. Such items are the sweeper's. */
export function leavesWork(status: VersionStatus): boolean {
  return !isFinal(status) || status === 'unpublished'
}
