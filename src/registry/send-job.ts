import { log } from '../std/log.ts'
import type { Job, Jobs } from '../storage/jobs.ts'

/** Redone by the sweeper when it is lost: the claim stands, so whatever it is for must not fail. */
export async function sendJob(deps: { readonly jobs: Jobs }, job: Job): Promise<void> {
  try {
    await deps.jobs.send(job)
  } catch (error) {
    log('error', 'job_send_failed', `${job.name}@${job.version}: left to the sweeper`, { error })
  }
}
