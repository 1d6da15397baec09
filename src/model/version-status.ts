/**
 * The life of a version, as data. `advance(from, to)` in `storage/versions.ts` is the only writer, and its condition
 * names `from`, so that no step of this table can be skipped or done twice.
 *
 * - `pending`: the claim stands, the bytes are in staging, the validator has not decided.
 * - `accepted`: the bytes are in place under `packages/`, the head does not list the version yet.
 * - `published`: listed and downloadable.
 * - `rejected`: a check refused it. `failed`: it could not be checked. Both free the number for another claim.
 * - `blocked`: an administrator has taken it off the list, and nobody can read it; its bytes are kept.
 * - `unpublished`: a tombstone; the number can never be used again.
 */
export const versionStatuses = [
  'pending',
  'accepted',
  'published',
  'rejected',
  'failed',
  'blocked',
  'unpublished',
] as const
export type VersionStatus = (typeof versionStatuses)[number]

export const nextStatus = {
  pending: ['accepted', 'rejected', 'failed'],
  accepted: ['published', 'blocked'],
  published: ['blocked', 'unpublished'],
  blocked: ['blocked', 'published', 'unpublished'],
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

/**
 * Whether a step leaves something to do: to what is not final, and to what the snapshot has to agree with afterwards
 * (and, for `unpublished`, the file has to go). Such items are the sweeper's.
 */
export function leavesWork(from: VersionStatus, to: VersionStatus): boolean {
  return !isFinal(to) || to === 'blocked' || to === 'unpublished' || from === 'blocked'
}
