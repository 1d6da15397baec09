import type { Platform } from './platform.ts'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Random text of letters and digits, each equally likely: 5.95 bits a character. */
export function randomId(platform: Pick<Platform, 'randomBytes'>, length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of platform.randomBytes(length)) {
      // 248 = 4 × 62: larger bytes would favour the first letters
      if (byte < 248 && text.length < length) text += alphabet[byte % 62]
    }
  }
  return text
}

/** A whole number as base62 text of just `length` characters; what does not fit is cut off at the high end. */
export function base62(value: number, length: number): string {
  let text = ''
  let rest = value
  for (let position = 0; position < length; position += 1) {
    text = alphabet[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}
