import { LRUCache } from 'lru-cache'
import type { ScriptOutcome, ScriptTask } from './outcome.ts'
import { ScriptThread } from './thread.ts'

/** `busy`: not run at all, since too many others wait. */
export type PoolOutcome = ScriptOutcome | { readonly kind: 'busy' }

export interface PoolOptions {
  /** Each holds a script's memory and may fill a core. */
  readonly threads: number
  readonly mostWaiting: number
  readonly mostWaitingOfOne: number
}

const defaults: PoolOptions = { threads: 3, mostWaiting: 200, mostWaitingOfOne: 20 }

interface Waiting {
  readonly owner: string
  readonly task: ScriptTask
  readonly settle: (outcome: PoolOutcome) => void
  readonly timer: NodeJS.Timeout
}

/**
 * A few threads for the scripts of all. One owner's scripts run one after another, so that a script that takes all of
 * its time holds up its own and one thread; and all owners whose last script did so share one thread. Who waits too
 * long, or comes when too many wait, hears that it is busy.
 */
export class ScriptPool {
  readonly #options: PoolOptions
  readonly #idle: ScriptThread[]
  readonly #running = new Set<string>()
  /** Owners whose last script took all of its time. */
  readonly #late = new LRUCache<string, true>({ max: 1_000 })
  #waiting: readonly Waiting[] = []

  constructor(options: PoolOptions = defaults) {
    this.#options = options
    this.#idle = Array.from({ length: options.threads }, () => new ScriptThread())
  }

  /** @param owner whose script it is: a package @param waitMs the longest to wait for a thread */
  run(owner: string, task: ScriptTask, waitMs: number): Promise<PoolOutcome> {
    const ofOne = this.#waiting.filter((one) => one.owner === owner).length
    const { mostWaiting, mostWaitingOfOne } = this.#options
    if (this.#waiting.length >= mostWaiting || ofOne >= mostWaitingOfOne) return Promise.resolve({ kind: 'busy' })
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#giveUp(one), waitMs)
      const one: Waiting = { owner, task, settle, timer }
      this.#waiting = [...this.#waiting, one]
      this.#startNext()
    })
  }

  #giveUp(one: Waiting): void {
    this.#waiting = this.#waiting.filter((other) => other !== one)
    one.settle({ kind: 'busy' })
  }

  #startNext(): void {
    const one = this.#first()
    const thread = one && this.#idle.pop()
    if (one === undefined || thread === undefined) return
    clearTimeout(one.timer)
    this.#waiting = this.#waiting.filter((other) => other !== one)
    this.#running.add(one.owner)
    void thread.run(one.task).then((outcome) => {
      this.#running.delete(one.owner)
      this.#idle.push(thread)
      if (outcome.kind === 'timed_out') this.#late.set(one.owner, true)
      else this.#late.delete(one.owner)
      one.settle(outcome)
      this.#startNext()
    })
    this.#startNext()
  }

  /** The first of those who wait that may run now. */
  #first(): Waiting | undefined {
    const isLateRunning = [...this.#running].some((owner) => this.#late.has(owner))
    return this.#waiting.find(({ owner }) => !this.#running.has(owner) && !(isLateRunning && this.#late.has(owner)))
  }
}
