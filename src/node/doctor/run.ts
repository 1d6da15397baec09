import type { Platform } from '../../std/platform.ts'
import type { Check, Outcome } from './check.ts'
import { findingOf } from './failure.ts'
import { type Finding, problem, skipped } from './finding.ts'

const defaultTimeoutMs = 20_000

/** Told about each check as it begins and as it ends. */
export interface Observer {
  began(name: string): void
  ended(outcome: Outcome): void
}

/**
 * Makes the checks one after the other, in their order. One that fails stops only those that need it.
 * @param interrupted ends the check that is under way; after it only those run that clean up
 */
export async function runChecks(
  checks: readonly Check[],
  platform: Platform,
  observer: Observer,
  interrupted: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, Outcome>()
  for (const check of checks) {
    observer.began(check.name)
    const reason = reasonToSkip(check, outcomes, interrupted)
    const beganAt = platform.now()
    const finding = reason === undefined ? await findWithin(check, platform, interrupted) : skipped(reason)
    const outcome = { name: check.name, ...finding, durationMs: Math.max(0, platform.now() - beganAt) }
    outcomes.set(check.name, outcome)
    observer.ended(outcome)
  }
  return [...outcomes.values()]
}

function reasonToSkip(
  check: Check,
  outcomes: ReadonlyMap<string, Outcome>,
  interrupted: AbortSignal,
): string | undefined {
  const missing = check.needs.map((name) => outcomes.get(name)).find((need) => need && isUseless(need))
  if (missing?.verdict === 'problem') return `It needs "${missing.name}", which has a problem.`
  if (missing !== undefined) return `It needs "${missing.name}", which was skipped.`
  return interrupted.aborted && check.cleansUp === undefined ? 'Interrupted.' : undefined
}

const isUseless = ({ verdict }: Outcome) => verdict === 'problem' || verdict === 'skipped'

/** The finding, or that there was none in time; then the check is told to end and not waited for. */
async function findWithin(check: Check, platform: Platform, interrupted: AbortSignal): Promise<Finding> {
  const timeoutMs = check.timeoutMs ?? defaultTimeoutMs
  const ended = new AbortController()
  const late = new AbortController()
  const stop = check.cleansUp === undefined ? AbortSignal.any([late.signal, interrupted]) : late.signal
  const stopped = new Promise<Finding>((resolve) => {
    stop.addEventListener('abort', () => resolve(late.signal.aborted ? tooLate(timeoutMs) : interruption))
  })
  const timer = platform.sleep(timeoutMs, ended.signal).then(
    () => late.abort(),
    // The check was faster
    () => undefined,
  )
  try {
    return await Promise.race([check.run(stop).catch(findingOf), stopped])
  } finally {
    ended.abort()
    await timer
  }
}

const interruption = problem('Interrupted.', 'Run it again.')

function tooLate(timeoutMs: number): Finding {
  return problem(
    `No result within ${timeoutMs / 1_000} s.`,
    'Look at the way from this machine to there, and at the load of the other side.',
  )
}
