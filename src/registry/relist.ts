import type { ListedVersion } from '../model/format.ts'
import type { PackageRef, Version } from '../model/ids.ts'
import type { VersionRecord } from '../model/records.ts'
import { eachInParallel } from '../std/parallel.ts'
import type { Versions } from '../storage/versions.ts'
import { type Change, changeSnapshot, type SnapshotDeps } from './snapshot.ts'

export interface RelistDeps extends SnapshotDeps {
  readonly versions: Versions
}

/** Requests to the table that one change makes at a time. */
export const writesAtATime = 16

/**
 * Makes the snapshot say about versions what their items say, in one change, and takes them out of the sweeper's index.
 * Reads the items in each round, so that of two changes at a time the one that is rendered is the one that is stored.
 */
export async function relist(deps: RelistDeps, ref: PackageRef, versions: readonly Version[]): Promise<void> {
  let records: readonly VersionRecord[] = []
  await changeSnapshot(deps, ref, async (state): Promise<Change | undefined> => {
    records = await deps.versions.getMany(ref, versions)
    const changed: Record<string, ListedVersion> = {}
    for (const record of records) {
      const listed = Object.hasOwn(state.versions, record.version) ? state.versions[record.version] : undefined
      if (listed === undefined || record.status !== 'published') continue
      const next = deps.formats[ref.format].relist(record, listed)
      if (JSON.stringify(next) !== JSON.stringify(listed)) changed[record.version] = next
    }
    if (Object.keys(changed).length === 0) return undefined
    return { state: { ...state, versions: { ...state.versions, ...changed } } }
  }) // COMMIT: clients see it
  const published = records.filter((record) => record.status === 'published')
  await eachInParallel(published, writesAtATime, (record) => deps.versions.done(record)) // redone by the sweeper
}
