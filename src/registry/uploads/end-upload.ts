import type { UploadId } from '../../model/ids.ts'
import type { Principal } from '../../model/principal.ts'
import { refuse } from '../../model/refusals.ts'
import type { Upload, UploadOutcome } from '../../model/upload.ts'
import { log } from '../../std/log.ts'
import { isoNow, type Platform } from '../../std/platform.ts'
import type { DirectUploads } from '../../storage/direct-uploads.ts'
import type { Jobs } from '../../storage/jobs.ts'
import type { Uploads } from '../../storage/uploads.ts'
import type { Versions } from '../../storage/versions.ts'
import { isOver, requireUpload, type UploadDeps } from './own-upload.ts'
import { claimOf } from './record-of.ts'

export interface EndUploadDeps {
  readonly uploads: Uploads
  readonly directUploads: DirectUploads
  readonly versions: Versions
  readonly platform: Platform
}

export interface SweepUploadsDeps extends EndUploadDeps {
  readonly jobs: Jobs
}

const pageSize = 100
/** How long a session that could not be ended waits for another try. */
const retryAfterMs = 60_000

/**
 * Gives an upload up and frees what was sent; a dry run also while it is validated. Again is fine.
 * @throws Refusal as `requireUpload`; `upload_closed` for one that is complete, or a dry run that is decided
 */
export async function abortUpload(deps: UploadDeps, who: Principal, id: string): Promise<void> {
  const upload = await requireUpload(deps, who, id)
  const state = await end(deps, upload, 'aborted')
  if (state !== 'aborted' && state !== 'expired') throw refuse('upload_closed', { state })
}

/**
 * Ends sessions whose time is over, and whatever ending of one was cut off; sends the job of dry runs again that stood
 * still. Any number of sweepers may run at the same time.
 * @returns how many sessions it looked at
 */
export async function sweepUploads(deps: SweepUploadsDeps): Promise<number> {
  let seen = 0
  for (;;) {
    const due = await deps.uploads.due(isoNow(deps.platform), pageSize)
    for (const id of due) {
      await sweepOrLog(deps, id)
      seen += 1
    }
    if (due.length < pageSize) return seen
  }
}

async function sweepOrLog(deps: SweepUploadsDeps, id: UploadId): Promise<void> {
  try {
    // First, so that one that cannot be ended does not stand in the way of the others
    await deps.uploads.postpone(id, new Date(deps.platform.now() + retryAfterMs).toISOString())
    const upload = await deps.uploads.get(id)
    if (upload === undefined) return
    const isSubmitted = upload.submittedAt !== undefined && upload.outcome === undefined
    if (isSubmitted) return await deps.jobs.send({ ...claimOf(upload), dryRun: id }) // bounded by its attempts
    const isAlive = upload.outcome === undefined && !isOver(deps, upload)
    if (isAlive) return await deps.uploads.postpone(id, upload.expiresAt) // active since the index was read
    const outcome = await end(deps, upload, 'expired')
    log('info', 'upload_swept', `upload ${id}: ${outcome}`)
  } catch (error) {
    log('error', 'upload_sweep_failed', `upload ${id}: tried again in a while`, { error })
  }
}

/** Bytes that were claimed are the validator's; all others are freed. Each step can be repeated by anybody. */
async function end(deps: EndUploadDeps, upload: Upload, wanted: UploadOutcome): Promise<UploadOutcome> {
  const outcome = upload.outcome ?? (await decide(deps, upload, wanted))
  if (outcome !== 'completed') await deps.directUploads.discard(upload) // repeatable
  await deps.uploads.done(upload)
  return outcome
}

async function decide(deps: EndUploadDeps, upload: Upload, wanted: UploadOutcome): Promise<UploadOutcome> {
  const isClaimed = !upload.dryRun && (await deps.versions.get(upload))?.uploadId === upload.id
  return deps.uploads.close(upload, isClaimed ? 'completed' : wanted, deps.platform.now()) // COMMIT: it is open no more
}
