const windowMs = 5_000

/** How fast something goes, by what was done in the last seconds. */
export class Rate {
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = []

  /** @param bytes done in all until now */
  record(atMs: number, bytes: number): void {
    this.#samples.push({ atMs, bytes })
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? 0) < atMs - windowMs) this.#samples.shift()
  }

  /** 0 until it is known. */
  get bytesPerSecond(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0
    return Math.max(0, ((last.bytes - first.bytes) * 1_000) / (last.atMs - first.atMs))
  }

  /** Undefined while nothing moves. */
  secondsLeft(leftBytes: number): number | undefined {
    const rate = this.bytesPerSecond
    return rate === 0 ? undefined : leftBytes / rate
  }
}
