import type { AcceptedManifest } from '../model/format.ts'
import type { Version, VersionRef } from '../model/ids.ts'
import type { Head, Reason, VersionRecord } from '../model/records.ts'
import { isFinal } from '../model/version-status.ts'
import { isoNow } from '../std/platform.ts'
import type { Files } from '../storage/files.ts'
import type { Manifests } from '../storage/manifests.ts'
import type { Reports } from '../storage/reports.ts'
import type { Staging } from '../storage/staging.ts'
import type { Versions } from '../storage/versions.ts'
import { relist } from './relist.ts'
import { type IndexDeps, indexOrLog } from './search-index.ts'
import { commitSnapshot, discardSnapshot, loadState, type Mutate, type SnapshotDeps } from './snapshot.ts'
import { discardStaged } from './staged.ts'

/** What validation says about one upload. */
export type Verdict =
  | { readonly verdict: 'accepted'; readonly accepted: AcceptedManifest; readonly report: object }
  | { readonly verdict: 'rejected' | 'failed'; readonly reasons: readonly Reason[]; readonly report?: object }

/**
 * Opens the staged file and runs the checks over one pass of its bytes. Changes nothing.
 * @throws StorageError when storage cannot be read now: the job is to be tried again
 */
export type Validate = (record: VersionRecord) => Promise<Verdict>

export interface SettleDeps extends SnapshotDeps, IndexDeps {
  readonly versions: Versions
  readonly staging: Staging
  readonly files: Files
  readonly manifests: Manifests
  readonly reports: Reports
  readonly validate: Validate
  /** After so many begun attempts (a crash counts as one) the version fails for good. */
  readonly maxAttempts: number
}

export type Settled = 'settled' | 'nothing_to_do'

/** The most tags that a package can have; a publish that would go over it leaves its tag out. */
export const maxTags = 500

/**
 * Brings one version to a final state: the whole work of the validator for one job. Every step can be repeated by
 * anybody at any time, and the conditions of the status machine let each happen once.
 * @throws StorageError when storage cannot be reached: the queue delivers the job again
 */
export async function settle(deps: SettleDeps, ref: VersionRef): Promise<Settled> {
  const record = await deps.versions.get(ref)
  if (record === undefined) return 'nothing_to_do'
  if (record.status === 'published' || record.status === 'blocked') return catchUp(deps, record)
  if (record.status === 'unpublished') return clear(deps, record)
  if (record.status === 'rejected' || record.status === 'failed') return withdraw(deps, record)
  if (record.status === 'accepted') return finish(deps, record)
  const begun = await deps.versions.beginAttempt(record)
  if (begun === 'moved') return 'nothing_to_do'
  if (begun.attempts > deps.maxAttempts) return close(deps, begun, 'failed', [gaveUp(deps.maxAttempts)])
  const verdict = await deps.validate(begun)
  if (verdict.verdict === 'accepted') return accept(deps, begun, verdict.accepted, verdict.report)
  if (verdict.report !== undefined) await storeReport(deps, begun, verdict.report)
  return close(deps, begun, verdict.verdict, verdict.reasons)
}

/** Before anybody hears of the verdict. Repeatable: the key names the upload. */
async function storeReport(deps: SettleDeps, record: VersionRecord, report: object): Promise<void> {
  await deps.reports.put({ ...record, filename: record.file.filename }, record.uploadId, report)
}

async function accept(
  deps: SettleDeps,
  record: VersionRecord,
  accepted: AcceptedManifest,
  report: object,
): Promise<Settled> {
  const [placed] = await Promise.all([
    deps.files.place(record, () => stillOurs(deps, record)), // repeatable: fenced by the upload's id
    deps.manifests.put(record, record.uploadId, accepted), // repeatable: the key names the upload
    storeReport(deps, record, report),
  ])
  if (placed === 'moved') return 'nothing_to_do'
  const publishedAt = isoNow(deps.platform)
  const [advanced, head] = await Promise.all([
    deps.versions.advance(record, 'accepted', { publishedAt }), // COMMIT: it will be published
    deps.heads.get(record),
  ])
  return advanced === 'moved' ? 'nothing_to_do' : finish(deps, advanced, { accepted, head })
}

/**
 * From accepted to published. Redone by the sweeper from any point.
 * @param known what was stored or read just now
 */
async function finish(
  deps: SettleDeps,
  record: VersionRecord,
  known: { readonly accepted?: AcceptedManifest; readonly head?: Head | undefined } = {},
): Promise<Settled> {
  let isOurs = false
  const load = async (_: SnapshotDeps, head: Head) => {
    // Whoever is late must not list again what was published and unpublished meanwhile: asked once the head is known,
    // which a later change replaces
    const [state, ours] = await Promise.all([loadState(deps, head), stillOurs(deps, record)])
    isOurs = ours
    return state
  }
  const list: Mutate = async (state, head) => {
    if (Object.hasOwn(state.versions, record.version) || !isOurs) return undefined
    const accepted = known.accepted ?? (await deps.manifests.get(record, record.uploadId))
    if (accepted === undefined) throw new Error(`${record.name}@${record.version}: the accepted manifest is missing`)
    const format = deps.formats[record.format]
    const versions = { ...state.versions, [record.version]: format.list(record, accepted) }
    const tags = tagsWith(head.tags, record)
    const readme = tags['latest'] === record.version ? (accepted.readme ?? '') : state.readme
    return { state: { versions, readme }, head: { tags } }
  }
  const { unused } = await commitSnapshot(deps, record, list, load, known.head) // COMMIT: clients see it
  const published = await deps.versions.advance(record, 'published', {}) // first: somebody waits for it
  if (published !== 'moved') await discardStaged(deps.staging, record)
  await indexOrLog(deps, record) // redone by the sweeper: the head says that it is due
  await discardSnapshot(deps, record, unused)
  return 'settled'
}

/** The publisher's tags, and `latest` when nothing has it: a package without it cannot be installed by name. */
function tagsWith(tags: Head['tags'], record: VersionRecord): Head['tags'] {
  const next: Record<string, Version> = { ...tags }
  for (const tag of record.tags) {
    if (Object.hasOwn(next, tag) || Object.keys(next).length < maxTags) next[tag] = record.version
  }
  if (!Object.hasOwn(next, 'latest')) next['latest'] = record.version
  return next
}

/** A change of a version, its blocking among them, that was cut off before its snapshot. Nothing to change for a job that came twice. */
async function catchUp(deps: SettleDeps, record: VersionRecord): Promise<Settled> {
  await relist(deps, record, [record.version])
  return 'nothing_to_do'
}

/**
 * What is left to do for a tombstone: off the list, and the bytes removed. The staged ones first, so that a validator
 * that is late with this upload cannot copy them into place again.
 */
async function clear(deps: SettleDeps, record: VersionRecord): Promise<Settled> {
  await relist(deps, record, [record.version]) // repeatable
  await discardStaged(deps.staging, record)
  await deps.files.remove(record) // COMMIT: nobody can download it
  await deps.versions.done(record)
  return 'settled'
}

async function close(
  deps: SettleDeps,
  record: VersionRecord,
  status: 'rejected' | 'failed',
  reasons: readonly Reason[],
): Promise<Settled> {
  // An earlier attempt may have died between putting the file into place and saying so
  const mayHaveFile = record.attempts > 1
  const closed = await deps.versions.advance(record, status, { reasons }, mayHaveFile) // COMMIT: nobody can accept it
  if (closed === 'moved') return 'nothing_to_do'
  if (mayHaveFile) return withdraw(deps, closed)
  await discardStaged(deps.staging, record)
  return 'settled'
}

/**
 * Removes what an attempt may have put into place for a claim that was refused in the end: whoever knows its address
 * could download it. The number stays taken meanwhile, so that no other claim has its file there. The staged bytes go
 * first, so that a validator that is late with this upload cannot copy them into place again.
 */
async function withdraw(deps: SettleDeps, record: VersionRecord): Promise<Settled> {
  if (!(await deps.versions.isOpen(record))) return 'nothing_to_do'
  await deps.staging.discard(record.uploadId)
  await deps.files.withdraw(record) // repeatable, and harmless when it comes late: the next claim's file is not ours
  await deps.versions.done(record) // COMMIT: the number is free again
  return 'settled'
}

async function stillOurs(deps: SettleDeps, record: VersionRecord): Promise<boolean> {
  const current = await deps.versions.get(record)
  return current?.uploadId === record.uploadId && !isFinal(current.status)
}

function gaveUp(attempts: number): Reason {
  return {
    code: 'validation_gave_up',
    message: `Validation was begun ${attempts} times and never came to an end.`,
    hint: 'Publish again; if it stays, tell an administrator of the registry.',
  }
}
