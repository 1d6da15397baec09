import { Buffer } from 'node:buffer'

/** What is wrong with a base64 text, and where: `position` counts its characters from 0, spaces included. */
export class Base64Error extends Error {
  readonly problem: string
  readonly position: number

  constructor(problem: string, position: number) {
    super(`${problem} at character ${position}`)
    this.name = 'Base64Error'
    this.problem = problem
    this.position = position
  }
}

/** Text is decoded once there is this much: its 48 KiB are more than Node would take out of the pool of small Buffers. */
const blockCharacters = 65_536

const neitherDataNorSpace = /[^A-Za-z0-9+/ ]/
const neitherPaddingNorSpace = /[^= ]/

/**
 * Decodes base64 (RFC 4648 §4) that comes in pieces of any size, natively and a block at a time, and checks all of it:
 * the standard alphabet only, padding only where it belongs and never missing, no set bits after the last byte.
 * Skips spaces (U+0020); other whitespace is the caller's to refuse, or to pass on as spaces.
 * Holds 64 Ki characters and what came last. What is given to `emit` owns its buffer: it may be kept or transferred.
 */
export class Base64Decoder {
  readonly #emit: (bytes: Uint8Array<ArrayBuffer>) => void
  #text = ''
  /** How many characters at the beginning of `#text` are checked: the rest of a group whose spaces were dropped. */
  #checked = 0
  /** The position of the first character that is not checked, and of the last one that carries data. */
  #position = 0
  #lastPosition = 0
  #padding = 0

  constructor(emit: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#emit = emit
  }

  /** @throws Base64Error now, or later for what stands in this text */
  push(text: string): void {
    this.#text += text
    if (this.#text.length >= blockCharacters) this.#flush()
  }

  /** The text is complete. @throws Base64Error */
  end(): void {
    this.#flush()
    this.#flushChecked()
    if (this.#text === '') return
    if (this.#text.length + this.#padding !== 4) {
      throw new Base64Error('it ends inside a group of four', this.#position)
    }
    const bytes = decode(this.#text)
    if (!bytes.toString('base64').startsWith(this.#text)) {
      throw new Base64Error('the last character has bits that belong to no byte', this.#lastPosition)
    }
    this.#emit(owned(bytes))
  }

  #flush(): void {
    if (!this.#flushWhole()) this.#flushChecked()
  }

  /**
   * The common case: whole groups of nothing but the alphabet. Buffer skips what it does not know, which the length
   * tells, but takes the URL-safe `-` and `_` (RFC 4648 §5) for `+` and `/`.
   */
  #flushWhole(): boolean {
    const length = this.#text.length - (this.#text.length % 4)
    if (length === 0 || this.#padding > 0) return false
    const groups = this.#text.slice(0, length)
    const bytes = decode(groups)
    if (bytes.length !== (length / 4) * 3 || groups.includes('-') || groups.includes('_')) return false
    this.#position += length - this.#checked
    this.#checked = 0
    this.#text = this.#text.slice(length)
    this.#emit(owned(bytes))
    return true
  }

  /** Looks at each character, drops spaces and padding, decodes whole groups, and keeps the rest for the next block. */
  #flushChecked(): void {
    const checked = this.#text.slice(0, this.#checked)
    const fresh = this.#text.slice(this.#checked)
    const end = this.#padding > 0 ? 0 : indexOrEnd(fresh, neitherDataNorSpace)
    const data = fresh.slice(0, end).replaceAll(' ', '')
    if (data !== '') this.#lastPosition = this.#position + fresh.slice(0, end).trimEnd().length - 1
    const text = checked + data
    this.#readPadding(fresh, end, text.length % 4)
    const length = text.length - (text.length % 4)
    if (length > 0) this.#emit(owned(decode(text.slice(0, length))))
    this.#text = text.slice(length)
    this.#checked = this.#text.length
    this.#position += fresh.length
  }

  /** @param from where the padding begins, or whatever stands there instead */
  #readPadding(fresh: string, from: number, inGroup: number): void {
    const end = from + indexOrEnd(fresh.slice(from), neitherPaddingNorSpace)
    const most = inGroup < 2 ? 0 : 4 - inGroup
    for (let at = fresh.indexOf('=', from); at !== -1 && at < end; at = fresh.indexOf('=', at + 1)) {
      if (this.#padding === most) throw new Base64Error('a "=" that pads no last group', this.#position + at)
      this.#padding += 1
    }
    if (end === fresh.length) return
    const problem = this.#padding > 0 ? 'text after its padding' : strange(fresh.charCodeAt(end))
    throw new Base64Error(problem, this.#position + end)
  }
}

/** Bytes as text, one character for each: U+0000 to U+00FF. */
export function latin1Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function decode(text: string): ReturnType<typeof Buffer.from> {
  return Buffer.from(text, 'base64')
}

/** Small Buffers are views of a shared pool: those are copied out. */
function owned(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
}

function indexOrEnd(text: string, pattern: RegExp): number {
  const index = text.search(pattern)
  return index === -1 ? text.length : index
}

function strange(character: number): string {
  if (character > 0x7e) return 'a character outside its alphabet (not ASCII)'
  const shown =
    character > 0x20 ? `"${String.fromCharCode(character)}"` : `byte 0x${character.toString(16).padStart(2, '0')}`
  return `a character outside its alphabet (${shown})`
}
