import { type CompactJWSHeaderParameters, errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { SessionId, Username } from '../model/ids.ts'
import type { Session } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { Platform } from '../std/platform.ts'
import type { SessionKeys } from './session-keys.ts'

const algorithm = 'HS256'
/** How far clocks of edges may differ. */
const skewS = 5
const longest = 2_000

const claims = z.object({
  sub: z.string().transform((text) => text as Username),
  jti: z
    .string()
    .regex(/^[0-9A-Za-z]{20}$/)
    .transform((text) => text as SessionId),
  epoch: z.number().int(),
  factor_at: z.number().int().optional(),
})

/** What a session's text says, once its signature and its times were found good. */
export interface SessionClaims {
  readonly sessionId: SessionId
  readonly username: Username
  readonly epoch: number
  /** When its owner last showed a second factor, in seconds since the epoch. */
  readonly factorAtS?: number
}

/**
 * Signs and verifies the texts that sessions are carried in: JWTs (RFC 7519) for this registry alone.
 * Whatever is wrong with one, the refusal is the same.
 */
export class SessionTexts {
  readonly #keys: SessionKeys
  readonly #publicUrl: string
  readonly #platform: Pick<Platform, 'now'>

  constructor(keys: SessionKeys, publicUrl: string, platform: Pick<Platform, 'now'>) {
    this.#keys = keys
    this.#publicUrl = publicUrl
    this.#platform = platform
  }

  /** @param factorAtS when its owner showed a second factor @throws Refusal `sessions_off` */
  async sign(session: Session, factorAtS?: number): Promise<string> {
    const key = await this.#keys.newest()
    if (key === undefined) throw refuse('sessions_off')
    const { sessionId, owner, epoch, createdAt, expiresAt } = session
    return new SignJWT({ epoch, ...(factorAtS === undefined ? {} : { factor_at: factorAtS }) })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: key.kid })
      .setIssuer(this.#publicUrl)
      .setAudience(this.#publicUrl)
      .setSubject(owner)
      .setJti(sessionId)
      .setIssuedAt(seconds(createdAt))
      .setNotBefore(seconds(createdAt))
      .setExpirationTime(seconds(expiresAt))
      .sign(key.secret)
  }

  /** @throws Refusal `token_invalid` */
  async verify(text: string): Promise<SessionClaims> {
    if (text.length > longest) throw refuse('token_invalid')
    const parsed = claims.safeParse(await this.#payload(text))
    if (!parsed.success) throw refuse('token_invalid')
    const { jti, sub, epoch, factor_at: factorAtS } = parsed.data
    return { sessionId: jti, username: sub, epoch, ...(factorAtS === undefined ? {} : { factorAtS }) }
  }

  async #payload(text: string): Promise<unknown> {
    const expected = {
      algorithms: [algorithm],
      typ: 'JWT',
      issuer: this.#publicUrl,
      audience: this.#publicUrl,
      requiredClaims: ['exp', 'nbf'],
      clockTolerance: skewS,
      currentDate: new Date(this.#platform.now()),
    }
    try {
      return (await jwtVerify(text, ({ kid }: CompactJWSHeaderParameters) => this.#key(kid), expected)).payload
    } catch (error) {
      if (error instanceof errors.JOSEError) throw refuse('token_invalid')
      throw error
    }
  }

  async #key(kid: string | undefined): Promise<Uint8Array<ArrayBuffer>> {
    const key = kid === undefined ? undefined : await this.#keys.named(kid)
    if (key === undefined) throw refuse('token_invalid')
    return key.secret
  }
}

function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1_000)
}
