import type { Principal } from '../model/principal.ts'
import type { User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { UserPatch } from '../storage/users.ts'
import { requireAccount } from './access.ts'
import { type AccountDeps, confirmPassword, requireEmail } from './accounts.ts'
import { replaceUser } from './change-account.ts'
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
 * Changes one's own account. A new password costs the old one and begins a new epoch, which ends every other login in
 * the same write: whoever knew the old one is out. Tokens that were asked for by name stay. The login that asked is
 * carried over afterwards; when that is cut off, its owner logs in once more.
 * @throws Refusal as `readProfile`, and `email_invalid`, `credentials_wrong`, `too_many_attempts`, `password_too_short`,
 *   `password_weak`, `conflict`
 */
export async function changeProfile(
  deps: AccountDeps,
  who: Principal,
  change: ProfileChange,
  address: string | undefined,
): Promise<User> {
  const { username, credential } = requireAccount(who, 'change')
  const before = await readProfile(deps, who)
  if (typeof change.email === 'string') requireEmail(change.email)
  const patch: UserPatch = {
    ...(change.email === undefined ? {} : { email: change.email ?? undefined }),
    ...(change.fullName === undefined ? {} : { fullName: change.fullName ?? undefined }),
    ...(change.password === undefined ? {} : await newPassword(deps, before, change.password, address)),
  }
  const action = change.password === undefined ? 'user.profile' : 'user.password'
  const after = await deps.audit.recorded(who, { action, target: `user/${username}` }, () =>
    replaceUser(deps, before, patch),
  )
  if (patch.epoch !== undefined && credential.kind === 'token') await deps.tokens.carryOver(credential.id, patch.epoch)
  return after
}

async function newPassword(
  deps: AccountDeps,
  user: User,
  password: { readonly old: string; readonly new: string },
  address: string | undefined,
): Promise<UserPatch> {
  await confirmPassword(deps, { name: user.username, password: password.old, address })
  requireGoodPassword(password.new, user.username, user.email)
  return { passwordHash: deps.passwords.hash(password.new), epoch: user.epoch + 1 }
}
