import type { LRUCache } from 'lru-cache'
import { growingCache } from './growing-cache.ts'
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
  /** Without a value: when it was forgotten. */
  readonly #known: LRUCache<string, { readonly value?: V; readonly askedAt: number }>

  constructor({ platform, maxAgeMs, maxEntries }: TimedCacheOptions) {
    this.#platform = platform
    this.#maxAgeMs = maxAgeMs
    this.#known = growingCache(maxEntries)
  }

  get(key: string): V | undefined {
    const known = this.#known.get(key)
    return known !== undefined && this.#platform.now() - known.askedAt < this.#maxAgeMs ? known.value : undefined
  }

  /** An answer that was asked for before the key was last forgotten may be of before the change: it is not kept. */
  set(key: string, value: V, askedAt: number): void {
    const known = this.#known.get(key)
    if (known !== undefined && known.value === undefined && askedAt <= known.askedAt) return
    this.#known.set(key, { value, askedAt })
  }

  /** There is no such value any more, as an answer just said. */
  delete(key: string): void {
    this.#known.delete(key)
  }

  /** Forgets a value after it was changed: one that is still on its way will not be taken for the new one. */
  forget(key: string): void {
    this.#known.set(key, { askedAt: this.#platform.now() })
  }
}
