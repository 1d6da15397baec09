import type { Principal } from '../../model/principal.ts'
import type { VersionRecord } from '../../model/records.ts'
import { refuse } from '../../model/refusals.ts'
import type { Upload } from '../../model/upload.ts'
import { claimableStatuses } from '../../model/version-status.ts'
import { toJson } from '../../std/json.ts'
import { log } from '../../std/log.ts'
import { isoNow } from '../../std/platform.ts'
import { type AuditLog, packageTarget } from '../audit-log.ts'
import { awaitVerdict, type Receipt } from '../await-verdict.ts'
import { type Publisher, requireName, requirePublisher } from '../publisher.ts'
import { sendJob } from '../send-job.ts'
import { storageLimit, storageProblem } from '../storage-quota.ts'
import { assemble } from './assemble.ts'
import { completeDryRun, type DryRunDeps, type DryRunReceipt } from './complete-dry-run.ts'
import { named, roomProblem, versionTaken } from './open-upload.ts'
import { isOver, nextExpiry, requireUpload } from './own-upload.ts'
import { recordOf } from './record-of.ts'
import { type Completion, stageManifest } from './stage-manifest.ts'

export interface CompleteUploadDeps extends DryRunDeps {
  readonly audit: AuditLog
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
): Promise<Receipt | DryRunReceipt> {
  const upload = await requireUpload(deps, who, id)
  if (upload.dryRun) return completeDryRun(deps, who, upload, completion)
  const standing = await deps.versions.get(upload)
  if (standing?.uploadId === upload.id) return finish(deps, upload, standing) // claimed before
  if (upload.outcome !== undefined) throw refuse('upload_closed', { state: upload.outcome })
  if (isOver(deps, upload)) throw refuse('upload_closed', { state: 'expired' })
  const publisher = await requirePublisher(deps, who, upload)
  // Or it could end while its parts are put together
  const touched = await deps.uploads.touch(upload, nextExpiry(deps, Date.parse(upload.createdAt)))
  if (touched === 'gone') throw refuse('upload_closed', { state: 'closed' })
  await assemble(deps, upload, completion.parts) // repeatable
  await stageManifest(deps, upload) // repeatable
  const record = recordOf(upload, isoNow(deps.platform), completion.releases)
  return finish(deps, upload, await take(deps, publisher, upload, record))
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
  throw standing.status === 'unpublished' ? refuse('version_unpublished', named(record)) : versionTaken(record)
}

/** What is left to do after the claim. Redone by whoever asks next, or by the sweepers. */
async function finish(deps: CompleteUploadDeps, upload: Upload, standing: VersionRecord): Promise<Receipt> {
  // Once it is begun it is the sweeper's: each job would begin it once more, and it may be begun so often only
  if (standing.status === 'pending' && standing.attempts === 0) await sendJob(deps, standing)
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
