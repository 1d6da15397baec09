import type { CheckJudgement, CheckMoment } from '../../model/check-script.ts'
import type { PackageRef } from '../../model/ids.ts'
import { digestHex } from '../../std/digest.ts'
import type { JsonObject } from '../../std/json.ts'
import type { Platform } from '../../std/platform.ts'
import { packageKey } from '../../storage/keys.ts'
import type { ScriptTask } from './outcome.ts'
import { type PoolOutcome, ScriptPool } from './pool.ts'
import { Suspensions, suspension } from './suspensions.ts'

/** What one run may take. */
const usualLimits: Pick<ScriptTask, 'timeMs' | 'memoryBytes'> = { timeMs: 5_000, memoryBytes: 64 * 1024 * 1024 }

/** Nobody ran it: too many others wait. Asked again later, it may be. */
export type Busy = 'busy'

type Question = Omit<ScriptTask, keyof typeof usualLimits>
type Outcome = PoolOutcome | { readonly kind: 'suspended' }

/** One question to a package's script. */
export interface CheckQuestion {
  readonly script: string
  readonly moment: CheckMoment
  /** With the `time` that the script takes for now. */
  readonly input: JsonObject & { readonly time: string }
  /** The longest to wait for a thread. */
  readonly waitMs: number
}

/** Runs check scripts, and makes a judgement of whatever comes of it. One that always takes too long is not run at all. */
export class ScriptJudge {
  readonly #pool = new ScriptPool()
  readonly #suspensions: Suspensions
  readonly #platform: Pick<Platform, 'now'>
  readonly #limits: typeof usualLimits

  constructor(platform: Pick<Platform, 'now'>, limits = usualLimits) {
    this.#suspensions = new Suspensions(platform)
    this.#platform = platform
    this.#limits = limits
  }

  async judge(ref: PackageRef, { script, moment, input, waitMs }: CheckQuestion): Promise<CheckJudgement | Busy> {
    const task = { script, ask: { moment, input: JSON.stringify(input) }, now: Date.parse(input.time) }
    const outcome = await this.#run(ref, task, waitMs)
    switch (outcome.kind) {
      case 'allow':
        return { verdict: 'allow' }
      case 'deny':
        return { verdict: 'deny', code: 'check_script_denied', reason: outcome.reason }
      case 'busy':
        return 'busy'
      case 'suspended':
        return { verdict: 'deny', code: 'check_script_suspended', reason: this.#problemOf(outcome) }
      default:
        return { verdict: 'deny', code: 'check_script_failed', reason: this.#problemOf(outcome) }
    }
  }

  /** What a text can be asked, or what is wrong with it, as the end of a sentence that begins with "it". */
  async examine(
    ref: PackageRef,
    script: string,
    waitMs: number,
  ): Promise<{ readonly moments: CheckMoment[] } | { readonly problem: string } | Busy> {
    const task = { script, ask: 'moments', now: this.#platform.now() } as const
    const outcome = await this.#run(ref, task, waitMs)
    if (outcome.kind === 'busy') return 'busy'
    if (outcome.kind === 'moments') return { moments: outcome.moments }
    return { problem: this.#problemOf(outcome) }
  }

  async #run(ref: PackageRef, task: Question, waitMs: number): Promise<Outcome> {
    const owner = packageKey(ref)
    // One that was mended is another script
    const script = `${owner} ${digestHex('sha256', task.script)}`
    if (this.#suspensions.has(script)) return { kind: 'suspended' }
    const outcome = await this.#pool.run(owner, { ...task, ...this.#limits }, waitMs)
    if (outcome.kind !== 'busy') this.#suspensions.note(script, outcome.kind === 'timed_out')
    return outcome
  }

  /** Of a run that gave no answer to what it was asked: the end of a sentence that begins with "it". */
  #problemOf(outcome: Outcome): string {
    const timedOut = `took longer than ${this.#limits.timeMs} ms`
    switch (outcome.kind) {
      case 'failed':
        return outcome.problem
      case 'timed_out':
        return timedOut
      case 'suspended':
        return `${timedOut} ${suspension.timeOuts} times in a row, and is not run for ${suspension.minutes} minutes`
      default:
        return 'gave an answer to another question'
    }
  }
}
