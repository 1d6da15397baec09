import { base62 } from './base62.ts'
import { digestHex } from './digest.ts'

/** The beginning of a text's SHA-256 as `length` letters and digits, at most 10: 59 bits. */
export function base62Digest(text: string, length: number): string {
  const hex = digestHex('sha256', text)
  const half = Math.ceil(length / 2)
  return (
    base62(Number.parseInt(hex.slice(0, 12), 16), half) + base62(Number.parseInt(hex.slice(12, 24), 16), length - half)
  )
}
