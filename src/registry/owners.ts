import type { OrgName, PackageRef, Username } from '../model/ids.ts'
import { organisationOf } from '../model/organisation.ts'
import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { Orgs } from '../storage/orgs.ts'
import type { Users } from '../storage/users.ts'
import { isAdmin } from './access.ts'
import { requireChange } from './change.ts'
import { type SettingsDeps, settingsOf } from './package-settings.ts'
import { username } from './username.ts'

export interface OwnerDeps extends SettingsDeps {
  readonly users: Users
  readonly orgs: Orgs
}

const maxOwners = 100

/** Who is to be an owner from now on, and who no more. */
export interface OwnerChange {
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

/**
 * Adds and removes owners. Adding one who is an owner already succeeds, as does removing one who is none.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `user_not_found`, `owner_not_member`,
 *   `last_owner`, `too_many_owners`
 */
export async function changeOwners(deps: OwnerDeps, who: Principal, ref: PackageRef, wanted: OwnerChange) {
  const head = await requireChange(deps, who, ref, { action: 'manage' })
  await applyOwners(deps, who, head, wanted)
}

/**
 * Replaces the owners by a whole list, as npm sends it. Only the difference to the revision that the client has read is
 * made, so that a change of somebody else in between is not undone.
 * @throws Refusal like `changeOwners`; `conflict` when the revision is stale
 */
export async function replaceOwners(
  deps: OwnerDeps,
  who: Principal,
  ref: PackageRef,
  { revision, owners }: { readonly revision: string; readonly owners: readonly string[] },
): Promise<void> {
  const head = await requireChange(deps, who, ref, { action: 'manage', revision })
  const add = owners.filter((name) => !(head.owners as readonly string[]).includes(name))
  await applyOwners(deps, who, head, { add, remove: head.owners.filter((name) => !owners.includes(name)) })
}

async function applyOwners(deps: OwnerDeps, who: Principal, head: Head, { add, remove }: OwnerChange): Promise<void> {
  const added = await requireOwners(deps, organisationOf(head), add)
  await settingsOf(deps, who, head, 'owners', (current) => {
    const owners = [...new Set([...current.owners, ...added])].filter((name) => !remove.includes(name))
    if (owners.length === 0) throw refuse('last_owner', { package: head.name })
    if (owners.length > maxOwners) throw refuse('too_many_owners', { most: maxOwners })
    return owners.join() === current.owners.join() ? undefined : { owners }
  }) // COMMIT: the new owners may change the package, the old ones no more
}

/**
 * Who is to own a package: people that there are, and members of its organisation, if there is one.
 * @throws Refusal `too_many_owners`, `user_not_found`, `owner_not_member`
 */
export async function requireOwners(
  deps: Pick<OwnerDeps, 'users' | 'orgs'>,
  org: OrgName | undefined,
  names: readonly string[],
): Promise<readonly Username[]> {
  if (names.length > maxOwners) throw refuse('too_many_owners', { most: maxOwners })
  const owners = [...new Set(names)].map(knownName)
  const [known, standing] = await Promise.all([
    deps.users.many(owners),
    org === undefined || owners.length === 0 ? undefined : deps.orgs.get(org),
  ])
  for (const name of owners) {
    const user = known.get(name)
    if (user === undefined) throw refuse('user_not_found', { username: name })
    if (standing !== undefined && !Object.hasOwn(user.orgs, standing.org)) {
      throw refuse('owner_not_member', { org: standing.org, username: name })
    }
  }
  return owners
}

/** A name that nobody can have is one that nobody has. */
export function knownName(text: string): Username {
  try {
    return username(text)
  } catch {
    throw refuse('user_not_found', { username: text.slice(0, 80) })
  }
}

/** What is told about an account. */
export interface Profile {
  readonly name: Username
  /** Empty unless it is the asker's own, or the asker is an administrator. */
  readonly email: string
}

/**
 * Looks somebody up by name: for those who are logged in, since a stranger could try names one by one. The address is
 * the account's own: `npm owner add` needs a name only.
 * @throws Refusal `login_required`, `user_not_found`
 */
export async function readMaintainer(deps: Pick<OwnerDeps, 'users'>, who: Principal, name: string): Promise<Profile> {
  if (who.kind !== 'user') throw refuse('login_required')
  const user = await deps.users.get(knownName(name))
  if (user === undefined) throw refuse('user_not_found', { username: name.slice(0, 80) })
  const mayKnow = isAdmin(who) || who.username === user.username
  return { name: user.username, email: mayKnow ? (user.email ?? '') : '' }
}
