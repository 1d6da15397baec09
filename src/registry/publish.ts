import type { PackageFormat } from '../model/format.ts'
import type { PackageRef, UploadId, Username, VersionRef } from '../model/ids.ts'
import type { Incoming } from '../model/incoming.ts'
import type { Principal } from '../model/principal.ts'
import type { StoredFile, VersionRecord } from '../model/records.ts'
import { Refusal, refuse } from '../model/refusals.ts'
import { claimableStatuses, isFinal } from '../model/version-status.ts'
import { randomId } from '../std/base62.ts'
import { toJson } from '../std/json.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { Jobs } from '../storage/jobs.ts'
import type { StagedUpload, Staging, UploadedBytes } from '../storage/staging.ts'
import type { Versions } from '../storage/versions.ts'
import { type AuditLog, packageTarget } from './audit-log.ts'
import { awaitVerdict, type Receipt } from './await-verdict.ts'
import { type Naming, type Publisher, type PublisherDeps, requireName, requirePublisher } from './publisher.ts'
import { sendJob } from './send-job.ts'
import { discardStaged } from './staged.ts'
import { type StorageLimit, storageLimit, storageProblem } from './storage-quota.ts'

export interface PublishDeps extends PublisherDeps {
  readonly versions: Versions
  readonly staging: Staging
  readonly jobs: Jobs
  readonly formats: Readonly<Record<PackageRef['format'], PackageFormat>>
  readonly waitMs: number
  readonly audit: AuditLog
  readonly platform: Platform
}

/**
 * Reads a request's body: writes the file's bytes to `upload` as they come, and returns what the rest says; undefined
 * when it turned out to be no publish.
 */
export type Receive = (upload: Pick<StagedUpload, 'write'>) => Promise<Incoming | undefined>

/**
 * Publishes one file as one version: staged, claimed, validated elsewhere, and listed once it is accepted.
 * Waits for the verdict for `waitMs`. The same bytes again by the same publisher succeed again, since clients retry.
 * @returns undefined when the body was no publish: nothing was done
 * @throws Refusal `login_required`, `not_owner`, `creation_refused`, `package_locked`, `digest_mismatch`, `quota_exceeded`,
 *   `version_taken`, `version_unpublished`, `busy` while a refused claim's file is being removed, `validation_refused` with
 *   the first reasons, and whatever `receive` refuses
 */
export async function publish(
  deps: PublishDeps,
  who: Principal,
  ref: PackageRef,
  receive: Receive,
): Promise<Receipt | undefined> {
  const publisher = await requirePublisher(deps, who, ref)
  const staged = await stage(deps, ref, publisher, receive) // repeatable: staging expires after a day
  if (staged === undefined) return undefined
  const standing = await takeVersion(deps, publisher, staged)
  return awaitVerdict(deps, standing)
}

/** Takes the name and the version. What was staged for a claim that is refused is freed at once. */
async function takeVersion(deps: PublishDeps, publisher: Publisher, staged: Staged): Promise<VersionRecord> {
  const { record } = staged
  const { version, tags } = record
  const after = toJson({ version, tags, sha512: record.file.sha512 })
  try {
    await requireStorage(deps, publisher, staged)
    return await deps.audit.recorded(
      publisher.who,
      { action: 'package.publish', target: packageTarget(record), after },
      async () => {
        await requireName(deps, publisher, staged)
        return claim(deps, record)
      },
    )
  } catch (error) {
    if (error instanceof Refusal) await discardStaged(deps.staging, staged.record)
    throw error
  }
}

interface Staged extends Naming {
  readonly limit: StorageLimit | undefined
}

/** What stands already needs no more room, and a client that repeats itself hears that it stands. */
async function requireStorage(deps: PublishDeps, { who }: Publisher, { record, limit }: Staged): Promise<void> {
  const problem = storageProblem(limit, who, record.file.sizeBytes)
  if (problem === undefined) return
  const standing = await deps.versions.get(record)
  const stands = standing !== undefined && !claimableStatuses.includes(standing.status)
  if (!stands || !isSamePublish(standing, record)) throw problem
}

/** Receives the bytes and the manifest into staging. A body that is refused or breaks off leaves nothing behind. */
async function stage(
  deps: PublishDeps,
  ref: PackageRef,
  { username, paid }: Publisher,
  receive: Receive,
): Promise<Staged | undefined> {
  const upload = deps.staging.begin(randomId(deps.platform, 22) as UploadId)
  try {
    const incoming = await receive(upload)
    if (incoming === undefined) {
      await upload.abandon()
      return undefined
    }
    const [bytes, head, , limit] = await Promise.all([
      upload.finish(),
      deps.heads.get(ref), // once more: receiving may have taken minutes
      deps.staging.putManifest(upload.uploadId, incoming.manifest),
      storageLimit(deps, paid),
    ])
    requireDigests(bytes, incoming)
    const record = newRecord(deps, ref, username, upload.uploadId, incoming, bytes)
    return { record, visibility: incoming.visibility, head, limit }
  } catch (error) {
    await upload.abandon()
    throw error
  }
}

function requireDigests(bytes: UploadedBytes, { digests }: Incoming): void {
  if (digests.sha512 !== undefined && digests.sha512 !== bytes.sha512) {
    throw refuse('digest_mismatch', { algorithm: 'sha512 (dist.integrity)' })
  }
  if (digests.sha1 !== undefined && digests.sha1 !== bytes.sha1) {
    throw refuse('digest_mismatch', { algorithm: 'sha1 (dist.shasum)' })
  }
}

function newRecord(
  deps: PublishDeps,
  ref: PackageRef,
  publisher: Username,
  uploadId: UploadId,
  incoming: Incoming,
  bytes: UploadedBytes,
): VersionRecord {
  const { version, tags } = incoming
  const now = isoNow(deps.platform)
  const filename = deps.formats[ref.format].fileName({ ...ref, version })
  const file: StoredFile = { filename, ...bytes }
  return {
    ...ref,
    version,
    status: 'pending',
    uploadId,
    publisher,
    file,
    tags,
    claimedAt: now,
    statusAt: now,
    attempts: 0,
  }
}

/** @returns the record whose verdict is to be awaited: the new one, or the same bytes claimed before */
async function claim(deps: PublishDeps, record: VersionRecord): Promise<VersionRecord> {
  const outcome = await deps.versions.claim(record) // COMMIT: from here the version is taken
  const standing = outcome === 'claimed' ? record : await deps.versions.get(record)
  if (standing === undefined) throw refuse('conflict')
  if (standing.uploadId !== record.uploadId) {
    // What its last claim left is being removed
    if (claimableStatuses.includes(standing.status)) throw refuse('busy')
    if (standing.status === 'unpublished') throw refuse('version_unpublished', named(record))
    if (!isSamePublish(standing, record)) throw refuse('version_taken', named(record))
    await discardStaged(deps.staging, record)
  }
  if (!isFinal(standing.status)) await sendJob(deps, standing)
  return standing
}

function isSamePublish(a: VersionRecord, b: VersionRecord): boolean {
  return a.file.sha512 === b.file.sha512 && a.publisher === b.publisher
}

function named(ref: VersionRef): { package: string; version: string } {
  return { package: ref.name, version: ref.version }
}
