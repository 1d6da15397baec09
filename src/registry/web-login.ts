import type { User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { randomId } from '../std/base62.ts'
import { constantTimeEqual, digestHex } from '../std/digest.ts'
import type { WebLogin, WebLogins } from '../storage/web-logins.ts'
import { type AccountDeps, confirmPassword } from './accounts.ts'
import { passwordMarkOf } from './challenges.ts'
import type { Visitor } from './events.ts'

const lifetimeMs = 10 * 60_000

export interface WebLoginDeps extends AccountDeps {
  readonly webLogins: WebLogins
}

/** What a client gets to send its user to, and to ask with. */
export interface BegunWebLogin {
  /** In the address of the page. Whoever has it can look at the login, and deny it. */
  readonly id: string
  /** In the address that the client asks at; only that gets the token. */
  readonly poll: string
}

/** What somebody sent from the page. */
export interface WebLoginForm {
  readonly formToken: string
  readonly decision: 'allow' | 'deny'
  readonly name: string
  readonly password: string
}

/** Begins a web login, which ends after ten minutes. @throws Refusal `too_many_attempts` */
export async function beginWebLogin(
  deps: WebLoginDeps,
  visitor: Visitor,
  address: string | undefined,
): Promise<BegunWebLogin> {
  deps.guard.requireCalm(address)
  const [id, secret] = [randomId(deps.platform, 22), randomId(deps.platform, 32)]
  const now = deps.platform.now()
  await deps.webLogins.put({
    id,
    pollHash: digestHex('sha256', secret),
    formToken: randomId(deps.platform, 22),
    ...visitor,
    createdAtMs: now,
    endsAtMs: now + lifetimeMs,
    state: 'waiting',
  }) // COMMIT: the client may be sent there
  return { id, poll: `${id}.${secret}` }
}

/** @throws Refusal `web_login_over` alike for one that ended and one that never was */
export async function readWebLogin(deps: WebLoginDeps, id: string): Promise<WebLogin> {
  const login = /^[0-9A-Za-z]{22}$/.test(id) ? await deps.webLogins.get(id) : undefined
  if (login === undefined || login.endsAtMs <= deps.platform.now()) throw refuse('web_login_over')
  return login
}

/**
 * Allows a web login, with the password of the account that it will be for, or denies it. Once: what was decided stays.
 * An account with a second factor is asked for that first: the id of its challenge comes back.
 * @throws Refusal `web_login_over`, `credentials_wrong`, `too_many_attempts`
 */
export async function decideWebLogin(
  deps: WebLoginDeps,
  id: string,
  form: WebLoginForm,
  visitor: Visitor,
  address: string | undefined,
): Promise<{ readonly challenge?: string }> {
  const login = await readWebLogin(deps, id)
  if (login.state !== 'waiting' || !constantTimeEqual(login.formToken, form.formToken)) throw refuse('web_login_over')
  if (form.decision === 'deny') {
    await decide(deps, id, { state: 'denied' })
    return {}
  }
  const { name, password } = form
  const user = await confirmPassword(deps, { name, password, address })
  if (user.secondFactor !== undefined) return { challenge: await deps.challenges.forLogin(user, visitor, id) }
  await allowWebLogin(deps, id, user)
  return {}
}

/** Allows a web login for somebody who has shown all that is asked for. @throws Refusal `web_login_over` */
export async function allowWebLogin(deps: WebLoginDeps, id: string, user: User): Promise<void> {
  await decide(deps, id, { state: 'allowed', username: user.username, passwordMark: passwordMarkOf(user) })
}

type Decision = Pick<WebLogin, 'state' | 'username' | 'passwordMark'>

async function decide(deps: WebLoginDeps, id: string, { state, username, passwordMark }: Decision): Promise<void> {
  const to = {
    state,
    ...(username === undefined ? {} : { username }),
    ...(passwordMark === undefined ? {} : { passwordMark }),
  }
  const decided = await deps.webLogins.advance(id, 'waiting', to, deps.platform.now()) // COMMIT
  if (!decided) throw refuse('web_login_over')
}

/**
 * What the client that began a web login gets: its token, once, or `waiting`. A client whose answer with the token was
 * lost begins anew: a token that nobody got is never made twice.
 * @throws Refusal `web_login_over`, `web_login_denied`
 */
export async function collectWebLogin(deps: WebLoginDeps, poll: string): Promise<string | 'waiting'> {
  const [id = '', secret = ''] = poll.split('.', 2)
  const login = await readWebLogin(deps, id)
  if (!constantTimeEqual(login.pollHash, digestHex('sha256', secret))) throw refuse('web_login_over')
  if (login.state === 'waiting') return 'waiting'
  if (login.state === 'denied') throw refuse('web_login_denied')
  const user = login.username === undefined ? undefined : await deps.users.get(login.username)
  // A password that was changed since ends this like every other login
  if (login.state === 'used' || user === undefined || login.passwordMark !== passwordMarkOf(user))
    throw refuse('web_login_over')
  const isOurs = await deps.webLogins.advance(id, 'allowed', { state: 'used' }, deps.platform.now()) // COMMIT: used
  if (!isOurs) throw refuse('web_login_over')
  const { token } = await deps.tokens.issue(user, `web login by ${login.client ?? 'npm'}`, deps.loginTokenDays)
  return token
}
