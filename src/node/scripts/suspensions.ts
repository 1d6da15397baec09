import { LRUCache } from 'lru-cache'
import type { Platform } from '../../std/platform.ts'

/** After so many runs in a row that took all of their time, a script is not run for a while; then it is tried once. */
export const suspension = { timeOuts: 3, minutes: 5 } as const

/** Which scripts are not run now. Remembers the last thousand that took too long. */
export class Suspensions {
  readonly #platform: Pick<Platform, 'now'>
  readonly #late = new LRUCache<string, { readonly timeOuts: number; readonly endsAt: number }>({ max: 1_000 })

  constructor(platform: Pick<Platform, 'now'>) {
    this.#platform = platform
  }

  has(script: string): boolean {
    return (this.#late.get(script)?.endsAt ?? 0) > this.#platform.now()
  }

  /** To be told of each run. */
  note(script: string, isTimedOut: boolean): void {
    if (!isTimedOut) {
      this.#late.delete(script)
      return
    }
    const timeOuts = (this.#late.get(script)?.timeOuts ?? 0) + 1
    const endsAt = timeOuts < suspension.timeOuts ? 0 : this.#platform.now() + suspension.minutes * 60_000
    this.#late.set(script, { timeOuts, endsAt })
  }
}
