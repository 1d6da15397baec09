import type { StoredFile } from '../model/records.ts'
import { hasher } from '../std/digest.ts'

/** In hex. */
export type Digests = Pick<StoredFile, 'sha1' | 'sha256' | 'sha512'>

/** Computes every digest that is kept of a file from its bytes, which it is given in order. */
export interface Digester {
  /** How many bytes it was given, those before it was made included. */
  readonly bytes: number
  update(bytes: Uint8Array): void
  /** Ends it. */
  hex(): Digests
}

/** In native code: the fastest, and nothing of it can be kept. */
export function createDigester(): Digester {
  const sha1 = hasher('sha1')
  const sha256 = hasher('sha256')
  const sha512 = hasher('sha512')
  let given = 0
  return {
    get bytes() {
      return given
    },
    update(bytes) {
      given += bytes.byteLength
      for (const hash of [sha1, sha256, sha512]) hash.update(bytes)
    },
    hex: () => ({ sha1: sha1.hex(), sha256: sha256.hex(), sha512: sha512.hex() }),
  }
}
