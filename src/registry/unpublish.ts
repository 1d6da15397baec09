import { filesPerVersion, type PackageRef, type Version, type VersionRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { VersionRecord } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { eachInParallel } from '../std/parallel.ts'
import type { Jobs } from '../storage/jobs.ts'
import { accessProblem, isAdmin } from './access.ts'
import { packageTarget, versionsEntry } from './audit-log.ts'
import { type ChangeDeps, requireChange } from './change.ts'
import { relist, writesAtATime } from './relist.ts'
import { sendJob } from './send-job.ts'
import { loadState } from './snapshot.ts'

export interface UnpublishDeps extends ChangeDeps {
  readonly jobs: Jobs
}

/** What a client leaves of the versions that it has read. */
export interface Remaining {
  readonly revision: string
  readonly kept: ReadonlySet<string> | 'none'
}

/**
 * Unpublishes the versions that a package lists and that are not to be kept; all of them when none is. Their items stay
 * as tombstones, so that the numbers can never be used again, and the name stays with its owners. Blocked versions stay
 * blocked, with their bytes, unless an administrator unpublishes the whole package.
 *
 * The items are written first, since they are the truth: a rebuild after a crash lists what is left. Each stays in the
 * sweeper's index until the validator has removed its file, which is a second after this as a rule, and a minute and a
 * half when the job is lost. Until then the file can still be downloaded by those who may read the package; a download
 * looks up no version, and links that were signed before end with the file too.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `conflict`, `body_invalid`
 */
export async function unpublishAllBut(
  deps: UnpublishDeps,
  who: Principal,
  ref: PackageRef,
  { revision, kept }: Remaining,
): Promise<void> {
  const head = await requireChange(deps, who, ref, { revision })
  const state = await loadState(deps, head)
  if (state === 'replaced') throw refuse('conflict')
  const listed = Object.keys(state.versions)
  const unknown = kept === 'none' ? undefined : [...kept].find((version) => !Object.hasOwn(state.versions, version))
  if (unknown !== undefined) throw refuse('body_invalid', { problem: 'it has a version that is not published' })
  const blocked = kept === 'none' && isAdmin(who) ? Object.keys(head.blockedVersions ?? {}) : []
  const gone = kept === 'none' ? [...listed, ...blocked] : listed.filter((version) => !kept.has(version))
  if (gone.length === 0) return
  await unpublish(
    deps,
    who,
    ref,
    gone.map((version) => version as Version),
  )
}

/**
 * Unpublishes one version, in the same way. One that is unpublished already is fine.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `version_not_found`, `conflict`
 */
export async function unpublishVersion(deps: UnpublishDeps, who: Principal, ref: VersionRef): Promise<void> {
  await requireChange(deps, who, ref)
  const records = await deps.versions.files(ref)
  const isThere = records.some(({ status }) => status === 'published' || status === 'unpublished')
  if (!isThere) throw refuse('version_not_found', { version: ref.version })
  await unpublish(deps, who, ref, [ref.version])
}

async function unpublish(
  deps: UnpublishDeps,
  who: Principal,
  ref: PackageRef,
  versions: readonly Version[],
): Promise<void> {
  const records = (await deps.versions.getMany(ref, versions)).filter((record) => isToGo(who, record))
  const entry = {
    action: 'package.unpublish',
    target: packageTarget(ref),
    before: versionsEntry(records.map(({ version, status }) => [version, status])),
  }
  await deps.audit.recorded(who, entry, () => eachInParallel(records, writesAtATime, (record) => bury(deps, record))) // COMMIT, for each version
  await relist(deps, ref, versions) // redone by the sweeper
  deps.headCache.forget(ref)
  await eachInParallel(records, writesAtATime, (record) => sendJob(deps, record)) // redone by the sweeper
}

/** Of a version of many files: what is on trial frees itself, and what is blocked stays, unless an administrator asks. */
function isToGo(who: Principal, { format, status }: VersionRecord): boolean {
  if (filesPerVersion[format] === 'one') return true
  return status === 'blocked' ? isAdmin(who) : ['accepted', 'published', 'unpublished'].includes(status)
}

/** A version that is listed and not yet marked so is marked first, as the validator is about to. */
async function bury(deps: UnpublishDeps, record: VersionRecord): Promise<void> {
  if (record.status === 'unpublished') return
  const listed = record.status === 'accepted' ? await deps.versions.advance(record, 'published', {}) : record
  const buried = listed === 'moved' ? 'moved' : await deps.versions.advance(listed, 'unpublished', {})
  if (buried !== 'moved') return
  const current = await deps.versions.get(record)
  if (current?.status !== 'unpublished') throw refuse('conflict')
}

/**
 * The second half of what clients do to unpublish a version: they ask for its file to be removed. It is being removed
 * already, or it is gone.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `version_not_found`, `version_published`
 */
export async function requireUnpublished(deps: UnpublishDeps, who: Principal, ref: VersionRef): Promise<void> {
  const [head, record] = await Promise.all([deps.headCache.get(ref, true), deps.versions.get(ref)])
  const problem = accessProblem(who, 'change', head, deps.rules)
  if (problem !== undefined) throw problem
  if (record?.status === 'unpublished') return
  if (record?.status === 'published') throw refuse('version_published', { package: ref.name, version: ref.version })
  throw refuse('version_not_found', { version: ref.version })
}
