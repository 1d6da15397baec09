import { createHash, createHmac, createSecretKey, type KeyObject, scryptSync, timingSafeEqual } from 'node:crypto'

export type DigestAlgorithm = 'sha1' | 'sha256' | 'sha512'

const encoder = new TextEncoder()

/** An incremental hash. Native in workerd (`nodejs_compat`) and in Node; WebCrypto cannot hash piece by piece. */
export interface Hasher {
  update(bytes: Uint8Array): void
  /** Ends the hash. */
  hex(): string
}

export function hasher(algorithm: DigestAlgorithm): Hasher {
  const hash = createHash(algorithm)
  return {
    update: (bytes) => void hash.update(bytes),
    hex: () => hash.digest('hex'),
  }
}

/** Digest of a text (as UTF-8) or of bytes that are in memory anyway, in hex. */
export function digestHex(algorithm: DigestAlgorithm, data: string | Uint8Array): string {
  return createHash(algorithm).update(data).digest('hex')
}

export type HmacKey = KeyObject

/** A key object: with the bytes themselves, a digest takes Node six times as long. */
export const hmacKey = (bytes: Uint8Array): HmacKey => createSecretKey(bytes)

/** HMAC with SHA-256 of a text, as UTF-8. */
export const hmacSha256 = (key: HmacKey, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Compares two texts in a time that depends on their length only. */
export function constantTimeEqual(a: string, b: string): boolean {
  const left = encoder.encode(a)
  const right = encoder.encode(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

export interface ScryptCost {
  /** A power of two. Memory is 128 × N × r bytes. */
  readonly N: number
  readonly r: number
  readonly p: number
}

/**
 * The scrypt key derivation of RFC 7914, native in both runtimes.
 * @param length of the key, in bytes
 */
export function scrypt(password: string, salt: Uint8Array, length: number, { N, r, p }: ScryptCost): Uint8Array {
  // Twice what the algorithm's three buffers take: the runtimes refuse what needs more than `maxmem`
  return scryptSync(password, salt, length, { N, r, p, maxmem: 256 * r * (N + p + 2) })
}
