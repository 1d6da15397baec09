import { interrupted } from './retry.ts'

/** Does a few things at once. The first failure stops the others, and is what whoever waits gets to hear. */
export class Lanes {
  readonly #width: number
  readonly #running = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #failure: { readonly error: unknown } | undefined
  /** Set when one of them failed, or `signal` is. */
  readonly signal: AbortSignal

  constructor(width: number, signal: AbortSignal) {
    this.#width = width
    this.signal = AbortSignal.any([signal, this.#stopping.signal])
  }

  /** Begins something as soon as there is room. @throws what went wrong before */
  async begin(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#width) await Promise.race(this.#running)
    this.requireGood()
    const running = work(this.signal)
      .catch((error: unknown) => {
        this.#failure ??= { error }
        this.#stopping.abort()
      })
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Waits for all that was begun. @throws what went wrong first */
  async end(): Promise<void> {
    await Promise.all(this.#running)
    this.requireGood()
  }

  /** Stops what was begun, and waits until it has stopped. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#running)
  }

  /** @throws what went wrong first, if something did */
  requireGood(): void {
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.signal.aborted) throw interrupted()
  }
}
