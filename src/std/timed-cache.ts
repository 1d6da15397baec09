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

  constructor({ platform, maxAgeMs, maxEntries }: TimedCacheOptions) {
    this.#platform = platform
    this.#maxAgeMs = maxAgeMs
    this.#known = new LRUCache({ max: maxEntries })
  }

  get(key: string): V | undefined {
    const known = this.#known.get(key)
    return known !== undefined && this.#platform.now() - known.askedAt < this.#maxAgeMs ? known.value : undefined
  }

  set(key: string, value: V, askedAt: number): void {
    this.#known.set(key, { value, askedAt })
  }

  delete(key: string): void {
    this.#known.delete(key)
  }

  /** Forgets every value that is meant. O(entries). */
  deleteWhere(isMeant: (value: V) => boolean): void {
    for (const [key, { value }] of this.#known.entries()) if (isMeant(value)) this.#known.delete(key)
  }
}
