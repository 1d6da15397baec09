import type { SignedIn } from '../model/principal.ts'
import type { User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { JsonObject } from '../std/json.ts'
import type { Challenge } from '../storage/challenges.ts'
import type { AccountDeps } from './accounts.ts'
import { type BegunChallenge, passwordMarkOf } from './challenges.ts'
import type { Visitor } from './events.ts'
import { type AuthenticationAnswer, requestOptions } from './passkeys.ts'
import type { OpenedSession } from './sessions.ts'
import { allowWebLogin, type WebLoginDeps } from './web-login.ts'

/** What became possible by a second factor: the client that waits goes on, or the browser has a session. */
export type Passed =
  | { readonly purpose: 'request' }
  | { readonly purpose: 'web-login'; readonly webLogin: string }
  | { readonly purpose: 'session'; readonly opened: OpenedSession }

/** What was shown on the page: a code, or what the browser says for a passkey. */
export interface ShownFactor {
  readonly formToken: string
  readonly shown: { readonly code: string } | { readonly passkey: AuthenticationAnswer }
}

/** For a request that was refused for want of a second factor: its client may wait for one that is shown on a page. */
export function beginChallenge(deps: AccountDeps, who: SignedIn, visitor: Visitor): Promise<BegunChallenge> {
  return deps.challenges.forRequest(who, visitor)
}

/** What the client that waits gets: a proof, once, or `waiting`. @throws Refusal `challenge_over` */
export function collectChallenge(deps: AccountDeps, poll: string): Promise<string | 'waiting'> {
  return deps.challenges.collect(poll)
}

/**
 * A challenge, and what a browser needs for it where there are passkeys.
 * @throws Refusal `challenge_over`
 */
export async function readChallenge(
  deps: AccountDeps,
  id: string,
): Promise<{ readonly challenge: Challenge; readonly passkeys?: JsonObject }> {
  const challenge = await deps.challenges.read(id)
  const { passkeys = [] } = (await deps.factors.get(challenge.username)) ?? {}
  if (passkeys.length === 0) return { challenge }
  return { challenge, passkeys: requestOptions(deps.relyingParty, challenge.passkeyChallenge, passkeys) }
}

/**
 * Takes a second factor on the page of a challenge.
 * @throws Refusal `challenge_over`, `second_factor_wrong`, `too_many_attempts`
 */
export async function passChallenge(
  deps: WebLoginDeps,
  id: string,
  { formToken, shown }: ShownFactor,
  visitor: Visitor,
): Promise<Passed> {
  const challenge = await deps.challenges.readForm(id, formToken)
  const user = await stillAsked(deps, challenge)
  const isGood =
    'code' in shown
      ? await deps.factors.check(user.username, shown.code)
      : await deps.factors.checkPasskey(user.username, challenge.passkeyChallenge, shown.passkey)
  if (!isGood) throw refuse('second_factor_wrong')
  await deps.challenges.pass(challenge) // COMMIT: it is passed, once
  return follow(deps, challenge, user, visitor)
}

/** Who is asked, as the account is now: a password that was changed since ends this like every other login. */
async function stillAsked(deps: AccountDeps, { username, passwordMark }: Challenge): Promise<User> {
  const user = await deps.users.get(username)
  if (user === undefined || user.disabled !== undefined) throw refuse('challenge_over')
  if (passwordMark !== undefined && passwordMark !== passwordMarkOf(user)) throw refuse('challenge_over')
  return user
}

/** Cut off before this is done, somebody logs in once more. */
async function follow(deps: WebLoginDeps, challenge: Challenge, user: User, visitor: Visitor): Promise<Passed> {
  const { purpose, webLogin } = challenge
  if (purpose === 'request') return { purpose }
  if (purpose === 'session') return { purpose, opened: await deps.sessions.open(user, visitor, true) }
  if (webLogin === undefined) throw refuse('challenge_over')
  await allowWebLogin(deps, webLogin, user)
  return { purpose, webLogin }
}
