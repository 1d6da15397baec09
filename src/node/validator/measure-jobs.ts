import type { Telemetry } from '../../model/telemetry.ts'
import type { Settled } from '../../registry/settle.ts'
import type { Platform } from '../../std/platform.ts'
import type { ReceivedJob } from './consumers.ts'

/** Runs a job, and measures how long it had waited and how long it took. One that failed, it will be again. */
export function measureJobs(platform: Platform, { metrics }: Telemetry) {
  return async ({ sentAt }: Pick<ReceivedJob, 'sentAt'>, run: () => Promise<Settled>): Promise<void> => {
    const beganAt = platform.now()
    if (sentAt !== undefined) metrics?.observe('jobWaitSeconds', {}, Math.max(0, beganAt - sentAt) / 1_000)
    let outcome = 'failed'
    try {
      outcome = await run()
    } finally {
      metrics?.observe('jobSeconds', { outcome }, (platform.now() - beganAt) / 1_000)
    }
  }
}
