import type { LRUCache } from 'lru-cache'
import { growingCache } from './growing-cache.ts'
import type { Platform } from './platform.ts'

export interface TokenBucketsOptions {
  readonly platform: Pick<Platform, 'now'>
  /** How many may come at once. */
  readonly burst: number
  /** How many may come in the long run. */
  readonly perS: number
  /** Keys that are remembered; one that is forgotten starts full. */
  readonly maxKeys: number
}

/** Lets so much through for each key, in the memory of this isolate alone: it costs no request. */
export class TokenBuckets {
  readonly #options: TokenBucketsOptions
  readonly #buckets: LRUCache<string, { tokens: number; at: number }>

  constructor(options: TokenBucketsOptions) {
    this.#options = options
    this.#buckets = growingCache(options.maxKeys)
  }

  /** Takes one. @returns 0, or the seconds to wait for the next */
  take(key: string): number {
    const { platform, burst, perS } = this.#options
    const now = platform.now()
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now }
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1_000) * perS)
    if (tokens < 1) return Math.ceil((1 - tokens) / perS)
    this.#buckets.set(key, { tokens: tokens - 1, at: now })
    return 0
  }
}
