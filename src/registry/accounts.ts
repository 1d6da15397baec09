import { anonymous, type Principal } from '../model/principal.ts'
import type { User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { Users } from '../storage/users.ts'
import type { Administrator } from './access.ts'
import type { AuditLog } from './audit-log.ts'
import type { Challenges } from './challenges.ts'
import type { KnownAccounts } from './known-accounts.ts'
import type { LoginGuard } from './login-guard.ts'
import type { RelyingParty } from './passkeys.ts'
import { requireGoodPassword } from './password-rules.ts'
import type { Passwords } from './passwords.ts'
import type { SecondFactors } from './second-factors.ts'
import type { Sessions } from './sessions.ts'
import { readTokenId, type Tokens } from './tokens.ts'
import { username } from './username.ts'

export interface AccountDeps {
  readonly users: Users
  /** What this isolate knows of accounts: whoever changes one drops it there. */
  readonly accounts: KnownAccounts
  readonly audit: AuditLog
  readonly tokens: Tokens
  readonly sessions: Sessions
  readonly factors: SecondFactors
  readonly challenges: Challenges
  readonly relyingParty: RelyingParty
  readonly passwords: Passwords
  readonly guard: LoginGuard
  readonly loginTokenDays: number
  /** Whether people may make their own accounts. */
  readonly registrationOpen: boolean
  /** What an account is that somebody made for themselves. */
  readonly newUserRoles: User['roles']
  readonly platform: Platform
}

export interface NewAccount {
  readonly username: string
  readonly password: string
  readonly email?: string
  readonly roles: User['roles']
}

/** What the audit log calls those who have no account. */
const nobodys: ReadonlySet<string> = new Set(['system', 'anonymous'])

/**
 * Makes an account.
 * @param who whose doing it is: an administrator, or whoever registers themselves (`anonymous`). Whether they may is
 *   asked before.
 * @throws Refusal `username_invalid`, `password_too_short`, `password_weak`, `email_invalid`, `user_exists`
 */
export async function createAccount(
  deps: AccountDeps,
  account: NewAccount,
  who: Administrator = 'system',
): Promise<User> {
  const name = requireGoodAccount(account)
  const user: User = {
    username: name,
    ...(account.email === undefined ? {} : { email: account.email }),
    passwordHash: deps.passwords.hash(account.password),
    roles: account.roles,
    epoch: 0,
    orgs: {},
    teams: [],
    createdAt: isoNow(deps.platform),
  }
  const entry = { action: 'user.create', target: `user/${name}`, after: { roles: account.roles } }
  await deps.audit.recorded(who, entry, () => claim(deps, user), name)
  return user
}

/** @throws Refusal `username_invalid`, `user_exists`, `email_invalid`, `password_too_short`, `password_weak` */
export function requireGoodAccount({ username: text, email, password }: Omit<NewAccount, 'roles'>): User['username'] {
  const name = username(text)
  if (nobodys.has(name)) throw refuse('user_exists', { username: name })
  if (email !== undefined) requireEmail(email)
  requireGoodPassword(password, name, email)
  return name
}

async function claim(deps: AccountDeps, user: User): Promise<void> {
  const outcome = await deps.users.claim(user) // COMMIT when claimed
  if (outcome === 'taken') throw refuse('user_exists', { username: user.username })
}

/** What somebody shows to be let in. */
export interface Credentials {
  readonly name: string
  readonly password: string
  /** Of the second factor, when it came along. */
  readonly code?: string
  /** Sent by clients that also register: they do not say which of the two they mean. */
  readonly email?: string
  /** Where it comes from, as far as that is known. */
  readonly address: string | undefined
}

/**
 * Checks a password and issues a token for the client that asks. Where registration is open, a name that nobody has
 * becomes an account when an e-mail address comes with it. Repeated after a lost answer, it finds the account.
 * @throws Refusal `credentials_wrong`, or `registration_closed` if an e-mail address was sent: in the same time for an
 *   unknown user as for a wrong password; `too_many_attempts`; `account_disabled` to who knows the password; what
 *   `createAccount` refuses; `second_factor_required` and `second_factor_wrong` to who knows the password
 */
export async function login(deps: AccountDeps, credentials: Credentials, description: string): Promise<string> {
  const user = await enter(deps, credentials)
  await requireCode(deps, user, credentials.code)
  const { token } = await deps.tokens.issue(user, description, deps.loginTokenDays) // COMMIT: in issue
  return token
}

/**
 * Whose password this is; an account is made where `login` says so. No second factor is asked for.
 * @throws Refusal as `login`
 */
export async function enter(deps: AccountDeps, credentials: Credentials): Promise<User> {
  const { name, password, email, address } = credentials
  const attempt = await deps.guard.admit(name, address) // repeatable: a counter that expires
  const standing = isPossibleName(name) ? await deps.users.get(name) : undefined
  if (standing === undefined && email !== undefined && deps.registrationOpen) {
    await deps.guard.admitRegistration(address)
    const made = await createAccount(deps, { username: name, password, email, roles: deps.newUserRoles }, anonymous)
    await attempt.succeeded()
    return made
  }
  const user = deps.passwords.matches(password, standing?.passwordHash) ? standing : undefined
  if (user === undefined) {
    throw refuse(email === undefined || deps.registrationOpen ? 'credentials_wrong' : 'registration_closed')
  }
  await attempt.succeeded()
  if (user.disabled !== undefined) throw refuse('account_disabled')
  return user
}

/**
 * Demands the second factor of whoever has shown the password, if there is one.
 * @returns whether there is one, and it was shown
 * @throws Refusal `second_factor_required`, `second_factor_wrong`, `too_many_attempts`
 */
export async function requireCode(deps: AccountDeps, user: User, code: string | undefined): Promise<boolean> {
  if (user.secondFactor === undefined) return false
  if (code === undefined) throw refuse('second_factor_required')
  if (!(await deps.factors.check(user.username, code))) throw refuse('second_factor_wrong')
  return true
}

/**
 * Whose password this is; nothing is made for it.
 * @throws Refusal `credentials_wrong`, in the same time for an unknown user as for a wrong password; `too_many_attempts`
 */
export function confirmPassword(deps: AccountDeps, credentials: Omit<Credentials, 'email'>): Promise<User> {
  const { name, password, address } = credentials
  return enter(deps, { name, password, address })
}

/**
 * Ends the token or session that a client names, which must be the one that it came with.
 * @throws Refusal `login_required`, `token_invalid`
 */
export async function logout(deps: AccountDeps, who: Principal, shown: string): Promise<void> {
  if (who.kind !== 'user') throw refuse('login_required')
  const { kind, id } = who.credential
  const named = kind === 'token' ? readTokenId(shown) : await deps.sessions.idOf(shown)
  if (named !== id) throw refuse('token_invalid')
  if (kind === 'token') await deps.tokens.revoke(id)
  else await deps.sessions.end(id, who.username)
}

function isPossibleName(name: string): name is User['username'] {
  try {
    return username(name) === name
  } catch {
    return false
  }
}

/** Shape only: whether mail arrives is another question. @throws Refusal `email_invalid` */
export function requireEmail(email: string): void {
  if (!/^[^\s@\p{Cc}\p{Cf}<>"]{1,64}@[^\s@\p{Cc}\p{Cf}<>"]{1,189}$/u.test(email)) throw refuse('email_invalid')
}
