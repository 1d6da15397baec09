import { log } from '../std/log.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { Jobs } from '../storage/jobs.ts'
import type { Versions } from '../storage/versions.ts'

export interface SweepDeps {
  readonly versions: Versions
  readonly jobs: Jobs
  readonly platform: Platform
}

/** How long an item may stand still before its job is sent again. */
export const stillAfterMs = 60_000
const pageSize = 100

/**
 * Finds versions that have stood still for over a minute and sends their job again. Any number of sweepers may run at
 * the same time: sending a job twice is harmless, and each postpones what it has sent.
 * @returns how many jobs were sent
 */
export async function sweep(deps: SweepDeps): Promise<number> {
  let sent = 0
  for (;;) {
    const due = await deps.versions.due(isoNow(deps.platform), pageSize)
    for (const ref of due) {
      await deps.jobs.send(ref) // repeatable
      await deps.versions.postpone(ref, new Date(deps.platform.now() + stillAfterMs).toISOString())
      log('info', 'version_swept', `${ref.format}/${ref.name}@${ref.version}: stood still, sent again`)
      sent += 1
    }
    if (due.length < pageSize) return sent
  }
}
