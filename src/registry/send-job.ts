import type { ClaimRef } from '../model/ids.ts'
import { log } from '../std/log.ts'
import type { Jobs } from '../storage/jobs.ts'

/** Redone by the sweeper when it is lost: the claim stands, so whatever it is for must not fail. */
export async function sendJob(deps: { readonly jobs: Jobs }, ref: ClaimRef): Promise<void> {
  try {
    await deps.jobs.send(ref)
  } catch (error) {
    log('error', 'job_send_failed', `${ref.name}@${ref.version}: left to the sweeper`, { error })
  }
}
