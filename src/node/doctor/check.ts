import type { Finding } from './finding.ts'

/** One thing that is looked at. */
export interface Check {
  /** Stable: `--json` has it, and `docs/doctor.md` explains it. */
  readonly name: string
  /** The checks that this one builds on: it is skipped when one of them found a problem, or was skipped itself. */
  readonly needs: readonly string[]
  /** After this time the check is over, and that is a problem. Default: 20 s. */
  readonly timeoutMs?: number
  /** Removes what others left: it runs also when the person at the shell has had enough. */
  readonly cleansUp?: true
  /** What it throws is worded by `failure.ts`. `signal` ends it early. */
  run(signal: AbortSignal): Promise<Finding>
}

/** A check that was made, or was not. */
export interface Outcome extends Finding {
  readonly name: string
  readonly durationMs: number
}
