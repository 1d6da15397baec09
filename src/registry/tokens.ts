import type { TokenId, Username } from '../model/ids.ts'
import type { SignedIn } from '../model/principal.ts'
import type { Token, User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { TokenLimits } from '../model/token-limits.ts'
import { base62, randomId } from '../std/base62.ts'
import { constantTimeEqual, digestHex } from '../std/digest.ts'
import { lifetime, type Platform } from '../std/platform.ts'
import { TimedCache } from '../std/timed-cache.ts'
import { credentialId } from '../storage/keys.ts'
import type { TokenPage, TokenPosition, TokenStore } from '../storage/tokens.ts'
import { type KnownAccount, type KnownAccounts, maxAgeMs } from './known-accounts.ts'
import type { LastUses } from './last-uses.ts'
import type { Leases } from './leases.ts'
import { type CredentialUse, requireUse, type SignIn } from './sign-in.ts'

/** `dk_` + id (20) + secret (32, 190 bits) + checksum (6): found by secret scanners, refused unread when mistyped. */
const shape = /^dk_([0-9A-Za-z]{20})[0-9A-Za-z]{38}$/
const bodyLength = 'dk_'.length + 20 + 32
const maxKnown = 10_000
const soonMs = 7 * 86_400_000

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

export interface TokensDeps {
  readonly store: TokenStore
  readonly accounts: KnownAccounts
  readonly leases: Pick<Leases, 'spend'>
  readonly lastUses: LastUses
  readonly signIn: SignIn
  readonly platform: Platform
}

/** Issues, resolves and revokes API tokens. */
export class Tokens {
  readonly #store: TokenStore
  readonly #accounts: KnownAccounts
  readonly #leases: Pick<Leases, 'spend'>
  readonly #lastUses: LastUses
  readonly #signIn: SignIn
  readonly #platform: Platform
  readonly #known: TimedCache<Token>

  constructor({ store, accounts, leases, lastUses, signIn, platform }: TokensDeps) {
    this.#store = store
    this.#accounts = accounts
    this.#leases = leases
    this.#lastUses = lastUses
    this.#signIn = signIn
    this.#platform = platform
    this.#known = new TimedCache({ platform, maxAgeMs, maxEntries: maxKnown })
  }

  /** A token that a login makes, good for all that its owner may do, until the next epoch. */
  issue(owner: User, description: string, lifetimeDays: number): Promise<NewToken> {
    return this.issueNamed(owner, { kind: 'login', description, lifetimeDays })
  }

  async issueNamed(owner: User, { lifetimeDays, ...request }: TokenRequest): Promise<NewToken> {
    const tokenId = credentialId<TokenId>(owner.username, randomId(this.#platform, 10))
    const body = `dk_${tokenId}${randomId(this.#platform, 32)}`
    const token = body + checksum(body)
    const record: Token = {
      tokenId,
      secretHash: digestHex('sha256', token),
      owner: owner.username,
      ...request,
      ...(request.kind === 'login' ? { epoch: owner.epoch } : {}),
      ...lifetime(this.#platform, lifetimeDays * 86_400_000),
    }
    await this.#store.put(record) // COMMIT: the token is good
    return { token, record }
  }

  /**
   * Who a token speaks for, as that account is now. Costs no request when both were seen within the last 30 s, else one;
   * one more, now and then, where its uses are counted.
   * @throws Refusal `token_invalid` for one that is malformed, unknown, expired, revoked or of a login that was ended,
   *   all alike; `account_disabled`; `token_limited` for one that is good, but not from this address, or not for changes;
   *   `token_used_up`
   */
  async resolve(token: string, use: CredentialUse): Promise<SignedIn> {
    const claimed = shape.exec(token)?.[1] as TokenId | undefined
    if (claimed === undefined) throw refuse('token_invalid')
    const secretHash = digestHex('sha256', token)
    const record = this.#known.get(claimed)
    const account = record === undefined ? undefined : this.#accounts.get(record.owner)
    const found = record !== undefined && account !== undefined ? { record, account } : await this.#read(token)
    if (found === undefined || !constantTimeEqual(found.record.secretHash, secretHash)) throw refuse('token_invalid')
    if (this.#isOver(found.record, found.account)) throw refuse('token_invalid')
    return this.#admit(found.record, found.account, use)
  }

  async #admit(record: Token, account: KnownAccount, use: CredentialUse): Promise<SignedIn> {
    const { limits, tokenId, kind } = record
    const credential = { kind: 'token', id: tokenId, isAutomation: kind === 'automation' } as const
    const who = this.#signIn(account, credential, use, limits)
    if (limits !== undefined) requireUse(limits, use)
    if (limits?.uses !== undefined && use.isLeaving !== true) {
      const counted = { credential, limit: limits.uses, taken: record.usesTaken ?? 0 }
      if (!(await this.#leases.spend(counted))) throw refuse('token_used_up')
    }
    this.#lastUses.note(record, use.addressPrefix)
    return who
  }

  /**
   * Who somebody is now, whatever is known here: the token that they showed and its account, read anew.
   * @throws Refusal `token_invalid`, `account_disabled`, `token_limited`
   */
  async confirm(who: SignedIn, tokenId: TokenId): Promise<SignedIn> {
    const found = await this.#readById(tokenId)
    if (found === undefined || found.record.owner !== who.username) throw refuse('token_invalid')
    if (this.#isOver(found.record, found.account)) throw refuse('token_invalid')
    const { limits } = found.record
    const use = { address: who.address, writes: false }
    if (limits !== undefined) requireUse(limits, use)
    return this.#signIn(found.account, who.credential, use, limits)
  }

  /** Ends a token; it is good for 30 s more at most in other isolates. Ending one that is gone is fine. */
  async revoke(tokenId: TokenId): Promise<void> {
    await this.#store.remove(tokenId) // COMMIT
    this.#known.forget(tokenId)
  }

  /** Ends somebody's token. `absent`: they have no such token, whether or not somebody else has. */
  async revokeOwn(tokenId: TokenId, owner: Username): Promise<'removed' | 'absent'> {
    const outcome = await this.#store.removeOwn(tokenId, owner) // COMMIT
    if (outcome === 'removed') this.#known.forget(tokenId)
    return outcome
  }

  /** Somebody's token, when they have one of this id that is still good. */
  async readOwn(tokenId: TokenId, username: Username): Promise<Token | undefined> {
    const { token, owner } = await this.#store.getWithOwner(tokenId)
    const isTheirs = token?.owner === username && owner?.username === username
    return isTheirs && !this.#isOver(token, owner) ? token : undefined
  }

  /** Ends all that somebody has whose account is gone: without that, what is known here of a token is worth nothing. */
  revokeAll(owner: Username): Promise<void> {
    return this.#store.removeAll(owner)
  }

  /** Lets a login live on in a new epoch. */
  async carryOver(tokenId: TokenId, epoch: number): Promise<void> {
    await this.#store.setEpoch(tokenId, epoch)
    this.#known.forget(tokenId)
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

  /** A token whose account is gone is none; one that is mistyped is not looked up. */
  async #read(token: string): Promise<{ record: Token; account: KnownAccount } | undefined> {
    const tokenId = readTokenId(token)
    return tokenId === undefined ? undefined : this.#readById(tokenId)
  }

  async #readById(tokenId: TokenId): Promise<{ record: Token; account: KnownAccount } | undefined> {
    const askedAt = this.#platform.now()
    const { token: record, owner } = await this.#store.getWithOwner(tokenId)
    if (record === undefined || owner === undefined || owner.username !== record.owner) return undefined
    this.#known.set(tokenId, record, askedAt)
    return { record, account: this.#accounts.keep(owner, askedAt) }
  }
}

/** The id inside a well-formed token; undefined when its shape or checksum is wrong. */
export function readTokenId(token: string): TokenId | undefined {
  const id = shape.exec(token)?.[1]
  if (id === undefined || checksum(token.slice(0, bodyLength)) !== token.slice(bodyLength)) return undefined
  return id as TokenId
}

/** Whether a token ends within a week: time to make another. */
export function expiresSoon({ expiresAt }: Pick<Token, 'expiresAt'>, nowMs: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) - nowMs < soonMs
}

/** The id of a token as lists show it; undefined when it is none. */
export function readTokenKey(key: string): TokenId | undefined {
  return /^[0-9A-Za-z]{20}$/.test(key) ? (key as TokenId) : undefined
}

/** Not a secret, only a guard against typing errors and false alarms of scanners. */
function checksum(body: string): string {
  return base62(Number.parseInt(digestHex('sha256', body).slice(0, 8), 16), 6)
}
