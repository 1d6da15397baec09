import { LRUCache } from 'lru-cache'
import type { Platform } from './platform.ts'

export interface TimedCacheOptions {
  readonly platform: Pick<Platform, 'now'>
  /** How old an answer may be. Counted from when it was asked for, not from when it came. */
  readonly maxAgeMs: number
  /** How many are kept; the least recently used goes first. */
  readonly maxEntries: number
}

/** What an isolate knows for a while. */
export class TimedCache<V extends object> {
  readonly #platform: Pick<Platform, 'now'>
  readonly #maxAgeMs: number
  readonly #known: LRUCache<string, { readonly value: V; readonly askedAt: number }>
  #forgotAt = Number.NEGATIVE_INFINITY

  constructor({ platform, maxAgeMs, maxEntries }: TimedCacheOptions) {
    this.#platform = platform
    this.#maxAgeMs = maxAgeMs
    this.#known = new LRUCache({ max: maxEntries })
  }

  get(key: string): V | undefined {
    const known = this.#known.get(key)
    return known !== undefined && this.#platform.now() - known.askedAt < this.#maxAgeMs ? known.value : undefined
  }

  /** Keeps an answer, unless something was forgotten since it was asked for: it may be from before that. */
  set(key: string, value: V, askedAt: number): void {
    if (askedAt > this.#forgotAt) this.#known.set(key, { value, askedAt })
  }

  /** There is no such value any more, as an answer just said. */
  delete(key: string): void {
    this.#known.delete(key)
  }

  /** Forgets a value that was changed here; answers that are on their way are used, and not kept. */
  forget(key: string): void {
    this.#forgotAt = this.#platform.now()
    this.#known.delete(key)
  }

  /** The same for every value that is meant. O(entries). */
  forgetWhere(isMeant: (value: V) => boolean): void {
    this.#forgotAt = this.#platform.now()
    for (const [key, { value }] of this.#known.entries()) if (isMeant(value)) this.#known.delete(key)
  }
}
