import type { OrgName, PackageRef, TeamId } from '../model/ids.ts'
import { organisationOf } from '../model/organisation.ts'
import type { Principal } from '../model/principal.ts'
import type { Grantee, Grants, Head, Right } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { Orgs } from '../storage/orgs.ts'
import type { Users } from '../storage/users.ts'
import { orgProblem } from './access.ts'
import { requireChange } from './change.ts'
import { teamName } from './org-name.ts'
import { knownName } from './owners.ts'
import { type SettingsDeps, settingsOf } from './package-settings.ts'

export interface GrantDeps extends SettingsDeps {
  readonly users: Users
  readonly orgs: Orgs
}

/** Whom something is given, as people name them. */
export type Receiver =
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'team'; readonly org: OrgName; readonly name: string }

const mostGrants = 500

/**
 * Gives a user, or a team of the package's own organisation, a right in a package, in place of what they had.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `user_not_found`, `org_not_found`,
 *   `team_not_found`, `team_foreign`, `too_many_grants`
 */
export async function grantAccess(
  deps: GrantDeps,
  who: Principal,
  ref: PackageRef,
  receiver: Receiver,
  right: Right,
): Promise<void> {
  const head = await requireChange(deps, who, ref, { action: 'manage' })
  const grantee = await granteeOf(deps, who, head, receiver)
  await settingsOf(deps, who, head, 'grants', ({ grants = {} }) => {
    if (grants[grantee] === right) return undefined
    const next: Grants = { ...grants, [grantee]: right }
    if (Object.keys(next).length > mostGrants) throw refuse('too_many_grants', { most: mostGrants })
    return { grants: next }
  }) // COMMIT: it is theirs here; elsewhere within the age of a cached head, 5 s
}

/**
 * Takes away what a user or a team was given; also of accounts and teams that are gone. What they do not have is taken
 * already.
 * @throws Refusal like `grantAccess`
 */
export async function revokeAccess(
  deps: GrantDeps,
  who: Principal,
  ref: PackageRef,
  receiver: Receiver,
): Promise<void> {
  const head = await requireChange(deps, who, ref, { action: 'manage' })
  const isMeant = ([grantee]: [string, Right]) => isGrantOf(grantee, receiver)
  const standing = Object.entries(head.grants ?? {}) as [string, Right][]
  if (!standing.some(isMeant)) return void (await granteeOf(deps, who, head, receiver)) // says that there is none
  await settingsOf(deps, who, head, 'grants', ({ grants = {} }) => {
    const kept = Object.entries(grants).filter((entry) => !isMeant(entry))
    if (kept.length === Object.keys(grants).length) return undefined
    return { grants: kept.length === 0 ? undefined : Object.fromEntries(kept) }
  }) // COMMIT: no more theirs
}

/** A team's id has a part that its name has not, so that of a team that was made anew both are meant. */
function isGrantOf(grantee: string, receiver: Receiver): boolean {
  if (receiver.kind === 'user') return grantee === `user/${receiver.name}`
  return grantee.replace(/~[^~]*$/, '') === `team/${receiver.org}/${receiver.name}`
}

async function granteeOf(deps: GrantDeps, who: Principal, head: Head, receiver: Receiver): Promise<Grantee> {
  if (receiver.kind === 'team') return `team/${await ownTeam(deps, who, head, receiver)}`
  const name = knownName(receiver.name)
  if ((await deps.users.get(name)) === undefined) throw refuse('user_not_found', { username: name })
  return `user/${name}`
}

/**
 * A team of the package's own organisation. Others cannot be given anything, so whether there are any is not said.
 * @throws Refusal `team_foreign`, `org_not_found`, `team_name_invalid`, `team_not_found`
 */
export async function ownTeam(
  deps: Pick<GrantDeps, 'orgs'>,
  who: Principal,
  head: Head,
  { org, name }: { readonly org: OrgName; readonly name: string },
): Promise<TeamId> {
  if (organisationOf(head) !== org) throw refuse('team_foreign', { package: head.name, org })
  const problem = orgProblem(who, 'see', org)
  if (problem !== undefined) throw problem
  const team = await deps.orgs.team(org, teamName(name))
  if (team === undefined) throw refuse('team_not_found', { org, team: name })
  return team.teamId
}
