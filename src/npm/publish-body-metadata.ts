import { refuse } from '../model/refusals.ts'

const firstCapacity = 16_384

/** The part of the body that is kept, as it came. Holds at most `limitBytes`, and half as much again while it grows. */
export class MetadataText {
  readonly #limitBytes: number
  // ignoreBOM: leave it in, so that this text and the bytes say the same.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  #bytes = new Uint8Array(firstCapacity)
  #length = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get length(): number {
    return this.#length
  }

  /** @throws Refusal `body_invalid` when it is more than the limit */
  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length > this.#limitBytes) {
      throw refuse('body_invalid', {
        problem: `what it says beside the tarball (manifest, README, signatures) is more than ${this.#limitBytes} bytes`,
      })
    }
    if (length > this.#bytes.length) this.#grow(length)
    this.#bytes.set(bytes, this.#length)
    this.#length = length
  }

  /** @throws Refusal `body_invalid` when it is not UTF-8 */
  text(from: number, to: number): string {
    try {
      return this.#decoder.decode(this.#bytes.subarray(from, to))
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      throw refuse('body_invalid', { problem: 'it is not UTF-8' })
    }
  }

  /** All of it as text; the bytes are let go, so that they are no burden while the text is parsed. */
  take(): string {
    const text = this.text(0, this.#length)
    this.#bytes = new Uint8Array(0)
    this.#length = 0
    return text
  }

  #grow(least: number): void {
    const capacity = Math.max(least, Math.min(this.#bytes.length * 2, this.#limitBytes))
    const grown = new Uint8Array(capacity)
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
