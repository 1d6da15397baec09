import type { SignedIn } from '../model/principal.ts'
import type { User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { type CredentialName, credentialName } from '../model/second-factor.ts'
import { randomId } from '../std/base62.ts'
import { bytesToBase64Url } from '../std/base64.ts'
import { constantTimeEqual, digestHex } from '../std/digest.ts'
import type { Platform } from '../std/platform.ts'
import type { Challenge, ChallengeStore } from '../storage/challenges.ts'
import type { Visitor } from './events.ts'

const lifetimeMs = 10 * 60_000
/** A command makes several requests, one after another, with the proof that it got. */
const proofMs = 5 * 60_000
const idLength = 22

type Purpose =
  | (Pick<Challenge, 'credential' | 'pollHash'> & { readonly purpose: 'request' })
  | (Pick<Challenge, 'webLogin' | 'passwordMark'> & { readonly purpose: 'web-login' | 'session' })

/** What a client gets to send its user to, and to ask with. */
export interface BegunChallenge {
  /** In the address of the page. */
  readonly id: string
  /** In the address that the client asks at. */
  readonly poll: string
}

/** Asks for second factors on a page: the terminal, which has none, waits for it. */
export class Challenges {
  readonly #store: ChallengeStore
  readonly #platform: Platform

  constructor(store: ChallengeStore, platform: Platform) {
    this.#store = store
    this.#platform = platform
  }

  /** For a request that was refused for want of a second factor. */
  async forRequest(who: SignedIn, visitor: Visitor): Promise<BegunChallenge> {
    const secret = randomId(this.#platform, 32)
    const purpose = {
      purpose: 'request' as const,
      credential: credentialName(who.credential),
      pollHash: digestHex('sha256', secret),
    }
    const id = await this.#begin(who, purpose, visitor)
    return { id, poll: `${id}.${secret}` }
  }

  /** For somebody who has shown the password, on their way to a token (`webLogin`) or to a session. @returns its id */
  forLogin(user: User, visitor: Visitor, webLogin?: string): Promise<string> {
    const passwordMark = passwordMarkOf(user)
    if (webLogin === undefined) return this.#begin(user, { purpose: 'session', passwordMark }, visitor)
    return this.#begin(user, { purpose: 'web-login', webLogin, passwordMark }, visitor)
  }

  async #begin({ username }: Pick<User, 'username'>, purpose: Purpose, visitor: Visitor): Promise<string> {
    const id = randomId(this.#platform, idLength)
    const now = this.#platform.now()
    await this.#store.put({
      id,
      username,
      ...purpose,
      formToken: randomId(this.#platform, 22),
      passkeyChallenge: bytesToBase64Url(this.#platform.randomBytes(32)),
      ...visitor,
      createdAtMs: now,
      endsAtMs: now + lifetimeMs,
      state: 'waiting',
    }) // COMMIT: somebody may be sent there
    return id
  }

  /** @throws Refusal `challenge_over` alike for one that ended and one that never was */
  async read(id: string): Promise<Challenge> {
    const challenge = /^[0-9A-Za-z]{22}$/.test(id) ? await this.#store.get(id) : undefined
    if (challenge === undefined || challenge.endsAtMs <= this.#platform.now()) throw refuse('challenge_over')
    return challenge
  }

  /** The same for whoever sends our form. */
  async readForm(id: string, formToken: string): Promise<Challenge> {
    const challenge = await this.read(id)
    if (challenge.state !== 'waiting' || !constantTimeEqual(challenge.formToken, formToken))
      throw refuse('challenge_over')
    return challenge
  }

  /** The second factor was shown. Once. @throws Refusal `challenge_over` */
  async pass({ id }: Challenge): Promise<void> {
    const isFirst = await this.#store.advance(id, 'waiting', { state: 'passed' }, this.#platform.now()) // COMMIT
    if (!isFirst) throw refuse('challenge_over')
  }

  /**
   * What the client that waits gets: a proof, once, or `waiting`. A client whose answer was lost begins anew.
   * @throws Refusal `challenge_over`
   */
  async collect(poll: string): Promise<string | 'waiting'> {
    const [id = '', secret = ''] = poll.split('.', 2)
    const challenge = await this.read(id)
    const { pollHash, state } = challenge
    if (pollHash === undefined || !constantTimeEqual(pollHash, digestHex('sha256', secret)))
      throw refuse('challenge_over')
    if (state === 'waiting') return 'waiting'
    const proof = `${id}.${randomId(this.#platform, 32)}`
    const now = this.#platform.now()
    const to = { state: 'collected', proofHash: digestHex('sha256', proof), endsAtMs: now + proofMs } as const
    if (!(await this.#store.advance(id, 'passed', to, now))) throw refuse('challenge_over') // COMMIT: it is given out
    return proof
  }

  /** Whether a text is the proof that a credential got; it is worth nothing with any other. */
  async isProof(proof: string, by: CredentialName): Promise<boolean> {
    const id = proof.split('.', 1)[0] ?? ''
    const challenge = /^[0-9A-Za-z]{22}$/.test(id) ? await this.#store.get(id) : undefined
    if (challenge?.proofHash === undefined || challenge.endsAtMs <= this.#platform.now()) return false
    return challenge.credential === by && constantTimeEqual(challenge.proofHash, digestHex('sha256', proof))
  }
}

/** Tells one password of an account from the next. */
export function passwordMarkOf(user: Pick<User, 'passwordHash'>): string {
  return digestHex('sha256', user.passwordHash).slice(0, 24)
}
