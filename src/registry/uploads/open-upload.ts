import type { ClaimRef, FileRef, FormatId, VersionRef } from '../../model/ids.ts'
import type { Principal } from '../../model/principal.ts'
import type { VersionRecord } from '../../model/records.ts'
import { type Refusal, refuse } from '../../model/refusals.ts'
import { payingOrg } from '../../model/stored.ts'
import { partBytesFor, partCountOf, type Upload } from '../../model/upload.ts'
import type { VersionStatus } from '../../model/version-status.ts'
import { randomId } from '../../std/base62.ts'
import { withoutUndefined } from '../../std/defined.ts'
import { isoNow } from '../../std/platform.ts'
import { uploadSessionId } from '../../storage/keys.ts'
import { versionProblem } from '../access.ts'
import { type Publisher, type PublisherDeps, requirePublisher } from '../publisher.ts'
import { storageLimit, storageProblem } from '../storage-quota.ts'
import { nextExpiry, requireUser, type UploadDeps } from './own-upload.ts'
import { claimOf } from './record-of.ts'
import { openBefore, quotaProblem, type UploadQuotas, uploadQuotas } from './upload-quotas.ts'

export interface OpenUploadDeps extends UploadDeps, PublisherDeps {
  /** Of one file: what a publish of that format takes. */
  readonly mostFileBytes: Readonly<Record<FormatId, number>>
}

/** What somebody wants to send. */
export type WantedUpload = FileRef &
  Pick<Upload, 'sizeBytes' | 'sha256' | 'tags' | 'visibility' | 'kind' | 'releases' | 'description' | 'dryRun'>

/** Files of one version. */
const mostFiles = 1_000
const taken: readonly VersionStatus[] = ['accepted', 'published', 'blocked']

/**
 * Opens a session for one file. The same file again is the session that is open.
 * @throws Refusal `login_required`, `not_owner`, `creation_refused`, `package_locked`, `version_taken`,
 *   `version_released`, `version_unpublished`, `too_many_files`, `upload_too_large`, `quota_exceeded`
 */
export async function openUpload(
  deps: OpenUploadDeps,
  who: Principal,
  wanted: WantedUpload,
): Promise<{ readonly upload: Upload; readonly isNew: boolean }> {
  const mostBytes = deps.mostFileBytes[wanted.format]
  if (wanted.sizeBytes > mostBytes) throw refuse('upload_too_large', { mostBytes })
  const { username } = requireUser(who)
  const publisher = await requirePublisher(deps, who, wanted)
  const [quotas] = await Promise.all([
    uploadQuotas(deps, username, publisher.paid),
    requireRoom(deps, publisher, wanted),
  ])
  const partBytes = partBytesFor(wanted.sizeBytes)
  const id = uploadSessionId(username, randomId(deps.platform, 22))
  const isWhole = partCountOf({ ...wanted, partBytes }) === 1
  const upload: Upload = {
    ...wanted,
    id,
    owner: username,
    ...orgOf(quotas, publisher),
    partBytes,
    ...(isWhole ? {} : { multipart: await deps.directUploads.begin(id) }), // repeatable: empty ones expire
    createdAt: isoNow(deps.platform),
    expiresAt: nextExpiry(deps, deps.platform.now()),
  }
  await deps.uploads.open(upload) // COMMIT: the session is there
  return admit(deps, quotas, upload)
}

/** The organisation that is asked whether it has too many open: where it has such a limit, and pays for the file. */
function orgOf({ ofOrg }: UploadQuotas, { paid }: Publisher): Pick<Upload, 'org'> {
  const org = ofOrg && payingOrg(paid)
  return org === undefined ? {} : { org }
}

/** Whether a version may have one more file, and whoever pays for it has room. */
async function requireRoom(deps: OpenUploadDeps, { who, paid }: Publisher, wanted: WantedUpload): Promise<void> {
  const [head, files, limit] = await Promise.all([
    deps.headCache.get(wanted),
    deps.versions.files(wanted),
    storageLimit(deps, paid),
  ])
  const problem =
    (head && versionProblem(head, wanted.version)) ??
    roomProblem(files, wanted) ??
    takenProblem(files, wanted) ??
    storageProblem(limit, who, wanted.sizeBytes)
  if (problem !== undefined) throw problem
}

/** Why a version takes no file of that name, whoever else has claimed it. */
export function roomProblem(files: readonly VersionRecord[], wanted: FileRef): Refusal | undefined {
  if (files.some(({ status }) => status === 'unpublished')) return refuse('version_unpublished', named(wanted))
  const isReleased = files.some(({ status, releases }) => releases === true && taken.includes(status))
  if (isReleased) return refuse('version_released', named(wanted))
  const others = files.filter(({ filename }) => filename !== wanted.filename)
  return others.length >= mostFiles ? refuse('too_many_files', { most: mostFiles }) : undefined
}

/** Why a version takes no file of that name: it has one. */
export function takenProblem(files: readonly VersionRecord[], wanted: FileRef): Refusal | undefined {
  const standing = files.find(({ file }) => file.filename === wanted.filename)
  return standing !== undefined && taken.includes(standing.status) ? versionTaken(claimOf(wanted)) : undefined
}

/** Names the file where a version has many. */
export function versionTaken({ filename, ...version }: ClaimRef): Refusal {
  return refuse('version_taken', withoutUndefined({ ...named(version), filename }))
}

/**
 * Looks at all open sessions once one's own is among them, so that two that are opened at the same time see one another:
 * the older one stays. One that dies before it is taken back ends like any that nobody uses.
 */
async function admit(
  deps: OpenUploadDeps,
  quotas: UploadQuotas,
  upload: Upload,
): Promise<{ readonly upload: Upload; readonly isNew: boolean }> {
  const before = await openBefore(deps.uploads, upload)
  const same = before.ofOwner.find((other) => other.submittedAt === undefined && isSameFile(other, upload))
  if (same === undefined) {
    const problem = quotaProblem(quotas, before, upload)
    if (problem === undefined) return { upload, isNew: true }
    await takeBack(deps, upload)
    throw problem
  }
  await takeBack(deps, upload)
  const expiresAt = nextExpiry(deps, Date.parse(same.createdAt))
  await deps.uploads.touch(same, expiresAt)
  return { upload: { ...same, expiresAt }, isNew: false }
}

async function takeBack(deps: OpenUploadDeps, upload: Upload): Promise<void> {
  await deps.directUploads.discard(upload)
  await deps.uploads.done(upload)
}

/** A digest that is said now must not be lost: a session that was opened without it is another one. */
function isSameFile(standing: Upload, wanted: Upload): boolean {
  return (
    standing.format === wanted.format &&
    standing.name === wanted.name &&
    standing.version === wanted.version &&
    standing.filename === wanted.filename &&
    standing.sizeBytes === wanted.sizeBytes &&
    standing.dryRun === wanted.dryRun &&
    (wanted.sha256 === undefined || standing.sha256 === wanted.sha256)
  )
}

export function named({ name, version }: VersionRef): { package: string; version: string } {
  return { package: name, version }
}
