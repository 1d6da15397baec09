import type { TokenId, Username } from '../model/ids.ts'
import type { Principal, SignedIn } from '../model/principal.ts'
import type { Token, User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { TokenLimits } from '../model/token-limits.ts'
import { rangeContains } from '../std/address-range.ts'
import { base62, randomId } from '../std/base62.ts'
import { constantTimeEqual, digestHex } from '../std/digest.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import { TimedCache } from '../std/timed-cache.ts'
import { type TokenPage, type TokenPosition, type TokenStore, tokenIdOf } from '../storage/tokens.ts'
import { type KnownAccount, type KnownAccounts, maxAgeMs } from './known-accounts.ts'

/** `dk_` + id (20) + secret (32, 190 bits) + checksum (6): found by secret scanners, refused unread when mistyped. */
const shape = /^dk_([0-9A-Za-z]{20})[0-9A-Za-z]{38}$/
const bodyLength = 'dk_'.length + 20 + 32
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
  readonly #accounts: KnownAccounts
  readonly #platform: Platform
  readonly #known: TimedCache<Token>

  constructor(store: TokenStore, accounts: KnownAccounts, platform: Platform) {
    this.#store = store
    this.#accounts = accounts
    this.#platform = platform
    this.#known = new TimedCache({ platform, maxAgeMs, maxEntries: maxKnown })
  }

  /** A token that a login makes, good for all that its owner may do, until the next epoch. */
  issue(owner: User, description: string, lifetimeDays: number): Promise<NewToken> {
    return this.issueNamed(owner, { kind: 'login', description, lifetimeDays })
  }

  async issueNamed(owner: User, { lifetimeDays, ...request }: TokenRequest): Promise<NewToken> {
    const tokenId = tokenIdOf(owner.username, randomId(this.#platform, 10))
    const body = `dk_${tokenId}${randomId(this.#platform, 32)}`
    const token = body + checksum(body)
    const record: Token = {
      tokenId,
      secretHash: digestHex('sha256', token),
      owner: owner.username,
      ...request,
      ...(request.kind === 'login' ? { epoch: owner.epoch } : {}),
      createdAt: isoNow(this.#platform),
      expiresAt: new Date(this.#platform.now() + lifetimeDays * 86_400_000).toISOString(),
    }
    await this.#store.put(record) // COMMIT: the token is good
    return { token, record }
  }

  /**
   * Who a token speaks for, as that account is now. Costs no request when both were seen within the last 30 s, else one.
   * @throws Refusal `token_invalid` for one that is malformed, unknown, expired, revoked or of a login that was ended,
   *   all alike; `account_disabled`; `token_limited` for one that is good, but not from this address, or not for changes
   */
  async resolve(token: string, use: TokenUse): Promise<Principal> {
    const secretHash = digestHex('sha256', token)
    const record = this.#known.get(secretHash)
    const account = record === undefined ? undefined : this.#accounts.get(record.owner)
    const found =
      record !== undefined && account !== undefined ? { record, account } : await this.#read(token, secretHash)
    if (found === undefined || this.#isOver(found.record, found.account)) throw refuse('token_invalid')
    return principalOf(found.record, found.account, use)
  }

  /**
   * Who somebody is now, whatever is known here: the token that they showed and its account, read anew.
   * @throws Refusal `token_invalid`, `account_disabled`, `token_limited`
   */
  async confirm({ credential, username, address }: SignedIn): Promise<SignedIn> {
    const askedAt = this.#platform.now()
    const { token, owner } = credential.kind === 'token' ? await this.#store.getWithOwner(credential.id) : {}
    if (token === undefined || owner === undefined || owner.username !== username || token.owner !== username) {
      throw refuse('token_invalid')
    }
    const account = this.#accounts.keep(owner, askedAt)
    if (this.#isOver(token, account)) throw refuse('token_invalid')
    return principalOf(token, account, { address, writes: false })
  }

  /** Ends a token; it is good for 30 s more at most in other isolates. Ending one that is gone is fine. */
  async revoke(tokenId: TokenId): Promise<void> {
    await this.#store.remove(tokenId) // COMMIT
    this.#known.forgetWhere((known) => known.tokenId === tokenId)
  }

  /** Ends somebody's token. `absent`: they have no such token, whether or not somebody else has. */
  async revokeOwn(tokenId: TokenId, owner: Username): Promise<'removed' | 'absent'> {
    const outcome = await this.#store.removeOwn(tokenId, owner) // COMMIT
    if (outcome === 'removed') this.#known.forgetWhere((known) => known.tokenId === tokenId)
    return outcome
  }

  /** Ends all that somebody has. */
  async revokeAll(owner: Username): Promise<void> {
    await this.#store.removeAll(owner)
    this.#known.forgetWhere((known) => known.owner === owner)
  }

  /** Lets a login live on in a new epoch. */
  async carryOver(tokenId: TokenId, epoch: number): Promise<void> {
    await this.#store.setEpoch(tokenId, epoch)
    this.#known.forgetWhere((known) => known.tokenId === tokenId)
  }

  /** Somebody's tokens that are still good, oldest first on each page. @param owner as the account is now */
  async list(owner: User, limit: number, after?: TokenPosition): Promise<TokenPage> {
    const page = await this.#store.list(owner.username, { limit, ...(after === undefined ? {} : { after }) })
    const good = page.tokens.filter((token) => !this.#isOver(token, { epoch: owner.epoch }))
    return { ...page, tokens: good.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)) }
  }

  #isOver({ expiresAt, epoch }: Token, account: Pick<KnownAccount, 'epoch'>): boolean {
    if (epoch !== undefined && epoch !== account.epoch) return true
    return expiresAt !== undefined && Date.parse(expiresAt) <= this.#platform.now()
  }

  /** A token whose secret is another is unknown; so is one whose account is gone; one of another shape is not looked up. */
  async #read(token: string, secretHash: string): Promise<{ record: Token; account: KnownAccount } | undefined> {
    const tokenId = readTokenId(token)
    if (tokenId === undefined) return undefined
    const askedAt = this.#platform.now()
    const { token: record, owner } = await this.#store.getWithOwner(tokenId)
    if (record === undefined || !constantTimeEqual(record.secretHash, secretHash)) return undefined
    if (owner === undefined || owner.username !== record.owner) return undefined
    this.#known.set(secretHash, record, askedAt)
    return { record, account: this.#accounts.keep(owner, askedAt) }
  }
}

function principalOf(record: Token, account: KnownAccount, use: TokenUse): SignedIn {
  if (account.isDisabled) throw refuse('account_disabled')
  const { limits, tokenId, kind } = record
  if (limits !== undefined) requireUse(limits, use)
  return {
    kind: 'user',
    username: account.username,
    standing: account.standing,
    credential: { kind: 'token', id: tokenId, isAutomation: kind === 'automation' },
    ...(limits && { limits }),
    ...(use.address === undefined ? {} : { address: use.address }),
  }
}

/** Limits that hold on every route alike; those on packages are judged by `accessProblem`. */
function requireUse(limits: TokenLimits, { address, writes }: TokenUse): void {
  const { addresses, power, manages = [] } = limits
  if (addresses !== undefined && !addresses.some((range) => address !== undefined && rangeContains(range, address))) {
    throw refuse('token_limited', { reason: 'it is limited to certain addresses, and yours is not one of them' })
  }
  if (writes && power === 'read' && manages.length === 0) {
    throw refuse('token_limited', { reason: 'it is limited to reading' })
  }
}

/** The id inside a well-formed token; undefined when its shape or checksum is wrong. */
export function readTokenId(token: string): TokenId | undefined {
  const id = shape.exec(token)?.[1]
  if (id === undefined || checksum(token.slice(0, bodyLength)) !== token.slice(bodyLength)) return undefined
  return id as TokenId
}

/** The id of a token as lists show it; undefined when it is none. */
export function readTokenKey(key: string): TokenId | undefined {
  return /^[0-9A-Za-z]{20}$/.test(key) ? (key as TokenId) : undefined
}

/** Not a secret, only a guard against typing errors and false alarms of scanners. */
function checksum(body: string): string {
  return base62(Number.parseInt(digestHex('sha256', body).slice(0, 8), 16), 6)
}
