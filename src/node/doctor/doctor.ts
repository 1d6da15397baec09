import type { Check, Outcome } from './check.ts'
import { linksCheck, objectsCheck, privacyCheck, trialRemoval } from './checks/bucket.ts'
import { clockCheck, edgeClockCheck } from './checks/clock.ts'
import { corsCheck } from './checks/cors.ts'
import { credentialsCheck } from './checks/credentials.ts'
import { edgeCheck } from './checks/edge.ts'
import { gateCheck } from './checks/gate.ts'
import { lifecycleCheck } from './checks/lifecycle.ts'
import { queuesCheck } from './checks/queues.ts'
import { rightsCheck } from './checks/rights.ts'
import { examineSettings } from './checks/settings.ts'
import { tablesCheck } from './checks/tables.ts'
import { workCheck } from './checks/work.ts'
import { Exam, type ExamOptions } from './exam.ts'
import { probeChecks } from './probe/probe.ts'
import { type Observer, runChecks } from './run.ts'

/** All checks of a deployment, in the order in which they are made. */
export function checksOf(exam: Exam): readonly Check[] {
  return [
    edgeCheck(exam),
    clockCheck(exam),
    edgeClockCheck(exam),
    credentialsCheck(exam),
    tablesCheck(exam),
    objectsCheck(exam),
    privacyCheck(exam),
    linksCheck(exam),
    lifecycleCheck(exam),
    corsCheck(exam),
    rightsCheck(exam),
    trialRemoval(exam),
    queuesCheck(exam),
    workCheck(exam),
    gateCheck(exam),
    ...probeChecks(exam),
  ]
}

export interface DoctorOptions extends Omit<ExamOptions, 'config'> {
  /** As an environment holds them. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly observer: Observer
  /** Ends the checks early, but for those that clean up. */
  readonly interrupted: AbortSignal
}

/** Looks at a deployment from end to end. Where the settings cannot be read, there is nothing else to look at. */
export async function examine(options: DoctorOptions): Promise<readonly Outcome[]> {
  const { settings, observer, interrupted, ...rest } = options
  const { finding, config } = examineSettings(settings, rest.role)
  const first: Outcome = { name: 'settings', ...finding, durationMs: 0 }
  observer.ended(first)
  if (config === undefined) return [first]
  const others = await runChecks(checksOf(new Exam({ ...rest, config })), rest.platform, observer, interrupted)
  return [first, ...others]
}
