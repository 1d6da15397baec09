import type { ListedVersion, SnapshotState } from '../model/format.ts'
import type { PackageRef, Version } from '../model/ids.ts'
import type { Head, VersionRecord } from '../model/records.ts'
import { eachInParallel } from '../std/parallel.ts'
import type { Manifests } from '../storage/manifests.ts'
import type { Versions } from '../storage/versions.ts'
import { retag } from './retag.ts'
import { type Change, changeSnapshot, type SnapshotDeps } from './snapshot.ts'
import { isSameStored, relisted } from './stored-files.ts'

export interface RelistDeps extends SnapshotDeps {
  readonly versions: Versions
  readonly manifests: Manifests
}

/** Requests to the table that one change makes at a time. */
export const writesAtATime = 16

/**
 * Makes the snapshot say about versions what their items say, in one change: a published one is listed as it is now, one
 * that is blocked or unpublished is not, and the tags follow. Reads the items in each round, so that of two changes at a
 * time the one that is rendered is the one that is stored. What is agreed on by that leaves the sweeper's index;
 * tombstones stay in it until their file is gone.
 */
export async function relist(deps: RelistDeps, ref: PackageRef, versions: readonly Version[]): Promise<void> {
  let records: readonly VersionRecord[] = []
  await changeSnapshot(deps, ref, async (state, head): Promise<Change | undefined> => {
    records = await deps.versions.getMany(ref, versions)
    return agree(deps, head, state, records)
  }) // COMMIT: clients see it
  const agreed = records.filter(({ status }) => status === 'published' || status === 'blocked')
  await eachInParallel(agreed, writesAtATime, (record) => deps.versions.done(record)) // redone by the sweeper
}

async function agree(
  deps: RelistDeps,
  head: Head,
  state: SnapshotState,
  records: readonly VersionRecord[],
): Promise<Change | undefined> {
  const before = new Map(Object.entries(state.versions))
  const versions = new Map(before)
  let isChanged = false
  for (const record of records) {
    const known = versions.get(record.version)
    const next = await listingOf(deps, record, known)
    isChanged ||= JSON.stringify(next) !== JSON.stringify(known)
    if (next === undefined) versions.delete(record.version)
    else versions.set(record.version, next)
  }
  const format = deps.formats[head.format]
  const blockedVersions = blockedAfter(head.blockedVersions, records)
  const stored = relisted(format, head, records, [before, versions])
  isChanged ||= JSON.stringify(blockedVersions) !== JSON.stringify(head.blockedVersions)
  if (!isChanged && isSameStored(stored, head.stored)) return undefined
  const tags = retag(format, head.tags, Object.fromEntries(versions))
  const readme = tags['latest'] === head.tags['latest'] ? state.readme : await readmeOf(deps, head, tags['latest'])
  return { state: { versions: Object.fromEntries(versions), readme }, head: { tags, blockedVersions, stored } }
}

/** What the list is to say of a version: what it says already, brought up to date; all of it anew; or nothing. */
async function listingOf(
  deps: RelistDeps,
  record: VersionRecord,
  known: ListedVersion | undefined,
): Promise<ListedVersion | undefined> {
  const format = deps.formats[record.format]
  const isGone = record.status === 'blocked' || record.status === 'unpublished'
  if (isGone) return known === undefined ? undefined : format.unlist(record, known)
  if (record.status !== 'published') return known
  if (known !== undefined && format.lists(record, known)) return format.relist(record, known)
  const accepted = await deps.manifests.get(record, record.uploadId)
  if (accepted === undefined) throw new Error(`${record.name}@${record.version}: the accepted manifest is missing`)
  return format.list(record, accepted, known)
}

function blockedAfter(before: Head['blockedVersions'], records: readonly VersionRecord[]): Head['blockedVersions'] {
  const after = new Map(Object.entries(before ?? {}))
  for (const version of new Set(records.map((record) => record.version))) {
    const blocked = records.find((record) => record.version === version && record.status === 'blocked')
    if (blocked !== undefined) after.set(version, blocked.blocked ?? '')
    else after.delete(version)
  }
  return after.size === 0 ? undefined : Object.fromEntries(after)
}

async function readmeOf(deps: RelistDeps, ref: PackageRef, version: Version | undefined): Promise<string> {
  const record = version === undefined ? undefined : await deps.versions.get({ ...ref, version })
  const accepted = record === undefined ? undefined : await deps.manifests.get(record, record.uploadId)
  return accepted?.readme ?? ''
}
