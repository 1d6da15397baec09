/** The first bytes of a file, up to a limit; `isCut` when there were more. */
export class BoundedBytes {
  readonly #most: number
  #bytes = new Uint8Array(4096)
  #length = 0
  isCut = false

  constructor(most: number) {
    this.#most = most
  }

  add(chunk: Uint8Array): void {
    const fitting = chunk.subarray(0, this.#most - this.#length)
    if (fitting.length < chunk.length) this.isCut = true
    const needed = this.#length + fitting.length
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(this.#most, Math.max(needed, 2 * this.#bytes.length)))
      grown.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = grown
    }
    this.#bytes.set(fitting, this.#length)
    this.#length = needed
  }

  content(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}
