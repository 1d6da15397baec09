import type { Check } from '../check.ts'
import type { Exam } from '../exam.ts'
import { unlessDenied } from '../failure.ts'
import { type Finding, ok, problem, warning } from '../finding.ts'

/** Every validator sweeps each 15 s: what is overdue for longer than this was seen by none. */
const lateMs = 60_000
const veryLateMs = 5 * 60_000

/**
 * Somebody works. SQS does not tell the age of its oldest message by itself, but each job belongs to an open version
 * item, which the sweeper of every validator sends again once it is due.
 */
export function workCheck(exam: Pick<Exam, 'stores' | 'platform'>): Check {
  return {
    name: 'work',
    needs: ['credentials'],
    timeoutMs: 60_000,
    run: () => unlessDenied('see what is left to do (index byWork)', () => oldest(exam)),
  }
}

async function oldest({ stores, platform }: Pick<Exam, 'stores' | 'platform'>): Promise<Finding> {
  const due = await stores.versions.firstDue()
  const overdueMs = due === undefined ? 0 : platform.now() - Date.parse(due)
  if (overdueMs <= 0) return ok(due === undefined ? 'No version waits.' : 'All that waits is being worked on.')
  const message = `The oldest version that waits should have been worked on ${Math.round(overdueMs / 1_000)} s ago.`
  if (overdueMs < lateMs) return ok(message)
  const remedy = 'Start a validator, or look at the log of the one that runs (sweep_failed, queue_failed).'
  return overdueMs < veryLateMs ? warning(message, remedy) : problem(`${message} No validator runs.`, remedy)
}
