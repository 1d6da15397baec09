const shortestMs = 100
const usualLongestMs = 5_000
const healthyAfterMs = 30_000

/** How long to wait before a part that ended is started again: doubles each time, from 100 ms to 5 s, or to less. */
export class Backoff {
  readonly #longestMs: number
  #restarts = 0

  constructor(longestMs: number = usualLongestMs) {
    this.#longestMs = longestMs
  }

  /** @param upMs how long the part was ready before it ended; half a minute of it starts the count anew */
  nextMs(upMs: number): number {
    if (upMs >= healthyAfterMs) this.#restarts = 0
    const waitMs = Math.min(this.#longestMs, shortestMs * 2 ** Math.min(this.#restarts, 16))
    this.#restarts += 1
    return waitMs
  }
}
