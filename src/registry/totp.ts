import { Secret, TOTP } from 'otpauth/slim'
import type { Platform } from '../std/platform.ts'

/** RFC 6238 as every app knows it. */
const parameters = { algorithm: 'SHA1', digits: 6, period: 30 } as const
/** Steps that a clock may be early or late (RFC 6238, 5.2). */
const window = 1
/** RFC 4226, 4: 160 bits are recommended. */
const secretBytes = 20

/** A new secret, base32. */
export function newTotpSecret(platform: Pick<Platform, 'randomBytes'>): string {
  return new Secret({ buffer: platform.randomBytes(secretBytes).buffer }).base32
}

/** What an app scans, or is given. @see https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export function totpUri(secret: string, issuer: string, username: string): string {
  return new TOTP({ ...parameters, issuer, label: username, secret: Secret.fromBase32(secret) }).toString()
}

/** The time step that a code is good for now; undefined for a wrong one. */
export function totpStep(secret: string, code: string, nowMs: number): number | undefined {
  const asked = { ...parameters, secret: Secret.fromBase32(secret), timestamp: nowMs }
  const delta = TOTP.validate({ ...asked, token: code, window })
  return delta === null ? undefined : TOTP.counter({ period: parameters.period, timestamp: nowMs }) + delta
}
