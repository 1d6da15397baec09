import type { Username } from '../model/ids.ts'
import { anonymous } from '../model/principal.ts'
import type { User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { PasswordResets } from '../storage/password-resets.ts'
import { type Administrator, requireAdministrator } from './access.ts'
import type { AccountDeps } from './accounts.ts'
import { inRounds, requireUser, tryReplaceUser } from './change-account.ts'
import type { IssuedLink } from './invitations.ts'
import { linkSecretHash, newLinkSecret } from './link-secret.ts'
import { requireGoodPassword } from './password-rules.ts'
import { username } from './username.ts'

export interface ResetDeps extends AccountDeps {
  readonly resets: PasswordResets
}

const lifetimeMs = 24 * 60 * 60_000

/**
 * Makes a link by which somebody can choose a new password, once, within a day.
 * @throws Refusal `login_required`, `admin_required`, `user_not_found`
 */
export async function issueReset(deps: ResetDeps, who: Administrator, name: string): Promise<IssuedLink> {
  requireAdministrator(who)
  const user = await requireUser(deps, username(name))
  const { secret, secretHash } = newLinkSecret(deps.platform)
  const endsAtMs = deps.platform.now() + lifetimeMs
  const reset = { secretHash, username: user.username, epoch: user.epoch, endsAtMs }
  const entry = { action: 'user.issue_reset', target: `user/${user.username}` }
  await deps.audit.recorded(who, entry, () => deps.resets.put(reset)) // COMMIT: the link is good
  return { secret, endsAtMs }
}

/**
 * Whose password a link is for. It is good for the epoch that it was made in: using it begins another, as does whatever
 * else ends logins, so no mark of its use is needed.
 * @throws Refusal `reset_over` alike for one that ended, was used, or never was; `account_disabled`
 */
export async function readReset(deps: ResetDeps, secret: string): Promise<User> {
  const secretHash = linkSecretHash(secret)
  const reset = secretHash === undefined ? undefined : await deps.resets.get(secretHash)
  const user = reset === undefined ? undefined : await deps.users.get(reset.username)
  if (reset === undefined || user === undefined) throw refuse('reset_over')
  if (reset.epoch !== user.epoch || reset.endsAtMs <= deps.platform.now()) throw refuse('reset_over')
  if (user.disabled !== undefined) throw refuse('account_disabled')
  return user
}

/**
 * Sets the password that somebody has chosen, and ends every login of theirs in the same write.
 * @throws Refusal as `readReset`, and `password_too_short`, `password_weak`
 */
export async function useReset(deps: ResetDeps, secret: string, password: string): Promise<Username> {
  const { username: name, email } = await readReset(deps, secret)
  requireGoodPassword(password, name, email)
  const passwordHash = deps.passwords.hash(password)
  const round = async () => {
    const user = await readReset(deps, secret)
    return (await tryReplaceUser(deps, user, { passwordHash, epoch: user.epoch + 1 })) !== undefined // COMMIT
  }
  const entry = { action: 'user.use_reset', target: `user/${name}` }
  await deps.audit.recorded(anonymous, entry, () => inRounds(deps.platform, round), name)
  return name
}
