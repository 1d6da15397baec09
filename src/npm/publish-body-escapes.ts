import { refuse } from '../model/refusals.ts'

const letterU = 0x75

/** Code of the letter after the backslash → code of the character meant (RFC 8259 §7); `u` is apart. */
const shortEscapes: ReadonlyMap<number, number> = new Map(
  Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(
    ([letter, meant]) => [letter.charCodeAt(0), meant.charCodeAt(0)] as const,
  ),
)

/** One JSON escape after the other, each read byte by byte, so that it may be cut anywhere. */
export class EscapeReader {
  #digitsLeft = 0
  #code = 0

  /**
   * Takes one byte after a backslash. @throws Refusal `body_invalid`
   * @param offset the byte's place in the body
   * @returns the UTF-16 code unit meant, or undefined when the escape goes on
   */
  read(byte: number, offset: number): number | undefined {
    if (this.#digitsLeft > 0) return this.#readDigit(byte, offset)
    if (byte === letterU) {
      this.#digitsLeft = 4
      this.#code = 0
      return undefined
    }
    const code = shortEscapes.get(byte)
    if (code === undefined) throw badEscape(offset)
    return code
  }

  #readDigit(byte: number, offset: number): number | undefined {
    const digit = hexValue(byte)
    if (digit === undefined) throw badEscape(offset)
    this.#code = this.#code * 16 + digit
    this.#digitsLeft -= 1
    return this.#digitsLeft === 0 ? this.#code : undefined
  }
}

function hexValue(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined
}

function badEscape(offset: number): Error {
  return refuse('body_invalid', { problem: `it has a wrong escape in a string at byte ${offset}` })
}
