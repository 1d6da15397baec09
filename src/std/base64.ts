import { Buffer } from 'node:buffer'

/** Hex to base64: digests are stored as hex, and subresource integrity (`sha512-…`) is written in base64. */
export function hexToBase64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}

/** Undoes `hexToBase64`. */
export function base64ToHex(text: string): string {
  return Buffer.from(text, 'base64').toString('hex')
}

export function bytesToBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** base64url (RFC 4648, 5) without padding. */
export function bytesToBase64Url(bytes: Uint8Array): string {
  return bytesToBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Reads base64 and base64url alike; what is neither is left out. */
export function base64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  return Buffer.from(text, 'base64')
}
