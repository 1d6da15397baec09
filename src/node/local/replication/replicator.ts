import { setTimeout as sleep } from 'node:timers/promises'
import { log } from '../../../std/log.ts'

const retryAfterMs = 500

export interface ReplicatorOptions<Change> {
  readonly name: string
  /** Names what was changed. */
  readonly thingOf: (change: Change) => string
  /** Makes the copy what the original is: what was noted before an end of this process is not known any more. */
  readonly catchUp: () => Promise<void>
  /** Carries one change over. Can be repeated. */
  readonly carry: (change: Change) => Promise<void>
}

/**
 * Carries changes to one copy, a moment after they were made here and in the background, as AWS does between regions.
 * What was noted and not carried yet is the lag that an outage of the original leaves.
 */
export class Replicator<Change> {
  readonly #options: ReplicatorOptions<Change>
  /** The last change of each thing. */
  readonly #waiting = new Map<string, Change>()
  readonly #closed = new AbortController()
  #wake = Promise.withResolvers<void>()

  constructor(options: ReplicatorOptions<Change>) {
    this.#options = options
    void this.#run()
  }

  note(change: Change): void {
    const thing = this.#options.thingOf(change)
    // Behind all others, so that things that were changed later are carried later
    this.#waiting.delete(thing)
    this.#waiting.set(thing, change)
    this.#wake.resolve()
  }

  close(): void {
    this.#closed.abort()
    this.#wake.resolve()
  }

  async #run(): Promise<void> {
    await this.#untilDone(() => this.#options.catchUp())
    while (!this.#closed.signal.aborted) {
      const [next] = this.#waiting
      if (next === undefined) {
        await this.#wake.promise
        this.#wake = Promise.withResolvers()
        continue
      }
      const [thing, change] = next
      await this.#untilDone(() => this.#options.carry(change))
      // Else it was changed once more meanwhile
      if (this.#waiting.get(thing) === change) this.#waiting.delete(thing)
    }
  }

  /** The copy may be away, or not made yet: one line says so, however long that lasts. */
  async #untilDone(work: () => Promise<void>): Promise<void> {
    for (let failed = false; !this.#closed.signal.aborted; failed = true) {
      try {
        return await work()
      } catch (error) {
        if (!failed) log('warning', 'replication_waits', `${this.#options.name} cannot be reached yet`, { error })
        await sleep(retryAfterMs, undefined, { ref: false })
      }
    }
  }
}
