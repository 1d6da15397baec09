import type { CheckJudgement, CheckMoment } from '../../model/check-script.ts'
import type { PackageRef } from '../../model/ids.ts'
import type { JsonObject } from '../../std/json.ts'
import type { Platform } from '../../std/platform.ts'
import { packageKey } from '../../storage/keys.ts'
import type { ScriptTask } from './outcome.ts'
import { type PoolOutcome, ScriptPool } from './pool.ts'

/** What one run may take. */
export const scriptLimits = { timeMs: 5_000, memoryBytes: 64 * 1024 * 1024 } as const

/** Nobody ran it: too many others wait. Asked again later, it may be. */
export type Busy = 'busy'

/** One question to a package's script. */
export interface CheckQuestion {
  readonly script: string
  readonly moment: CheckMoment
  /** With the `time` that the script takes for now. */
  readonly input: JsonObject & { readonly time: string }
  /** The longest to wait for a thread. */
  readonly waitMs: number
}

/** Runs check scripts, and makes a judgement of whatever comes of it. */
export class ScriptJudge {
  readonly #pool: ScriptPool
  readonly #platform: Pick<Platform, 'now'>

  constructor(platform: Pick<Platform, 'now'>, pool = new ScriptPool()) {
    this.#pool = pool
    this.#platform = platform
  }

  async judge(ref: PackageRef, { script, moment, input, waitMs }: CheckQuestion): Promise<CheckJudgement | Busy> {
    const task = { script, ask: { moment, input: JSON.stringify(input) }, now: Date.parse(input.time), ...scriptLimits }
    const outcome = await this.#run(ref, task, waitMs)
    switch (outcome.kind) {
      case 'allow':
        return { verdict: 'allow' }
      case 'deny':
        return { verdict: 'deny', code: 'check_script_denied', reason: outcome.reason }
      case 'busy':
        return 'busy'
      default: {
        const reason = outcome.kind === 'failed' ? outcome.problem : 'gave an answer to another question'
        return { verdict: 'deny', code: 'check_script_failed', reason }
      }
    }
  }

  /** What a text can be asked, or what is wrong with it, as the end of a sentence that begins with "it". */
  async examine(
    ref: PackageRef,
    script: string,
    waitMs: number,
  ): Promise<{ readonly moments: CheckMoment[] } | { readonly problem: string } | Busy> {
    const task = { script, ask: 'moments', now: this.#platform.now(), ...scriptLimits } as const
    const outcome = await this.#run(ref, task, waitMs)
    if (outcome.kind === 'busy') return 'busy'
    if (outcome.kind === 'moments') return { moments: outcome.moments }
    return { problem: outcome.kind === 'failed' ? outcome.problem : 'gave an answer to another question' }
  }

  #run(ref: PackageRef, task: ScriptTask, waitMs: number): Promise<PoolOutcome> {
    return this.#pool.run(packageKey(ref), task, waitMs)
  }
}
