import type { Principal } from '../model/principal.ts'
import type { User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { Users } from '../storage/users.ts'
import { leastPasswordLength, type Passwords } from './passwords.ts'
import { readTokenId, type Tokens } from './tokens.ts'
import { username } from './username.ts'

export interface AccountDeps {
  readonly users: Users
  readonly tokens: Tokens
  readonly passwords: Passwords
  readonly loginTokenDays: number
  readonly platform: Platform
}

export interface NewAccount {
  readonly username: string
  readonly password: string
  readonly email?: string
  readonly roles: User['roles']
}

/**
 * Makes an account.
 * @throws Refusal `username_invalid`, `password_too_short`, `user_exists`
 */
export async function createAccount(deps: AccountDeps, account: NewAccount): Promise<User> {
  const name = username(account.username)
  if (account.password.length < leastPasswordLength) throw refuse('password_too_short', { least: leastPasswordLength })
  const user: User = {
    username: name,
    ...(account.email === undefined ? {} : { email: account.email }),
    passwordHash: deps.passwords.hash(account.password),
    roles: account.roles,
    createdAt: isoNow(deps.platform),
  }
  if ((await deps.users.claim(user)) === 'taken') throw refuse('user_exists', { username: name }) // COMMIT when claimed
  return user
}

/**
 * Checks a password and issues a token for the client that asks.
 * @throws Refusal `credentials_wrong`, in the same time for an unknown user as for a wrong password
 */
export async function login(deps: AccountDeps, name: string, password: string, description: string): Promise<string> {
  const user = await confirmPassword(deps, name, password)
  const { token } = await deps.tokens.issue(user, description, deps.loginTokenDays)
  return token
}

/**
 * Whose password this is.
 * @throws Refusal `credentials_wrong`, in the same time for an unknown user as for a wrong password
 */
export async function confirmPassword(deps: AccountDeps, name: string, password: string): Promise<User> {
  const user = isPossibleName(name) ? await deps.users.get(name) : undefined
  const matches = deps.passwords.matches(password, user?.passwordHash)
  if (user === undefined || !matches) throw refuse('credentials_wrong')
  return user
}

/**
 * Ends the token that a client names, which must be the asker's own.
 * @throws Refusal `login_required`, `token_invalid`
 */
export async function logout(deps: AccountDeps, who: Principal, token: string): Promise<void> {
  if (who.kind !== 'user') throw refuse('login_required')
  const tokenId = readTokenId(token)
  if (tokenId === undefined || tokenId !== who.tokenId) throw refuse('token_invalid')
  await deps.tokens.revoke(tokenId)
}

function isPossibleName(name: string): name is User['username'] {
  try {
    return username(name) === name
  } catch {
    return false
  }
}
