import type { UploadId } from '../../model/ids.ts'
import type { DryRunOutcome, Upload } from '../../model/upload.ts'
import { isoNow, type Platform } from '../../std/platform.ts'
import type { DirectUploads } from '../../storage/direct-uploads.ts'
import type { Reports } from '../../storage/reports.ts'
import type { DryRunFindings, Uploads } from '../../storage/uploads.ts'
import { gaveUp, type Settled, type Validate, type Verdict } from '../settle.ts'
import { stillAfterMs } from '../sweep.ts'
import { recordOf } from './record-of.ts'

export interface JudgeDeps {
  readonly uploads: Uploads
  readonly directUploads: DirectUploads
  readonly reports: Reports
  readonly validate: Validate
  /** After so many begun attempts (a crash counts as one) it fails for good. */
  readonly maxAttempts: number
  readonly platform: Platform
}

/**
 * Judges the file of a dry run as if it were claimed, and removes its bytes: the whole work of the validator for one.
 * Every step can be repeated by anybody at any time.
 * @throws StorageError when storage cannot be reached: the queue delivers the job again
 */
export async function judgeDryRun(deps: JudgeDeps, id: UploadId): Promise<Settled> {
  const upload = await deps.uploads.get(id)
  if (upload?.submittedAt === undefined) return 'nothing_to_do'
  if (upload.outcome === undefined) {
    const { verdict, report, ...found } = await judge(deps, upload)
    if (report !== undefined) await deps.reports.putOfDryRun(id, report) // repeatable; read once it is decided
    await deps.uploads.close(upload, verdict, deps.platform.now(), found) // COMMIT: it is decided, or was ended before
  }
  await deps.directUploads.discard(upload) // repeatable
  await deps.uploads.done(upload) // the last: until then the sweeper comes back to it
  return 'settled'
}

interface Judgement extends DryRunFindings {
  readonly verdict: DryRunOutcome
  readonly report?: object | undefined
}

async function judge(deps: JudgeDeps, upload: Upload): Promise<Judgement> {
  const attempts = (upload.attempts ?? 0) + 1
  const beat = (progress: Pick<Upload, 'attempts' | 'checkedBytes'>) => {
    const dueAt = new Date(deps.platform.now() + stillAfterMs).toISOString()
    return deps.uploads.heartbeat(upload.id, dueAt, progress)
  }
  await beat({ attempts })
  if (attempts > deps.maxAttempts) return { verdict: 'failed', reasons: [gaveUp(deps.maxAttempts)] }
  return judgementOf(await deps.validate(recordOf(upload, isoNow(deps.platform)), { heartbeat: beat }))
}

function judgementOf(said: Verdict): Judgement {
  const { report } = said
  if (said.verdict !== 'accepted') {
    return { verdict: said.verdict === 'rejected' ? 'invalid' : 'failed', reasons: said.reasons, report }
  }
  const sha256 = said.accepted.file?.sha256
  return { verdict: 'valid', report, ...(sha256 === undefined ? {} : { sha256 }) }
}
