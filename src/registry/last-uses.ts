import type { TokenId } from '../model/ids.ts'
import type { Token } from '../model/records.ts'
import { growingCache } from '../std/growing-cache.ts'
import { log } from '../std/log.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { TokenStore } from '../storage/tokens.ts'
import type { WaitUntil } from './events.ts'

const maxKnown = 10_000
/** When the store is away for long, the rest waits for the tokens' next use. */
const mostWaiting = 1_000
const mostAtOnce = 10
/** Answers that are on their way go first. */
const flushAfterMs = 1_000

/** Notes on which day each token was last used: at most one write per token, day and isolate, after the answer. */
export class LastUses {
  readonly #store: TokenStore
  readonly #platform: Platform
  /** The last day that was noted here, by token. */
  readonly #noted = growingCache<string>(maxKnown)
  readonly #waiting = new Map<TokenId, NonNullable<Token['lastUsed']>>()

  constructor(store: TokenStore, platform: Platform) {
    this.#store = store
    this.#platform = platform
  }

  note({ tokenId, lastUsed }: Token, addressPrefix: string | undefined): void {
    const day = isoNow(this.#platform).slice(0, 10)
    if (lastUsed?.day === day || this.#noted.get(tokenId) === day || this.#waiting.size >= mostWaiting) return
    this.#noted.set(tokenId, day)
    this.#waiting.set(tokenId, { day, ...(addressPrefix === undefined ? {} : { addressPrefix }) })
  }

  /** To be called once a response is decided. */
  flushSoon(waitUntil: WaitUntil): void {
    if (this.#waiting.size === 0) return
    const batch = [...this.#waiting].slice(0, mostAtOnce)
    for (const [tokenId] of batch) this.#waiting.delete(tokenId)
    waitUntil(this.#writeLater(batch))
  }

  async #writeLater(batch: readonly [TokenId, NonNullable<Token['lastUsed']>][]): Promise<void> {
    if (!this.#platform.endsWithAnswers) await this.#platform.sleep(flushAfterMs)
    await Promise.all(batch.map(([tokenId, use]) => this.#write(tokenId, use)))
  }

  async #write(tokenId: TokenId, use: NonNullable<Token['lastUsed']>): Promise<void> {
    try {
      await this.#store.noteUse(tokenId, use) // repeatable: the same day is written once
    } catch (error) {
      this.#noted.delete(tokenId) // its next use tries again
      log('error', 'last_use_not_noted', `the last use of token ${tokenId} could not be noted`, { error })
    }
  }
}
