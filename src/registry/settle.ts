import type { AcceptedManifest, PackageFormat } from '../model/format.ts'
import type { ClaimRef, Version } from '../model/ids.ts'
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
import { withListed } from './stored-files.ts'

/** What validation says about one upload. */
export type Verdict =
  | { readonly verdict: 'accepted'; readonly accepted: AcceptedManifest; readonly report?: object }
  | { readonly verdict: 'rejected' | 'failed'; readonly reasons: readonly Reason[]; readonly report?: object }

/** A file that is only tried: nobody has claimed it, and nothing need have been said of it beside its bytes. */
export interface Trial {
  /** Says that it is being worked on, and how far that has come. */
  readonly heartbeat: (progress: Pick<VersionRecord, 'checkedBytes'>) => Promise<void>
}

/**
 * Opens the staged file and runs the checks over one pass of its bytes. Changes nothing.
 * @throws StorageError when storage cannot be read now: the job is to be tried again
 */
export type Validate = (record: VersionRecord, trial?: Trial) => Promise<Verdict>

export interface SettleDeps extends SnapshotDeps, IndexDeps {
  readonly versions: Versions
  readonly staging: Staging
  readonly files: Files
  readonly manifests: Manifests
  readonly reports: Reports
  readonly validate: Validate
  /**
   * After so many begun attempts that came no further than those before (a crash counts as one) the version fails for
   * good; after ten times as many also when each came further.
   */
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
export async function settle(deps: SettleDeps, ref: ClaimRef): Promise<Settled> {
  const record = await deps.versions.get(ref)
  if (record === undefined) return 'nothing_to_do'
  if (record.status === 'published' || record.status === 'blocked') return catchUp(deps, record)
  if (record.status === 'unpublished') return clear(deps, record)
  if (record.status === 'rejected' || record.status === 'failed') return withdraw(deps, record)
  if (record.status === 'accepted') return finish(deps, record)
  const begun = await deps.versions.beginAttempt(record)
  if (begun === 'moved') return 'nothing_to_do'
  if (isHopeless(begun, deps.maxAttempts)) return close(deps, begun, 'failed', [gaveUp(begun.attempts - 1)])
  const verdict = (await standingVerdict(deps, begun)) ?? (await deps.validate(begun))
  if (verdict.verdict === 'accepted') return accept(deps, begun, verdict.accepted, verdict.report)
  await storeReport(deps, begun, verdict.report)
  return close(deps, begun, verdict.verdict, verdict.reasons)
}

/** A large file's attempts may each be cut off and still bring it to its end together. */
function isHopeless({ attempts, furtherAttempt = 0 }: VersionRecord, maxAttempts: number): boolean {
  return attempts - furtherAttempt > maxAttempts || attempts > 10 * maxAttempts
}

/**
 * What an earlier attempt at this upload came to, if it died afterwards: bytes that were found to be good, which may be
 * terabytes, are not read again. Their manifest is stored once everything else about them is.
 */
async function standingVerdict(deps: SettleDeps, record: VersionRecord): Promise<Verdict | undefined> {
  if (record.filename === undefined || record.attempts === 1) return undefined
  const accepted = await deps.manifests.get(record, record.uploadId)
  return accepted === undefined ? undefined : { verdict: 'accepted', accepted }
}

/** Before anybody hears of the verdict. Repeatable: the key names the upload. */
async function storeReport(deps: SettleDeps, record: VersionRecord, report: object | undefined): Promise<void> {
  if (report === undefined) return
  await deps.reports.put({ ...record, filename: record.file.filename }, record.uploadId, report)
}

/** Repeatable: the keys name the upload. One after the other where the manifest stands for the verdict. */
async function storeVerdict(
  deps: SettleDeps,
  record: VersionRecord,
  accepted: AcceptedManifest,
  report: object | undefined,
): Promise<void> {
  const reported = storeReport(deps, record, report)
  if (record.filename !== undefined) await reported
  await Promise.all([reported, deps.manifests.put(record, record.uploadId, accepted)])
}

async function accept(
  deps: SettleDeps,
  record: VersionRecord,
  accepted: AcceptedManifest,
  report: object | undefined,
): Promise<Settled> {
  const [placed] = await Promise.all([
    place(deps, record, accepted), // repeatable: fenced by the upload's id
    storeVerdict(deps, record, accepted, report), // repeatable
  ])
  if (placed === 'moved') return 'nothing_to_do'
  const publishedAt = isoNow(deps.platform)
  const [advanced, head] = await Promise.all([
    deps.versions.advance(record, 'accepted', { publishedAt, ...fileOf(accepted) }), // COMMIT: it will be published
    deps.heads.get(record),
  ])
  return advanced === 'moved' ? 'nothing_to_do' : finish(deps, advanced, { accepted, head })
}

function place(deps: SettleDeps, record: VersionRecord, { file }: AcceptedManifest): Promise<'placed' | 'moved'> {
  return deps.files.place(file === undefined ? record : { ...record, file }, {
    isCurrent: () => stillOurs(deps, record),
    // All of it is checked by now, which the last heartbeat of validation was too early to say
    noted: (copy) => deps.versions.heartbeat(record, { copy, checkedBytes: record.file.sizeBytes }),
  })
}

const fileOf = ({ file }: AcceptedManifest) => (file === undefined ? {} : { file })

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
    const format = deps.formats[record.format]
    const listed = Object.hasOwn(state.versions, record.version) ? state.versions[record.version] : undefined
    if ((listed !== undefined && format.lists(record, listed)) || !isOurs) return undefined
    const accepted = known.accepted ?? (await deps.manifests.get(record, record.uploadId))
    if (accepted === undefined) throw new Error(`${record.name}@${record.version}: the accepted manifest is missing`)
    const versions = { ...state.versions, [record.version]: format.list(record, accepted, listed) }
    const tags = tagsWith(head.tags, record, format)
    const readme = tags['latest'] === record.version ? (accepted.readme ?? '') : state.readme
    return { state: { versions, readme }, head: { tags, stored: withListed(head, record) } }
  }
  const { unused } = await commitSnapshot(deps, record, list, load, known.head) // COMMIT: clients see it
  // What was staged past the edge may be large, and stays for weeks when this is lost: so while the sweeper would redo it
  if (isDirect(record)) await discardStaged(deps.staging, record)
  const published = await deps.versions.advance(record, 'published', {}) // first: somebody waits for it
  if (published !== 'moved' && !isDirect(record)) await discardStaged(deps.staging, record)
  await indexOrLog(deps, record) // redone by the sweeper: the head says that it is due
  await discardSnapshot(deps, record, unused)
  return 'settled'
}

/** The publisher's tags, and `latest` when nothing has it: a package without it cannot be installed by name. */
function tagsWith(tags: Head['tags'], record: VersionRecord, format: PackageFormat): Head['tags'] {
  const next: Record<string, Version> = { ...tags }
  for (const tag of record.tags) {
    if (Object.hasOwn(next, tag) || Object.keys(next).length < maxTags) next[tag] = record.version
  }
  const { latest } = next
  const isRaised =
    record.raisesLatest === true && latest !== undefined && format.compareVersions(record.version, latest) > 0
  if (latest === undefined || isRaised) next['latest'] = record.version
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
  // An earlier attempt may have died between putting the file into place and saying so; and what was staged past the
  // edge is freed for certain
  const hasWork = record.attempts > 1 || isDirect(record)
  const closed = await deps.versions.advance(record, status, { reasons }, hasWork) // COMMIT: nobody can accept it
  if (closed === 'moved') return 'nothing_to_do'
  if (hasWork) return withdraw(deps, closed)
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

/** Whether the bytes came past the edge. */
function isDirect({ filename }: VersionRecord): boolean {
  return filename !== undefined
}

async function stillOurs(deps: SettleDeps, record: VersionRecord): Promise<boolean> {
  const current = await deps.versions.get(record)
  return current?.uploadId === record.uploadId && !isFinal(current.status)
}

export function gaveUp(attempts: number): Reason {
  return {
    code: 'validation_gave_up',
    message: `Validation was begun ${attempts} times and never came to an end.`,
    hint: 'Publish again; if it stays, tell an administrator of the registry.',
  }
}
