import type { OrgName, Username } from '../model/ids.ts'
import type { Team, User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { roleIn } from '../model/standing.ts'
import { inRounds, requireUser, tryReplaceUser, versionOf } from './change-account.ts'
import type { MembershipDeps } from './membership.ts'
import { teamName } from './org-name.ts'

/** Teams of one account; more would not fit well into it. */
const mostTeams = 500

/** A team that one can join. @throws Refusal `team_name_invalid`, `team_not_found` */
export async function requireTeam(deps: Pick<MembershipDeps, 'orgs'>, org: OrgName, name: string): Promise<Team> {
  const team = await deps.orgs.team(org, teamName(name))
  if (team === undefined || team.closing) throw refuse('team_not_found', { org, team: name })
  return team
}

/**
 * Puts a member of the organisation into a team. As it is already is fine.
 * @throws Refusal `user_not_found`, `org_member_required`, `team_not_found`, `too_many_memberships`, `conflict`
 */
export function joinTeam(deps: MembershipDeps, team: Team, member: Username): Promise<void> {
  return inRounds(deps.platform, () => join(deps, team, member))
}

/** Takes somebody out of a team; one who is not in it, or nowhere any more, is fine. @throws Refusal `conflict` */
export function leaveTeam(deps: MembershipDeps, team: Team, member: Username): Promise<void> {
  return inRounds(deps.platform, async () => {
    const user = await deps.users.get(member)
    return !user?.teams.includes(team.teamId) || withdraw(deps, team, user)
  })
}

/** Takes somebody out of a team that is being deleted, and thwarts whoever is just putting them in. */
export function expelFromTeam(deps: MembershipDeps, team: Team, member: Username): Promise<void> {
  return inRounds(deps.platform, async () => {
    const user = await deps.users.get(member)
    return user === undefined || withdraw(deps, team, user)
  })
}

/** Reads the account first and the team last, as in `membership.ts`, so that nobody joins a team that is deleted. */
async function join(deps: MembershipDeps, team: Team, member: Username): Promise<boolean> {
  const user = await requireUser(deps, member)
  if (roleIn(user.orgs, team.org) === undefined) {
    throw refuse('org_member_required', { org: team.org, username: member })
  }
  if (user.teams.includes(team.teamId)) return true
  if (user.teams.length >= mostTeams) {
    throw refuse('too_many_memberships', { username: member, most: mostTeams, of: 'teams' })
  }
  await deps.orgs.noteJoined(team, member, versionOf(user)) // repeatable
  const { teamId } = await requireTeam(deps, team.org, team.name)
  if (teamId !== team.teamId) throw refuse('team_not_found', { org: team.org, team: team.name })
  return (await tryReplaceUser(deps, user, { teams: [...user.teams, teamId] })) !== undefined // COMMIT when replaced
}

async function withdraw(deps: MembershipDeps, team: Team, user: User): Promise<boolean> {
  const teams = user.teams.filter((id) => id !== team.teamId)
  const after = await tryReplaceUser(deps, user, { teams }) // COMMIT when replaced
  if (after === undefined) return false
  await deps.orgs.forgetJoined(team, user.username, versionOf(after)) // a note that is left is only asked in vain
  return true
}
