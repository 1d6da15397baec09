/** A piece of a text file, decoded. Windows overlap, so that each secret lies whole in one of them. */
export interface TextWindow {
  readonly text: string
  /** The number of the line with which it begins. */
  readonly firstLine: number
  readonly isFirst: boolean
  readonly isLast: boolean
}

/** Large enough that most source files are one window, small enough that the rules' worst case stays short. */
export const windowBytes = 65_536
/** More than the longest text that a rule of secretlint matches (12,027 characters, a GitHub installation token). */
export const overlapBytes = 16_384
/** Git's own rule: a NUL among the first bytes makes a file binary. */
const sniffedBytes = 8_000

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** Cuts the bytes of one file into text windows; a binary file gives none. Holds one window. */
export class WindowReader {
  readonly #onWindow: (window: TextWindow) => void
  readonly #buffer: Uint8Array
  #length = 0
  #line = 1
  #isFirst = true
  #encoding: Encoding | undefined
  #isBinary = false

  constructor(sizeBytes: number, onWindow: (window: TextWindow) => void) {
    this.#onWindow = onWindow
    this.#buffer = new Uint8Array(Math.min(windowBytes, sizeBytes))
  }

  chunk(bytes: Uint8Array): void {
    let rest = bytes
    while (rest.length > 0 && !this.#isBinary) {
      if (this.#length === this.#buffer.length) this.#slide()
      const taken = rest.subarray(0, this.#buffer.length - this.#length)
      if (taken.length === 0) return
      this.#buffer.set(taken, this.#length)
      this.#length += taken.length
      rest = rest.subarray(taken.length)
    }
  }

  end(): void {
    if (!this.#isBinary && this.#length > 0) this.#emit(true)
  }

  /** Hands on a full window, and keeps its last bytes as the beginning of the next. */
  #slide(): void {
    this.#emit(false)
    const start = this.#length - Math.min(overlapBytes, this.#length >> 2)
    for (let at = this.#buffer.indexOf(10); at !== -1 && at < start; at = this.#buffer.indexOf(10, at + 1)) {
      this.#line += 1
    }
    this.#buffer.copyWithin(0, start, this.#length)
    this.#length -= start
    this.#isFirst = false
  }

  #emit(isLast: boolean): void {
    const bytes = this.#buffer.subarray(0, this.#length)
    this.#encoding ??= encodingOf(bytes)
    this.#isBinary = this.#encoding === undefined
    if (this.#encoding === undefined) return
    const text = new TextDecoder(this.#encoding).decode(bytes.subarray(this.#isFirst ? 0 : partialCharacter(bytes)))
    this.#onWindow({ text, firstLine: this.#line, isFirst: this.#isFirst, isLast })
  }
}

function encodingOf(bytes: Uint8Array): Encoding | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return bytes.subarray(0, sniffedBytes).includes(0) ? undefined : 'utf-8'
}

/** How many bytes at the start belong to a character that began in the window before. */
function partialCharacter(bytes: Uint8Array): number {
  const start = bytes.subarray(0, 3).findIndex((byte) => (byte & 0xc0) !== 0x80)
  return start === -1 ? 0 : start
}
