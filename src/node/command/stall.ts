const stalledAfterMs = 60_000

/** Ends a transfer in which nothing moves: a connection that is lost without a word would be waited for for ever. */
export class StallGuard {
  readonly #stalled = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly signal: AbortSignal

  constructor(signal: AbortSignal, afterMs = stalledAfterMs) {
    this.signal = AbortSignal.any([signal, this.#stalled.signal])
    this.#timer = setTimeout(() => this.#stalled.abort(new Error('nothing moved for a minute')), afterMs)
  }

  /** Something moved. */
  moved(): void {
    this.#timer.refresh()
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  /** Ends it, and the transfer with it, if that still goes on. */
  breakOff(): void {
    this.end()
    this.#stalled.abort()
  }
}
