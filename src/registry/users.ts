import type { Username } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { Role } from '../model/standing.ts'
import { toJson } from '../std/json.ts'
import { isoNow } from '../std/platform.ts'
import type { UserPatch } from '../storage/users.ts'
import { type Administrator, requireAccount, requireAdministrator } from './access.ts'
import type { AuditLog } from './audit-log.ts'
import { type ChangeAccountDeps, changeAccount, requireUser } from './change-account.ts'
import { reasonText } from './reason.ts'
import { username } from './username.ts'

export interface UserDeps extends ChangeAccountDeps {
  readonly audit: AuditLog
}

/** An account as administrators see it: nothing that a login is proved by. */
export type Person = Omit<User, 'passwordHash' | 'epoch'>

export interface PersonPage {
  readonly entries: readonly Person[]
  /** Name to go on after. */
  readonly next?: string
}

/** Accounts by name, a page at a time, a moment late. @throws Refusal `login_required`, `admin_required` */
export async function listUsers(
  deps: UserDeps,
  who: Administrator,
  query: { readonly prefix?: string; readonly after?: string; readonly limit: number },
): Promise<PersonPage> {
  requireAdministrator(who)
  const { users, next } = await deps.users.list(query)
  return { entries: users.map(personOf), ...(next === undefined ? {} : { next }) }
}

/** @throws Refusal `login_required`, `admin_required`, `user_not_found` */
export async function readUser(deps: UserDeps, who: Administrator, name: string): Promise<Person> {
  requireAdministrator(who)
  return personOf(await requireUser(deps, username(name)))
}

/**
 * Says what somebody may do in the whole registry.
 * @throws Refusal `login_required`, `admin_required`, `user_not_found`, `own_account_kept`, `conflict`
 */
export async function setRoles(deps: UserDeps, who: Administrator, name: string, roles: readonly Role[]) {
  const user = await requireOther(deps, who, name)
  const distinct = [...new Set(roles)]
  await change(deps, who, user, 'user.roles', () => ({ roles: distinct }))
}

/**
 * Lets an account do nothing from now on: no login, no token. Elsewhere that holds within 30 s.
 * @throws Refusal as `setRoles`, and `reason_invalid`
 */
export async function disableUser(deps: UserDeps, who: Administrator, name: string, reason: string): Promise<void> {
  const user = await requireOther(deps, who, name)
  const disabled = { reason: reasonText(reason), by: nameOf(who), at: isoNow(deps.platform) }
  await change(deps, who, user, 'user.disable', () => ({ disabled }))
}

/** Lets an account do again what it could. @throws Refusal as `setRoles` */
export async function enableUser(deps: UserDeps, who: Administrator, name: string): Promise<void> {
  const user = await requireOther(deps, who, name)
  await change(deps, who, user, 'user.enable', () => ({ disabled: undefined }))
}

/**
 * Ends every login of an account, one's own or, for administrators, anybody's. Tokens that were asked for by name stay.
 * @throws Refusal `login_required`, `token_limited`, `admin_required`, `user_not_found`, `conflict`
 */
export async function endLogins(deps: UserDeps, who: Administrator, name: string): Promise<void> {
  const isOwn = who !== 'system' && requireAccount(who).username === name
  if (!isOwn) requireAdministrator(who)
  const user = await requireUser(deps, username(name))
  await change(deps, who, user, 'user.end_logins', ({ epoch }) => ({ epoch: epoch + 1 }))
}

/**
 * The account that an administrator may change: anybody's but their own, so that the last one cannot be lost by
 * accident (docs/decisions/0187).
 * @throws Refusal `login_required`, `admin_required`, `user_not_found`, `own_account_kept`
 */
export async function requireOther(deps: UserDeps, who: Administrator, name: string): Promise<User> {
  requireAdministrator(who)
  const user = await requireUser(deps, username(name))
  if (user.username === nameOf(who)) throw refuse('own_account_kept')
  return user
}

/** Whose doing it is. `system` is no possible user name. */
export function nameOf(who: Principal | 'system'): Username | 'system' {
  return who === 'system' || who.kind === 'anonymous' ? 'system' : who.username
}

async function change(
  deps: UserDeps,
  who: Administrator,
  user: User,
  action: string,
  patchOf: (user: User) => UserPatch,
): Promise<void> {
  const after = patchOf(user)
  const before = Object.fromEntries(Object.keys(after).map((key) => [key, user[key as keyof User]]))
  const entry = { action, target: `user/${user.username}`, before: toJson(before), after: toJson(after) }
  await deps.audit.recorded(who, entry, () => changeAccount(deps, user.username, patchOf)) // COMMIT: in changeAccount
}

function personOf({ passwordHash: _, epoch: __, ...person }: User): Person {
  return person
}
