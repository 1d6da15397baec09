import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { edgeIdentity } from '../model/edge-identity.ts'
import { randomId } from '../std/base62.ts'
import type { Platform } from '../std/platform.ts'

/** RSA, in JSON: what every verifier of OpenID Connect takes. */
export const identityAlgorithm = 'RS256'
/** From the making of a token to its exchange. */
const tokenLifeS = 300

/**
 * The registry as an issuer of tokens about itself (OpenID Connect Discovery 1.0), which AWS exchanges for a session of
 * the role that trusts them. The first key signs, all are published: put a new one at the end, and in front once
 * everybody has read it.
 */
export class EdgeIdentity {
  readonly #keys: readonly JWK[]
  readonly #issuer: string
  readonly #platform: Pick<Platform, 'now' | 'randomBytes'>

  /** @param keys private keys, each with its `kid` */
  constructor(keys: readonly JWK[], issuer: string, platform: Pick<Platform, 'now' | 'randomBytes'>) {
    this.#keys = keys
    this.#issuer = issuer
    this.#platform = platform
  }

  /** What a verifier reads first. @param keysUrl where `publicKeys` is to be had */
  configuration(keysUrl: string) {
    return {
      issuer: this.#issuer,
      jwks_uri: keysUrl,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [identityAlgorithm],
      claims_supported: ['aud', 'exp', 'iat', 'iss', 'jti', 'sub'],
    }
  }

  /** The public halves, and nothing else of the keys (RFC 7517). */
  publicKeys(): { readonly keys: readonly JWK[] } {
    const publicHalf = ({ kid = '', kty = '', n = '', e = '' }: JWK) => ({
      kty,
      n,
      e,
      kid,
      alg: identityAlgorithm,
      use: 'sig',
    })
    return { keys: this.#keys.map(publicHalf) }
  }

  /** A token that is good for five minutes. */
  async token(): Promise<string> {
    const [key] = this.#keys
    if (key?.kid === undefined) throw new Error('there is no key to sign with')
    const now = Math.floor(this.#platform.now() / 1_000)
    return new SignJWT()
      .setProtectedHeader({ alg: identityAlgorithm, typ: 'JWT', kid: key.kid })
      .setIssuer(this.#issuer)
      .setAudience(edgeIdentity.audience)
      .setSubject(edgeIdentity.subject)
      .setJti(randomId(this.#platform, 20))
      .setIssuedAt(now)
      .setExpirationTime(now + tokenLifeS)
      .sign(await importJWK(key, identityAlgorithm))
  }
}

/** A new private key, for the settings. */
export async function newIdentityKey(platform: Pick<Platform, 'randomBytes'>): Promise<JWK> {
  const { privateKey } = await generateKeyPair(identityAlgorithm, { modulusLength: 2_048, extractable: true })
  return { ...(await exportJWK(privateKey)), kid: randomId(platform, 10), alg: identityAlgorithm }
}
