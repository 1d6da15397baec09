import type { OrgName, TeamId, Username } from '../model/ids.ts'
import type { Org, Team, User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { type OrgRole, roleIn } from '../model/standing.ts'
import type { Orgs } from '../storage/orgs.ts'
import type { UserPatch } from '../storage/users.ts'
import { type ChangeAccountDeps, inRounds, requireUser, tryReplaceUser, versionOf } from './change-account.ts'
import { everybodysTeam } from './new-names.ts'

/**
 * Who is in an organisation. Three places know of it: the account, which is the truth; a note that proposes the account
 * to lists; and the organisation's `owners`, which guard that one is left. Each round below reads the account first and
 * the organisation after, then writes in an order that keeps two things true at any moment, whoever dies or races:
 * whoever is in has a note, and whoever is in `owners` is an owner by their account (docs/decisions/0185).
 */
export interface MembershipDeps extends ChangeAccountDeps {
  readonly orgs: Orgs
}

/** More would not fit well into an account, and nobody keeps track of them. */
const mostOrgs = 200

/**
 * Makes somebody what they are to be in an organisation; undefined: not in it. As it is already is fine.
 * @throws Refusal `user_not_found`, `org_not_found`, `last_org_owner`, `too_many_memberships`, `conflict`
 */
export function settleRole(
  deps: MembershipDeps,
  org: OrgName,
  username: Username,
  role: OrgRole | undefined,
): Promise<void> {
  return inRounds(deps.platform, () =>
    role === undefined ? leave(deps, org, username) : join(deps, org, username, role),
  )
}

/** An organisation that one can join. @throws Refusal `org_not_found` */
export async function requireOrg({ orgs }: Pick<MembershipDeps, 'orgs'>, org: OrgName): Promise<Org> {
  const standing = await orgs.get(org)
  if (standing === undefined || standing.closing) throw refuse('org_not_found', { org })
  return standing
}

async function join(deps: MembershipDeps, org: OrgName, username: Username, role: OrgRole): Promise<boolean> {
  const user = await requireUser(deps, username)
  const team = roleIn(user.orgs, org) === undefined ? await deps.orgs.team(org, everybodysTeam) : undefined
  await deps.orgs.noteMember(org, username, versionOf(user)) // repeatable
  if (team !== undefined) await deps.orgs.noteJoined(team, username, versionOf(user)) // repeatable
  const standing = await requireOrg(deps, org) // after the notes: who deletes it goes by them
  const isGuard = standing.owners.includes(username)
  if (roleIn(user.orgs, org) === role && isGuard === (role === 'owner')) return true
  if (role !== 'owner' && !(await unguard(deps, standing, user))) return false
  const patch = withRole(user, org, role, team)
  if ((await tryReplaceUser(deps, user, patch)) === undefined) return false // COMMIT when replaced
  if (role !== 'owner' || isGuard) return true
  const owners = [...standing.owners, username]
  return deps.orgs.replace(standing, { ...standing, owners, generation: standing.generation + 1 })
}

async function leave(deps: MembershipDeps, org: OrgName, username: Username): Promise<boolean> {
  const user = await requireUser(deps, username)
  const standing = await deps.orgs.get(org)
  const isGuarded = standing !== undefined && !standing.closing
  if (isGuarded && !(await unguard(deps, standing, user))) return false
  if (roleIn(user.orgs, org) === undefined) return true
  const after = await tryReplaceUser(deps, user, withoutOrg(user, org)) // COMMIT when replaced
  if (after === undefined) return false
  await forgetNotes(deps, org, user, versionOf(after)) // a note that is left is only asked in vain
  return true
}

/**
 * Takes an owner off the guard before their account changes. It counts a generation also when they are not on it: who
 * is just making them an owner has to begin again then.
 */
async function unguard(deps: MembershipDeps, standing: Org, { username, orgs }: User): Promise<boolean> {
  const owners = standing.owners.filter((owner) => owner !== username)
  if (owners.length === standing.owners.length && roleIn(orgs, standing.org) !== 'owner') return true
  if (owners.length === 0) throw refuse('last_org_owner', { org: standing.org })
  return deps.orgs.replace(standing, { ...standing, owners, generation: standing.generation + 1 })
}

/** Takes somebody out of an organisation that is being deleted, and thwarts whoever is just letting them in. */
export async function expel(deps: MembershipDeps, org: OrgName, username: Username): Promise<void> {
  await inRounds(deps.platform, async () => {
    const user = await deps.users.get(username)
    if (user === undefined) return true
    // Written also when they are not in: a round of `join` that has read the account before fails then
    const after = await tryReplaceUser(deps, user, withoutOrg(user, org))
    if (after === undefined) return false
    await forgetNotes(deps, org, user, versionOf(after))
    return true
  })
}

async function forgetNotes(deps: MembershipDeps, org: OrgName, user: User, version: string): Promise<void> {
  for (const teamId of teamsIn(user, org)) await deps.orgs.forgetJoined({ org, teamId }, user.username, version)
  await deps.orgs.forgetMember(org, user.username, version)
}

function withRole(user: User, org: OrgName, role: OrgRole, team: Team | undefined): UserPatch {
  const orgs = { ...user.orgs, [org]: role }
  if (Object.keys(orgs).length > mostOrgs) {
    throw refuse('too_many_memberships', { username: user.username, most: mostOrgs, of: 'organisations' })
  }
  return { orgs, ...(team === undefined ? {} : { teams: [...new Set([...user.teams, team.teamId])] }) }
}

function withoutOrg(user: User, org: OrgName): UserPatch {
  const lost = teamsIn(user, org)
  return {
    orgs: Object.fromEntries(Object.entries(user.orgs).filter(([name]) => name !== org)),
    teams: user.teams.filter((team) => !lost.includes(team)),
  }
}

function teamsIn(user: User, org: OrgName): readonly TeamId[] {
  return user.teams.filter((team) => team.startsWith(`${org}/`))
}
