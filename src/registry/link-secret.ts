import { randomId } from '../std/base62.ts'
import { digestHex } from '../std/digest.ts'
import type { Platform } from '../std/platform.ts'

const length = 32

/** The secret of a link that lets its reader do one thing: 190 bits, so that its plain digest can be stored. */
export function newLinkSecret(platform: Platform): { readonly secret: string; readonly secretHash: string } {
  const secret = randomId(platform, length)
  return { secret, secretHash: digestHex('sha256', secret) }
}

/** The digest of what somebody shows; undefined when it has not the shape of a secret. */
export function linkSecretHash(secret: string): string | undefined {
  return secret.length === length && /^[0-9A-Za-z]+$/.test(secret) ? digestHex('sha256', secret) : undefined
}
