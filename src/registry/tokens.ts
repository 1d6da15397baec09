import type { TokenId } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Token, User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { base62, randomId } from '../std/base62.ts'
import { constantTimeEqual, digestHex } from '../std/digest.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import { TimedCache } from '../std/timed-cache.ts'
import type { TokenStore } from '../storage/tokens.ts'

/** `dk_` + id (12) + secret (32, 190 bits) + checksum (6): found by secret scanners, refused unread when mistyped. */
const shape = /^dk_([0-9A-Za-z]{12})[0-9A-Za-z]{38}$/
const bodyLength = 'dk_'.length + 12 + 32
/** After a revocation elsewhere a token is good here for so long at most. */
const maxAgeMs = 30_000
const maxKnown = 10_000

export interface NewToken {
  /** The whole token. Shown to its owner once; only its digest is stored. */
  readonly token: string
  readonly record: Token
}

/** Issues, resolves and revokes API tokens. */
export class Tokens {
  readonly #store: TokenStore
  readonly #platform: Platform
  readonly #known: TimedCache<Token>

  constructor(store: TokenStore, platform: Platform) {
    this.#store = store
    this.#platform = platform
    this.#known = new TimedCache({ platform, maxAgeMs, maxEntries: maxKnown })
  }

  async issue(owner: User, description: string, lifetimeDays: number): Promise<NewToken> {
    const tokenId = randomId(this.#platform, 12) as TokenId
    const body = `dk_${tokenId}${randomId(this.#platform, 32)}`
    const token = body + checksum(body)
    const record: Token = {
      tokenId,
      secretHash: digestHex('sha256', token),
      owner: owner.username,
      isAdmin: owner.roles.includes('admin'),
      description,
      createdAt: isoNow(this.#platform),
      expiresAt: new Date(this.#platform.now() + lifetimeDays * 86_400_000).toISOString(),
    }
    await this.#store.put(record) // COMMIT: the token is good
    return { token, record }
  }

  /**
   * Who a token speaks for. Costs no request when it was seen within the last 30 s.
   * @throws Refusal `token_invalid` for one that is malformed, unknown, expired or revoked; all alike
   */
  async resolve(token: string): Promise<Principal> {
    const tokenId = readTokenId(token)
    if (tokenId === undefined) throw refuse('token_invalid')
    const secretHash = digestHex('sha256', token)
    const record = this.#known.get(secretHash) ?? (await this.#read(tokenId, secretHash))
    const isOver = record?.expiresAt !== undefined && Date.parse(record.expiresAt) <= this.#platform.now()
    if (record === undefined || isOver) throw refuse('token_invalid')
    return { kind: 'user', username: record.owner, isAdmin: record.isAdmin, tokenId: record.tokenId }
  }

  /** Ends a token; it is good for 30 s more at most in other isolates. Ending one that is gone is fine. */
  async revoke(tokenId: TokenId): Promise<void> {
    await this.#store.remove(tokenId) // COMMIT
    this.#known.deleteWhere((known) => known.tokenId === tokenId)
  }

  /** A token whose id is known and whose secret is another is unknown. */
  async #read(tokenId: TokenId, secretHash: string): Promise<Token | undefined> {
    const askedAt = this.#platform.now()
    const record = await this.#store.get(tokenId)
    if (record === undefined || !constantTimeEqual(record.secretHash, secretHash)) return undefined
    this.#known.set(secretHash, record, askedAt)
    return record
  }
}

/** The id inside a well-formed token; undefined when its shape or checksum is wrong. */
export function readTokenId(token: string): TokenId | undefined {
  const id = shape.exec(token)?.[1]
  if (id === undefined || checksum(token.slice(0, bodyLength)) !== token.slice(bodyLength)) return undefined
  return id as TokenId
}

/** Not a secret, only a guard against typing errors and false alarms of scanners. */
function checksum(body: string): string {
  return base62(Number.parseInt(digestHex('sha256', body).slice(0, 8), 16), 6)
}
