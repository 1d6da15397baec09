/** Control, zero-width, direction and other characters that a terminal or a page would not show as themselves. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu

/**
 * One line that is safe to show anywhere: what cannot be seen is written as `\u{…}`, and at most `most` characters are
 * kept, the last of them `…` when something was cut.
 */
export function printable(text: string, most: number): string {
  // Escapes only make it longer, so more than this is never shown; the cut keeps long texts cheap
  const shown = text.slice(0, most + 1).replace(unprintable, escapeCharacter)
  return shown.length <= most ? shown : `${withoutHalf(shown.slice(0, most - 1))}…`
}

/** Whether `printable` would show the text as it is, length aside. */
export function isPrintable(text: string): boolean {
  return text.search(unprintable) === -1
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of UTF-8 bytes; undefined when they are not UTF-8. A byte order mark is kept: it is part of a name. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return undefined
  }
}

const singleBytes = new TextDecoder('latin1')

/** One character for each byte, different bytes giving different ones, ASCII as itself: for comparing, not for showing. */
export function byteText(bytes: Uint8Array): string {
  return singleBytes.decode(bytes)
}

/** Bytes that should be UTF-8 and are not, for a message: all but ASCII as `%…`. */
export function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `%${hex(byte)}`)).join('')
}

function escapeCharacter(character: string): string {
  return `\\u{${hex(character.codePointAt(0) ?? 0)}}`
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0')
}

/** A cut must not leave the first half of a surrogate pair at the end. */
function withoutHalf(text: string): string {
  return text.isWellFormed() ? text : text.slice(0, -1)
}
