import type { Principal } from '../model/principal.ts'
import type { User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { isoNow } from '../std/platform.ts'
import { requireAccount } from './access.ts'
import { type AccountDeps, confirmPassword, requireEmail } from './accounts.ts'
import { requireGoodPassword } from './password-rules.ts'

/** What somebody changes about their account; `null` takes a value away, absent leaves it. */
export interface ProfileChange {
  readonly email?: string | null
  readonly fullName?: string | null
  readonly password?: { readonly old: string; readonly new: string }
}

/** @throws Refusal `login_required`, `token_limited`, `token_invalid` for an account that is gone */
export async function readProfile(deps: AccountDeps, who: Principal): Promise<User> {
  const user = await deps.users.get(requireAccount(who).username)
  if (user === undefined) throw refuse('token_invalid')
  return user
}

/**
 * Changes one's own account. A new password costs the old one, and ends every other login: whoever knew the old one is
 * out. Tokens that were asked for by name stay. The logins end before the change and, those that were made in between,
 * after it; repeated after a crash it does both again.
 * @throws Refusal as `readProfile`, and `email_invalid`, `credentials_wrong`, `too_many_attempts`, `password_too_short`,
 *   `password_weak`, `conflict`
 */
export async function changeProfile(
  deps: AccountDeps,
  who: Principal,
  change: ProfileChange,
  address: string | undefined,
): Promise<User> {
  const { username, tokenId } = requireAccount(who)
  const before = await readProfile(deps, who)
  if (typeof change.email === 'string') requireEmail(change.email)
  const passwordHash =
    change.password === undefined ? before.passwordHash : await newHash(deps, before, change.password, address)
  const isNewPassword = passwordHash !== before.passwordHash
  if (isNewPassword) await deps.tokens.endLogins(username, tokenId) // repeatable
  const after = changed(before, change, passwordHash, isoNow(deps.platform))
  if (!(await deps.users.replace(before, after))) throw refuse('conflict') // COMMIT when replaced
  if (isNewPassword) await deps.tokens.endLogins(username, tokenId)
  return after
}

async function newHash(
  deps: AccountDeps,
  user: User,
  password: { readonly old: string; readonly new: string },
  address: string | undefined,
): Promise<string> {
  await confirmPassword(deps, { name: user.username, password: password.old, address })
  requireGoodPassword(password.new, user.username, user.email)
  return deps.passwords.hash(password.new)
}

function changed(before: User, change: ProfileChange, passwordHash: string, updatedAt: string): User {
  const { email: oldEmail, fullName: oldName, ...kept } = before
  const email = change.email === undefined ? oldEmail : (change.email ?? undefined)
  const fullName = change.fullName === undefined ? oldName : (change.fullName ?? undefined)
  return {
    ...kept,
    ...(email === undefined ? {} : { email }),
    ...(fullName === undefined ? {} : { fullName }),
    passwordHash,
    updatedAt,
  }
}
