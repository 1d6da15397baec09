import { refuse } from '../model/refusals.ts'
import { Base64Decoder, Base64Error, latin1Text } from '../std/base64-stream.ts'
import { EscapeReader } from './publish-body-escapes.ts'

const whitespace: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d])

/**
 * The JSON string with an attachment's base64, from after its opening quote. Its ends and escapes are looked for
 * natively, and only what is escaped is looked at byte by byte. A control character as it is, which JSON forbids, is
 * outside base64's alphabet and refused there; an escaped line break is whitespace.
 */
export class DataString {
  readonly #name: string
  readonly #decoder: Base64Decoder
  readonly #escapes = new EscapeReader()
  #inEscape = false
  #ended = false

  /** @param name the attachment's, for messages */
  constructor(name: string, emit: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#name = name
    this.#decoder = new Base64Decoder(emit)
  }

  get ended(): boolean {
    return this.#ended
  }

  /**
   * @param offset where the piece begins in the body
   * @returns the place in the piece of the closing quote, or the piece's length when the string goes on
   * @throws Refusal `body_invalid`
   */
  read(piece: Uint8Array, from: number, offset: number): number {
    try {
      return this.#read(piece, from, offset)
    } catch (error) {
      if (!(error instanceof Base64Error)) throw error
      throw refuse('body_invalid', {
        problem: `the data of ${JSON.stringify(this.#name.slice(0, 300))} is not base64: ${error.message} of it`,
      })
    }
  }

  #read(piece: Uint8Array, from: number, offset: number): number {
    // One character a byte, so that places in the text are places in the piece; strings are searched fastest.
    const text = latin1Text(piece)
    let at = from
    let end = -1
    let backslash = -1
    while (at < piece.length) {
      if (this.#inEscape) {
        this.#readEscape(text.charCodeAt(at), offset + at)
        at += 1
        continue
      }
      if (end < at) end = indexOrEnd(text, '"', at)
      if (backslash < at) backslash = indexOrEnd(text, '\\', at)
      const stop = Math.min(end, backslash)
      if (stop > at) this.#decoder.push(text.slice(at, stop))
      if (stop === end) return this.#end(end, text)
      this.#inEscape = true
      at = stop + 1
    }
    return at
  }

  #end(at: number, text: string): number {
    if (at === text.length) return at
    this.#ended = true
    this.#decoder.end()
    return at
  }

  #readEscape(byte: number, offset: number): void {
    const code = this.#escapes.read(byte, offset)
    if (code === undefined) return
    this.#decoder.push(whitespace.has(code) ? ' ' : String.fromCharCode(code))
    this.#inEscape = false
  }
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const index = text.indexOf(wanted, from)
  return index === -1 ? text.length : index
}
