import type { Principal } from '../../model/principal.ts'
import type { VersionRecord } from '../../model/records.ts'
import { refuse } from '../../model/refusals.ts'
import { partCountOf, partSizeOf, type Upload } from '../../model/upload.ts'
import { claimableStatuses, isFinal } from '../../model/version-status.ts'
import { toJson } from '../../std/json.ts'
import { log } from '../../std/log.ts'
import { isoNow } from '../../std/platform.ts'
import type { Jobs } from '../../storage/jobs.ts'
import type { StandingPart } from '../../storage/s3-objects.ts'
import type { Staging } from '../../storage/staging.ts'
import { type AuditLog, packageTarget } from '../audit-log.ts'
import { awaitVerdict, type Receipt } from '../await-verdict.ts'
import { type Publisher, type PublisherDeps, requireName, requirePublisher } from '../publisher.ts'
import { sendJob } from '../send-job.ts'
import { storageLimit, storageProblem } from '../storage-quota.ts'
import { named, roomProblem } from './open-upload.ts'
import { isOver, nextExpiry, requireUpload, type UploadDeps } from './own-upload.ts'
import type { WantedPart } from './parts.ts'

export interface CompleteUploadDeps extends UploadDeps, PublisherDeps {
  readonly staging: Staging
  readonly jobs: Jobs
  readonly waitMs: number
  readonly audit: AuditLog
}

/** What is said at the end: what was sent, to be compared, and whether the version has no more files. */
export interface Completion {
  readonly parts?: readonly WantedPart[]
  readonly releases?: true
}

/**
 * Puts a session's parts together and claims its file; then it is validated and published like any. The same again is
 * the same answer: whatever was done by then is found done.
 * @throws Refusal as `requireUpload`; `upload_closed`, `upload_incomplete`, `version_taken`, `version_released`,
 *   `version_unpublished`, `creation_refused`, `quota_exceeded`, `busy`, `validation_refused`
 */
export async function completeUpload(
  deps: CompleteUploadDeps,
  who: Principal,
  id: string,
  completion: Completion,
): Promise<Receipt> {
  const upload = await requireUpload(deps, who, id)
  const standing = await deps.versions.get(upload)
  if (standing?.uploadId === upload.id) return finish(deps, upload, standing) // claimed before
  if (upload.outcome !== undefined) throw refuse('upload_closed', { state: upload.outcome })
  if (isOver(deps, upload)) throw refuse('upload_closed', { state: 'expired' })
  const publisher = await requirePublisher(deps, who, upload)
  // Or it could end while its parts are put together
  const touched = await deps.uploads.touch(upload, nextExpiry(deps, Date.parse(upload.createdAt)))
  if (touched === 'gone') throw refuse('upload_closed', { state: 'closed' })
  await assemble(deps, upload, completion.parts) // repeatable: what is whole stays so
  await stageManifest(deps, upload) // repeatable
  const record = newRecord(deps, upload, completion)
  return finish(deps, upload, await take(deps, publisher, upload, record))
}

async function assemble(deps: CompleteUploadDeps, upload: Upload, said: Completion['parts']): Promise<void> {
  const parts = await deps.directUploads.allParts(upload)
  if (parts === undefined) {
    // Put together by an attempt that did not come further
    if ((await deps.directUploads.whole(upload.id)) === upload.sizeBytes) return
    throw refuse('upload_incomplete', { problem: 'what was sent is gone; begin another upload' })
  }
  const problem = partsProblem(upload, parts, said)
  if (problem !== undefined) throw refuse('upload_incomplete', { problem })
  await deps.directUploads.assemble(upload, parts)
}

const mostNamed = 20

function partsProblem(
  upload: Upload,
  standing: readonly StandingPart[],
  said: readonly WantedPart[] = [],
): string | undefined {
  const byNumber = new Map(standing.map((part) => [part.partNumber, part]))
  const numbers = Array.from({ length: partCountOf(upload) }, (_, index) => index + 1)
  const missing = numbers.filter((number) => byNumber.get(number)?.sizeBytes !== partSizeOf(upload, number))
  if (missing.length > 0) return `missing are the parts ${listed(missing)}`
  const other = said.filter(({ number, sha256 }) => byNumber.get(number)?.sha256 !== sha256)
  return other.length === 0
    ? undefined
    : `other bytes were sent for the parts ${listed(other.map((part) => part.number))}`
}

function listed(numbers: readonly number[]): string {
  const more = numbers.length > mostNamed ? ` and ${numbers.length - mostNamed} more` : ''
  return `${numbers.slice(0, mostNamed).join(', ')}${more}`
}

/** What its sender says of the file; checked by the format's own checks. */
async function stageManifest(deps: CompleteUploadDeps, upload: Upload): Promise<void> {
  const { id, kind, description, sha256 } = upload
  await deps.staging.putManifest(id, toJson({ kind, description, sha256 }))
}

function newRecord(deps: CompleteUploadDeps, upload: Upload, { releases }: Completion): VersionRecord {
  const { format, name, version, filename, id, owner, sizeBytes, sha256, tags } = upload
  const now = isoNow(deps.platform)
  const isLast = releases ?? upload.releases
  return {
    format,
    name,
    version,
    filename,
    status: 'pending',
    uploadId: id,
    publisher: owner,
    file: { filename, sizeBytes, ...(sha256 === undefined ? {} : { sha256 }) },
    ...(isLast === undefined ? {} : { releases: isLast }),
    tags: tags ?? [],
    ...(tags === undefined && !version.includes('-') ? { raisesLatest: true } : {}),
    claimedAt: now,
    statusAt: now,
    attempts: 0,
  }
}

async function take(
  deps: CompleteUploadDeps,
  publisher: Publisher,
  upload: Upload,
  record: VersionRecord,
): Promise<VersionRecord> {
  const [files, limit] = await Promise.all([deps.versions.files(upload), storageLimit(deps, publisher.paid)])
  const problem = roomProblem(files, upload) ?? storageProblem(limit, publisher.who, upload.sizeBytes)
  if (problem !== undefined) throw problem
  const { version, filename, tags, file } = record
  const after = toJson({ version, filename, tags, sizeBytes: file.sizeBytes, sha256: file.sha256 })
  return deps.audit.recorded(
    publisher.who,
    { action: 'package.publish', target: packageTarget(record), after },
    async () => {
      const head = await deps.heads.get(upload)
      await requireName(deps, publisher, { record, visibility: upload.visibility, head })
      return claim(deps, record)
    },
  )
}

async function claim(deps: CompleteUploadDeps, record: VersionRecord): Promise<VersionRecord> {
  const outcome = await deps.versions.claim(record) // COMMIT: from here the file is taken, and this upload has won
  if (outcome === 'claimed') return record
  const standing = await deps.versions.get(record)
  if (standing === undefined) throw refuse('conflict')
  if (standing.uploadId === record.uploadId) return standing
  // What its last claim left is being removed
  if (claimableStatuses.includes(standing.status)) throw refuse('busy')
  throw refuse(standing.status === 'unpublished' ? 'version_unpublished' : 'version_taken', named(record))
}

/** What is left to do after the claim. Redone by whoever asks next, or by the sweepers. */
async function finish(deps: CompleteUploadDeps, upload: Upload, standing: VersionRecord): Promise<Receipt> {
  if (!isFinal(standing.status)) await sendJob(deps, standing)
  if (upload.outcome === undefined) await closeCompleted(deps, upload)
  return awaitVerdict(deps, standing)
}

/** The claim stands, so completing must not fail for it. */
async function closeCompleted(deps: CompleteUploadDeps, upload: Upload): Promise<void> {
  try {
    await deps.uploads.close(upload, 'completed', deps.platform.now())
    await deps.uploads.done(upload)
  } catch (error) {
    log('warning', 'upload_close_failed', `upload ${upload.id}: left to the sweeper`, { error })
  }
}
