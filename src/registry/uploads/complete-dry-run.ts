import type { Principal } from '../../model/principal.ts'
import { refuse } from '../../model/refusals.ts'
import { type DryRunOutcome, isJudged, type Upload } from '../../model/upload.ts'
import { isoNow } from '../../std/platform.ts'
import type { Jobs } from '../../storage/jobs.ts'
import type { Staging } from '../../storage/staging.ts'
import { lookUntil } from '../await-verdict.ts'
import { type PublisherDeps, requirePublisher } from '../publisher.ts'
import { sendJob } from '../send-job.ts'
import { stillAfterMs } from '../sweep.ts'
import { assemble } from './assemble.ts'
import { roomProblem, takenProblem } from './open-upload.ts'
import { isOver, nextExpiry, type UploadDeps } from './own-upload.ts'
import { claimOf } from './record-of.ts'
import { type Completion, stageManifest } from './stage-manifest.ts'

export interface DryRunDeps extends UploadDeps, PublisherDeps {
  readonly staging: Staging
  readonly jobs: Jobs
  readonly waitMs: number
}

export interface DryRunReceipt {
  /** `validating`: it is submitted, and not decided yet. */
  readonly outcome: DryRunOutcome | 'validating'
}

/**
 * The end of a session that publishes nothing: refuses whatever completing it would refuse, puts the parts together and
 * hands them over to the validators (`judge-dry-run.ts`). No name, version or tag is touched. The same again is the same
 * answer.
 * @throws Refusal as `completeUpload`, but `busy` and `validation_refused`
 */
export async function completeDryRun(
  deps: DryRunDeps,
  who: Principal,
  upload: Upload,
  completion: Completion,
): Promise<DryRunReceipt> {
  if (isJudged(upload.outcome)) return { outcome: upload.outcome }
  const isSubmitted = upload.submittedAt !== undefined && upload.outcome === undefined
  if (!isSubmitted) await submit(deps, who, upload, completion)
  // Once it is begun it is the sweeper's: each job would begin it once more
  if (upload.attempts === undefined) await sendJob(deps, { ...claimOf(upload), dryRun: upload.id })
  return { outcome: (await lookUntil(deps, () => judged(deps, upload))) ?? 'validating' }
}

async function submit(deps: DryRunDeps, who: Principal, upload: Upload, completion: Completion): Promise<void> {
  if (upload.outcome !== undefined) throw refuse('upload_closed', { state: upload.outcome })
  if (isOver(deps, upload)) throw refuse('upload_closed', { state: 'expired' })
  await requirePublisher(deps, who, upload)
  const files = await deps.versions.files(upload)
  const problem = roomProblem(files, upload) ?? takenProblem(files, upload)
  if (problem !== undefined) throw problem
  // Or it could end while its parts are put together
  const touched = await deps.uploads.touch(upload, nextExpiry(deps, Date.parse(upload.createdAt)))
  if (touched === 'gone') return requireSubmitted(deps, upload)
  await assemble(deps, upload, completion.parts) // repeatable
  await stageManifest(deps, upload, completion) // repeatable
  const dueAt = new Date(deps.platform.now() + stillAfterMs).toISOString()
  // COMMIT: it will be judged, by the job or, if that is lost, by the sweeper
  if ((await deps.uploads.submit(upload, isoNow(deps.platform), dueAt)) === 'gone') await requireSubmitted(deps, upload)
}

/** The same was asked for at the same time, and that one was faster; or the session was ended. */
async function requireSubmitted(deps: DryRunDeps, { id }: Upload): Promise<void> {
  const current = await deps.uploads.get(id)
  if (current?.submittedAt !== undefined && (current.outcome === undefined || isJudged(current.outcome))) return
  throw refuse('upload_closed', { state: current?.outcome ?? 'closed' })
}

async function judged(deps: DryRunDeps, { id }: Upload): Promise<DryRunOutcome | undefined> {
  const outcome = (await deps.uploads.get(id))?.outcome
  if (outcome === undefined || isJudged(outcome)) return outcome
  throw refuse('upload_closed', { state: outcome })
}
