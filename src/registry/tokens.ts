import type { TokenId, Username } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Token, User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { TokenLimits } from '../model/token-limits.ts'
import { rangeContains } from '../std/address-range.ts'
import { base62, randomId } from '../std/base62.ts'
import { constantTimeEqual, digestHex } from '../std/digest.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import { TimedCache } from '../std/timed-cache.ts'
import type { TokenPage, TokenPosition, TokenStore } from '../storage/tokens.ts'

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

export interface TokenRequest {
  readonly kind: Token['kind']
  readonly description: string
  readonly note?: string
  readonly limits?: TokenLimits
  readonly lifetimeDays: number
}

/** What the request that a token came with is, as far as a limit of the token may forbid it. */
export interface TokenUse {
  /** Where it comes from; undefined when that is not known for sure. */
  readonly address: string | undefined
  /** Whether it may change something. */
  readonly writes: boolean
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

  /** A token that a login makes, good for all that its owner may do. */
  issue(owner: User, description: string, lifetimeDays: number): Promise<NewToken> {
    return this.issueNamed(owner, { kind: 'login', description, lifetimeDays })
  }

  async issueNamed(owner: User, { lifetimeDays, ...request }: TokenRequest): Promise<NewToken> {
    const tokenId = randomId(this.#platform, 12) as TokenId
    const body = `dk_${tokenId}${randomId(this.#platform, 32)}`
    const token = body + checksum(body)
    const record: Token = {
      tokenId,
      secretHash: digestHex('sha256', token),
      owner: owner.username,
      isAdmin: owner.roles.includes('admin'),
      ...request,
      createdAt: isoNow(this.#platform),
      expiresAt: new Date(this.#platform.now() + lifetimeDays * 86_400_000).toISOString(),
    }
    await this.#store.put(record) // COMMIT: the token is good
    return { token, record }
  }

  /**
   * Who a token speaks for. Costs no request when it was seen within the last 30 s.
   * @throws Refusal `token_invalid` for one that is malformed, unknown, expired or revoked; all alike. `token_limited`
   *   for one that is good, but not from this address, or not for changes
   */
  async resolve(token: string, use: TokenUse): Promise<Principal> {
    const secretHash = digestHex('sha256', token)
    const record = this.#known.get(secretHash) ?? (await this.#read(token, secretHash))
    if (record === undefined || this.#isOver(record)) throw refuse('token_invalid')
    const { owner, isAdmin, limits } = record
    if (limits !== undefined) requireUse(limits, use)
    return { kind: 'user', username: owner, isAdmin, tokenId: record.tokenId, ...(limits && { limits }) }
  }

  /** Ends a token; it is good for 30 s more at most in other isolates. Ending one that is gone is fine. */
  async revoke(tokenId: TokenId): Promise<void> {
    await this.#store.remove(tokenId) // COMMIT
    this.#known.deleteWhere((known) => known.tokenId === tokenId)
  }

  /** Ends somebody's token. `absent`: they have no such token, whether or not somebody else has. */
  async revokeOwn(tokenId: TokenId, owner: Username): Promise<'removed' | 'absent'> {
    const outcome = await this.#store.removeOwn(tokenId, owner) // COMMIT
    if (outcome === 'removed') this.#known.deleteWhere((known) => known.tokenId === tokenId)
    return outcome
  }

  /** Somebody's tokens that are still good, oldest first, a page at a time. */
  async list(owner: Username, limit: number, after?: TokenPosition): Promise<TokenPage> {
    const page = await this.#store.list(owner, { limit, ...(after === undefined ? {} : { after }) })
    return { ...page, tokens: page.tokens.filter((token) => !this.#isOver(token)) }
  }

  /** Ends all of somebody's logins but one. Tokens that were asked for by name stay. Repeatable. */
  async endLogins(owner: Username, except: TokenId): Promise<void> {
    let after: TokenPosition | undefined
    do {
      const page: TokenPage = await this.#store.list(owner, { limit: 100, ...(after === undefined ? {} : { after }) })
      for (const { kind, tokenId } of page.tokens) {
        if (kind === 'login' && tokenId !== except) await this.revoke(tokenId)
      }
      after = page.next
    } while (after !== undefined)
  }

  #isOver(token: Token): boolean {
    return token.expiresAt !== undefined && Date.parse(token.expiresAt) <= this.#platform.now()
  }

  /** A token whose id is known and whose secret is another is unknown; one of another shape is not looked up. */
  async #read(token: string, secretHash: string): Promise<Token | undefined> {
    const tokenId = readTokenId(token)
    if (tokenId === undefined) return undefined
    const askedAt = this.#platform.now()
    const record = await this.#store.get(tokenId)
    if (record === undefined || !constantTimeEqual(record.secretHash, secretHash)) return undefined
    this.#known.set(secretHash, record, askedAt)
    return record
  }
}

/** Limits that hold on every route alike; those on packages are judged by `accessProblem`. */
function requireUse(limits: TokenLimits, { address, writes }: TokenUse): void {
  const { addresses, mayWrite } = limits
  if (addresses !== undefined && !addresses.some((range) => address !== undefined && rangeContains(range, address))) {
    throw refuse('token_limited', { reason: 'it is limited to certain addresses, and yours is not one of them' })
  }
  if (writes && !mayWrite) throw refuse('token_limited', { reason: 'it is limited to reading' })
}

/** The id inside a well-formed token; undefined when its shape or checksum is wrong. */
export function readTokenId(token: string): TokenId | undefined {
  const id = shape.exec(token)?.[1]
  if (id === undefined || checksum(token.slice(0, bodyLength)) !== token.slice(bodyLength)) return undefined
  return id as TokenId
}

/** The id of a token as lists show it; undefined when it is none. */
export function readTokenKey(key: string): TokenId | undefined {
  return /^[0-9A-Za-z]{12}$/.test(key) ? (key as TokenId) : undefined
}

/** Not a secret, only a guard against typing errors and false alarms of scanners. */
function checksum(body: string): string {
  return base62(Number.parseInt(digestHex('sha256', body).slice(0, 8), 16), 6)
}
