import type { Username } from '../model/ids.ts'
import type { User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { jitterMs } from '../std/jitter.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { UserPatch, Users } from '../storage/users.ts'
import type { KnownAccounts } from './known-accounts.ts'

export interface ChangeAccountDeps {
  readonly users: Users
  readonly accounts: KnownAccounts
  readonly platform: Platform
}

const maxRounds = 20

/**
 * Repeats one round of a change that somebody else's may thwart, until it is made.
 * @param round `false`: somebody was first; read everything again
 * @throws Refusal `conflict` when others always were
 */
export async function inRounds(platform: Platform, round: () => Promise<boolean>): Promise<void> {
  for (let count = 0; count < maxRounds; count += 1) {
    if (await round()) return
    await platform.sleep(jitterMs(platform, count))
  }
  throw refuse('conflict')
}

/**
 * Writes a part of an account, if it still stands as it was read, and drops what is known of it here. Elsewhere it holds
 * within 30 s.
 * @returns undefined when it was changed meanwhile, or is gone
 */
export async function tryReplaceUser(
  deps: ChangeAccountDeps,
  before: User,
  patch: UserPatch,
): Promise<User | undefined> {
  const after = await deps.users.replace(before, patch, laterThan(before, isoNow(deps.platform))) // COMMIT when replaced
  deps.accounts.forget(before.username)
  return after
}

/** The same for a change that rests on what was read. @throws Refusal `conflict` */
export async function replaceUser(deps: ChangeAccountDeps, before: User, patch: UserPatch): Promise<User> {
  const after = await tryReplaceUser(deps, before, patch)
  if (after === undefined) throw refuse('conflict')
  return after
}

/** Writes a part of an account, whatever else of it is changed at the same time. @throws Refusal `user_not_found` */
export async function changeAccount(
  deps: ChangeAccountDeps,
  username: Username,
  patchOf: (user: User) => UserPatch,
): Promise<void> {
  await inRounds(deps.platform, async () => {
    const user = await requireUser(deps, username)
    return (await tryReplaceUser(deps, user, patchOf(user))) !== undefined
  })
}

/** @throws Refusal `user_not_found` */
export async function requireUser({ users }: Pick<ChangeAccountDeps, 'users'>, username: Username): Promise<User> {
  const user = await users.get(username)
  if (user === undefined) throw refuse('user_not_found', { username })
  return user
}

/** Tells how an account stood from how it stands later, and sorts by that. */
export function versionOf({ updatedAt }: User): string {
  return updatedAt ?? ''
}

/** Times tell writes of an account apart, so that no two are equal. */
function laterThan({ updatedAt }: User, now: string): string {
  return updatedAt === undefined || updatedAt < now ? now : new Date(Date.parse(updatedAt) + 1).toISOString()
}
