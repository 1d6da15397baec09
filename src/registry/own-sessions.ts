import type { SessionId } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import { Refusal, refuse } from '../model/refusals.ts'
import type { SessionPage } from '../storage/sessions.ts'
import { requireAccount } from './access.ts'
import { type AccountDeps, type Credentials, confirmPassword, enter, requireCode } from './accounts.ts'
import { replaceUser } from './change-account.ts'
import type { Visitor } from './events.ts'
import { readProfile } from './profile.ts'
import type { OpenedSession } from './sessions.ts'

/** Sessions on one page of a list. */
const pageSize = 100

/**
 * Opens a session for whoever knows the password: a login that ends by itself.
 * @throws Refusal `sessions_off`, and what `login` refuses
 */
export async function openSession(
  deps: AccountDeps,
  credentials: Omit<Credentials, 'email'>,
  visitor: Visitor,
): Promise<OpenedSession> {
  const user = await enter(deps, credentials)
  const isFactorShown = await requireCode(deps, user, credentials.code)
  return deps.sessions.open(user, visitor, isFactorShown) // COMMIT: in open
}

/**
 * Logs somebody in on a page: opens a session, or asks for the second factor first.
 * @throws Refusal as `openSession`
 */
export async function logInHere(
  deps: AccountDeps,
  credentials: Omit<Credentials, 'email' | 'code'>,
  visitor: Visitor,
): Promise<OpenedSession | { readonly challenge: string }> {
  const user = await confirmPassword(deps, credentials)
  if (user.secondFactor !== undefined) return { challenge: await deps.challenges.forLogin(user, visitor) }
  return deps.sessions.open(user, visitor, false) // COMMIT: in open
}

/**
 * Asks somebody who is logged in for the second factor: who shows it gets a session that may do what demands one.
 * @returns the challenge's id
 * @throws Refusal `login_required`, `token_limited`, `token_invalid`
 */
export async function challengeMyself(deps: AccountDeps, who: Principal, visitor: Visitor): Promise<string> {
  return deps.challenges.forLogin(await readProfile(deps, who), visitor)
}

/** Ends the session of a browser that leaves. One that is over already is fine. */
export async function leaveSession(deps: AccountDeps, text: string): Promise<void> {
  try {
    const { credential, username } = await deps.sessions.resolve(text, leaving)
    if (credential.kind === 'session') await deps.sessions.end(credential.id, username) // COMMIT
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

const leaving = { address: undefined, writes: false, isLeaving: true } as const

/** Somebody's own sessions, oldest first. @throws Refusal `login_required`, `token_limited`, `token_invalid` */
export async function listSessions(deps: AccountDeps, who: Principal, after?: SessionId): Promise<SessionPage> {
  return deps.sessions.list(await readProfile(deps, who), pageSize, after)
}

/** Ends one of the asker's sessions. @throws Refusal `session_not_found` alike for another's and for none */
export async function endSession(deps: AccountDeps, who: Principal, sessionId: SessionId): Promise<void> {
  const { username } = requireAccount(who, 'write')
  await deps.audit.recorded(who, { action: 'session.end', target: `session/${sessionId}` }, async () => {
    if ((await deps.sessions.end(sessionId, username)) === 'absent') throw refuse('session_not_found') // COMMIT
  })
}

/**
 * Ends every session and login of the asker, this one too, in one write: a new epoch. Tokens that were asked for by
 * name stay.
 * @throws Refusal `login_required`, `token_limited`, `conflict`
 */
export async function endAllSessions(deps: AccountDeps, who: Principal): Promise<void> {
  requireAccount(who, 'write')
  const user = await readProfile(deps, who)
  const patch = { epoch: user.epoch + 1 }
  await deps.audit.recorded(who, { action: 'user.end-sessions', target: `user/${user.username}` }, () =>
    replaceUser(deps, user, patch),
  ) // COMMIT: in replaceUser
}
