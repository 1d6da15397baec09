import type { ListedVersion, SnapshotState } from '../model/format.ts'
import type { PackageRef } from '../model/ids.ts'
import type { Head, VersionRecord } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { type Amount, amountOf, nothing, plus, type StoredFiles } from '../model/stored.ts'
import type { Manifests } from '../storage/manifests.ts'
import type { Versions } from '../storage/versions.ts'
import { isEmpty } from './change.ts'
import { retag } from './retag.ts'
import { type IndexDeps, indexPackage } from './search-index.ts'
import { type Change, changeSnapshot, emptyState, loadState, type SnapshotDeps } from './snapshot.ts'
import { isSameStored, storedFiles } from './stored-files.ts'

export interface RebuildDeps extends SnapshotDeps, IndexDeps {
  readonly versions: Versions
  readonly manifests: Manifests
}

export interface Rebuilt {
  readonly outcome: 'rebuilt' | 'unchanged'
  readonly versions: number
}

/**
 * Renders a package's snapshot anew from the truth: its version items and accepted manifests; what it stores is counted
 * anew, too. When the snapshot says the same already, it is left alone. The search index is written anew in any case.
 * @param progress called after each version that was read
 * @throws Refusal `package_not_found`
 */
export async function rebuild(
  deps: RebuildDeps,
  ref: PackageRef,
  progress: (done: number) => void = () => undefined,
): Promise<Rebuilt> {
  let result: Rebuilt = { outcome: 'unchanged', versions: 0 }
  const fromTruth = async (_: SnapshotState, head: Head): Promise<Change | undefined> => {
    const { state, tags, blockedVersions, stored } = await readTruth(deps, head, progress)
    const versions = Object.keys(state.versions).length
    if (versions === 0 && isEmpty(head)) throw refuse('package_not_found')
    result = { outcome: 'unchanged', versions }
    const isBlockedAlike = JSON.stringify(blockedVersions ?? {}) === JSON.stringify(sorted(head.blockedVersions ?? {}))
    const isAlike = isBlockedAlike && isSameStored(stored, head.stored)
    if (isAlike && (await saysTheSame(deps, head, state, tags))) return undefined
    result = { outcome: 'rebuilt', versions }
    return { state, head: { tags, blockedVersions, stored } }
  }
  await changeSnapshot(deps, ref, fromTruth, async () => emptyState) // COMMIT: clients see the rebuilt one
  await indexPackage(deps, ref) // repeatable: whatever the index holds, it is put anew
  return result
}

type Truth = Pick<Head, 'tags'> & {
  readonly state: SnapshotState
  readonly blockedVersions: Head['blockedVersions'] | undefined
  readonly stored: StoredFiles
}

async function readTruth(deps: RebuildDeps, head: Head, progress: (done: number) => void): Promise<Truth> {
  const format = deps.formats[head.format]
  const listed: Record<string, ListedVersion> = {}
  const records = new Map<string, VersionRecord>()
  const blocked: Record<string, string> = {}
  const stored = { listed: nothing, blocked: new Map<string, Amount>() }
  let done = 0
  for await (const record of deps.versions.all(head)) {
    if (record.status === 'blocked') {
      blocked[record.version] = record.blocked ?? ''
      stored.blocked.set(record.version, plus(stored.blocked.get(record.version) ?? nothing, amountOf(record)))
    }
    if (!isListed(record)) continue
    stored.listed = plus(stored.listed, amountOf(record))
    const accepted = await deps.manifests.get(record, record.uploadId)
    if (accepted === undefined) throw new Error(`${record.name}@${record.version}: the accepted manifest is missing`)
    listed[record.version] = format.list(record, accepted, listed[record.version])
    records.set(record.version, record)
    progress(++done)
  }
  const tags = retag(format, head.tags, listed)
  const latest = records.get(tags['latest'] ?? '')
  const readme = latest === undefined ? '' : (await deps.manifests.get(latest, latest.uploadId))?.readme
  const blockedVersions = Object.keys(blocked).length === 0 ? undefined : sorted(blocked)
  return {
    state: { versions: listed, readme: readme ?? '' },
    tags,
    blockedVersions,
    stored: storedFiles(stored.listed, stored.blocked),
  }
}

function sorted(record: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** `accepted` ones too: their bytes are in place, and whoever finishes them may have listed them already. */
function isListed(record: VersionRecord): boolean {
  return record.status === 'published' || record.status === 'accepted'
}

/** Compares what both would render: same bytes, same snapshot. */
async function saysTheSame(deps: RebuildDeps, head: Head, state: SnapshotState, tags: Head['tags']): Promise<boolean> {
  if (head.revision === undefined) return Object.keys(state.versions).length === 0
  if (head.renderedFor !== deps.publicUrl) return false
  if (JSON.stringify(head.tags) !== JSON.stringify(tags)) return false
  const current = await loadCurrent(deps, head)
  if (current === undefined) return false
  const target = { revision: head.revision, publicUrl: deps.publicUrl }
  const render = (from: SnapshotState) => JSON.stringify(deps.formats[head.format].render(head, from, target))
  return render(current) === render(state)
}

/** A snapshot that is missing or cannot be read is what the command is for. */
export async function loadCurrent(deps: RebuildDeps, head: Head): Promise<SnapshotState | undefined> {
  try {
    const state = await loadState(deps, head)
    return state === 'replaced' ? undefined : state
  } catch {
    return undefined
  }
}
