import { base64ToBytes, bytesToBase64 } from '../std/base64.ts'
import { constantTimeEqual, scrypt } from '../std/digest.ts'
import type { Platform } from '../std/platform.ts'

/** OWASP's equivalent of N=2^17, p=1 with the least memory, 16 MiB: an isolate has 128. */
const cost = { N: 2 ** 14, r: 8, p: 5 } as const
const hashBytes = 32
/** scrypt takes any length; this only bounds the work of hashing the password itself. */
const longestPassword = 1_000

/** Hashes and checks passwords. scrypt does not yield here, so that memory stays at one scrypt's. */
export class Passwords {
  readonly #platform: Platform

  constructor(platform: Platform) {
    this.#platform = platform
  }

  /** `scrypt$<N>$<r>$<p>$<salt>$<hash>`: the parameters stay with the hash, so that they can be raised later. */
  hash(password: string): string {
    const salt = this.#platform.randomBytes(16)
    const hash = this.#scrypt(password, salt, cost)
    return ['scrypt', cost.N, cost.r, cost.p, bytesToBase64(salt), bytesToBase64(hash)].join('$')
  }

  /** Takes the same time for an unknown user (`stored` undefined) as for a wrong password. */
  matches(password: string, stored: string | undefined): boolean {
    if (password.length > longestPassword) return false
    const [, N, r, p, salt = '', hash = ''] = (stored ?? '').split('$')
    const parameters = stored === undefined ? cost : { N: Number(N), r: Number(r), p: Number(p) }
    const salted = stored === undefined ? this.#platform.randomBytes(16) : base64ToBytes(salt)
    const computed = this.#scrypt(password, salted, parameters)
    return constantTimeEqual(bytesToBase64(computed), hash) && stored !== undefined
  }

  #scrypt(password: string, salt: Uint8Array, parameters: { N: number; r: number; p: number }): Uint8Array {
    return scrypt(password.normalize('NFKC'), salt, hashBytes, parameters)
  }
}
