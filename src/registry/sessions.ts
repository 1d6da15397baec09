import type { SessionId } from '../model/ids.ts'
import type { SignedIn } from '../model/principal.ts'
import type { Session, User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { randomId } from '../std/base62.ts'
import { lifetime, type Platform } from '../std/platform.ts'
import { TimedCache } from '../std/timed-cache.ts'
import { credentialId } from '../storage/keys.ts'
import type { SessionPage, SessionStore } from '../storage/sessions.ts'
import type { Visitor } from './events.ts'
import { type KnownAccount, type KnownAccounts, maxAgeMs } from './known-accounts.ts'
import type { Leases } from './leases.ts'
import type { SessionTexts } from './session-texts.ts'
import type { CredentialUse, SignIn } from './sign-in.ts'

const maxKnown = 10_000
/** How long a second factor that was shown in a session is good for what demands one. */
export const factorFreshS = 600

export interface SessionsDeps {
  readonly store: SessionStore
  readonly texts: SessionTexts
  readonly accounts: KnownAccounts
  readonly leases: Pick<Leases, 'spend'>
  readonly signIn: SignIn
  readonly platform: Platform
  readonly hours: number
  readonly uses: number
}

export interface OpenedSession {
  /** What the client sends as its credential. Signed, and never stored. */
  readonly text: string
  readonly session: Session
}

/** Opens, resolves and ends sessions: logins that end by themselves, at a time or after a number of uses. */
export class Sessions {
  readonly #deps: SessionsDeps
  readonly #known: TimedCache<Session>

  constructor(deps: SessionsDeps) {
    this.#deps = deps
    this.#known = new TimedCache({ platform: deps.platform, maxAgeMs, maxEntries: maxKnown })
  }

  /** @param isFactorShown whether its owner has just shown a second factor @throws Refusal `sessions_off` */
  async open(owner: User, visitor: Visitor, isFactorShown: boolean): Promise<OpenedSession> {
    const { platform, hours, uses, store, texts } = this.#deps
    const session: Session = {
      sessionId: credentialId<SessionId>(owner.username, randomId(platform, 10)),
      owner: owner.username,
      epoch: owner.epoch,
      ...lifetime(platform, hours * 3_600_000),
      uses,
      ...visitor,
    }
    const text = await texts.sign(session, isFactorShown ? this.#nowS() : undefined)
    await store.put(session) // COMMIT: the session is good
    return { text, session }
  }

  /**
   * Who a session speaks for, as that account is now. Costs no request when both were seen within the last 30 s, else
   * one; and one more, now and then, to reserve uses.
   * @throws Refusal `token_invalid` for one that is forged, over, ended or of an older epoch, all alike;
   *   `account_disabled`; `token_used_up`
   */
  async resolve(text: string, use: CredentialUse): Promise<SignedIn> {
    const { texts, accounts, leases, signIn } = this.#deps
    const claims = await texts.verify(text)
    const session = this.#known.get(claims.sessionId)
    const account = session === undefined ? undefined : accounts.get(session.owner)
    const found =
      session !== undefined && account !== undefined ? { session, account } : await this.#read(claims.sessionId)
    if (found === undefined || found.session.owner !== claims.username || this.#isOver(found.session, found.account)) {
      throw refuse('token_invalid')
    }
    const credential = { kind: 'session', id: claims.sessionId } as const
    const isFactorFresh = claims.factorAtS !== undefined && this.#nowS() - claims.factorAtS < factorFreshS
    const who = signIn(found.account, credential, use, undefined, isFactorFresh)
    const { uses: limit, usesTaken: taken = 0 } = found.session
    if (use.isLeaving !== true && !(await leases.spend({ credential, limit, taken }))) throw refuse('token_used_up')
    return who
  }

  /** Who somebody is now, whatever is known here: their session and account, read anew. @throws Refusal as `resolve` */
  async confirm(who: SignedIn, sessionId: SessionId): Promise<SignedIn> {
    const found = await this.#read(sessionId)
    if (found === undefined || found.session.owner !== who.username || this.#isOver(found.session, found.account)) {
      throw refuse('token_invalid')
    }
    const use = { address: who.address, writes: false }
    return this.#deps.signIn(found.account, who.credential, use, undefined, who.secondFactor?.isShown)
  }

  /** Which session a text is of. @throws Refusal `token_invalid` */
  async idOf(text: string): Promise<SessionId> {
    return (await this.#deps.texts.verify(text)).sessionId
  }

  /** Ends a session; it is good for 30 s more at most in other isolates. `absent`: it is no session of theirs. */
  async end(sessionId: SessionId, owner: Session['owner']): Promise<'removed' | 'absent'> {
    const outcome = await this.#deps.store.removeOwn(sessionId, owner) // COMMIT
    this.#known.forget(sessionId)
    return outcome
  }

  /** Somebody's sessions that are still good, oldest first on each page. @param owner as the account is now */
  async list(owner: User, limit: number, after?: SessionId): Promise<SessionPage> {
    const page = await this.#deps.store.list(owner.username, { limit, ...(after === undefined ? {} : { after }) })
    const good = page.sessions.filter((session) => !this.#isOver(session, owner))
    return { ...page, sessions: good.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)) }
  }

  #isOver({ expiresAt, epoch }: Session, account: Pick<KnownAccount, 'epoch'>): boolean {
    return epoch !== account.epoch || Date.parse(expiresAt) <= this.#deps.platform.now()
  }

  async #read(sessionId: SessionId): Promise<{ session: Session; account: KnownAccount } | undefined> {
    const askedAt = this.#deps.platform.now()
    const { session, owner } = await this.#deps.store.getWithOwner(sessionId)
    if (session === undefined || owner === undefined || owner.username !== session.owner) return undefined
    this.#known.set(sessionId, session, askedAt)
    return { session, account: this.#deps.accounts.keep(owner, askedAt) }
  }

  #nowS(): number {
    return Math.floor(this.#deps.platform.now() / 1_000)
  }
}

/** The id of a session as lists show it; undefined when it is none. */
export function readSessionKey(key: string): SessionId | undefined {
  return /^[0-9A-Za-z]{20}$/.test(key) ? (key as SessionId) : undefined
}
