import type { Username } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Page, Paging } from '../storage/orgs.ts'
import { requireUser } from './change-account.ts'
import { allowedOrg, type OrgDeps } from './orgs.ts'
import { joinTeam, leaveTeam, requireTeam } from './team-membership.ts'
import { type TeamRef, targetOf } from './teams.ts'
import { username } from './username.ts'

/**
 * Puts a member of the organisation into a team. As it is already is fine.
 * @throws Refusal `login_required`, `token_limited`, `org_not_found`, `org_right_required`, `team_not_found`,
 *   `user_not_found`, `org_member_required`, `too_many_memberships`, `conflict`
 */
export async function addTeamMember(deps: OrgDeps, who: Principal, ref: TeamRef, member: string): Promise<void> {
  const team = await requireTeam(deps, allowedOrg(who, 'manage', ref.org), ref.name)
  const name = username(member)
  const entry = { action: 'team.add_member', target: targetOf(team), after: { user: name } }
  await deps.audit.recorded(who, entry, () => joinTeam(deps, team, name))
}

/** Takes somebody out of a team; one who is not in it is fine. @throws Refusal as `addTeamMember` */
export async function removeTeamMember(deps: OrgDeps, who: Principal, ref: TeamRef, member: string): Promise<void> {
  const team = await requireTeam(deps, allowedOrg(who, 'manage', ref.org), ref.name)
  const { username: name } = await requireUser(deps, username(member))
  const entry = { action: 'team.remove_member', target: targetOf(team), before: { user: name } }
  await deps.audit.recorded(who, entry, () => leaveTeam(deps, team, name))
}

/**
 * Who is in a team, by name, a page at a time; a page may have fewer than asked for and not be the last.
 * @throws Refusal `login_required`, `org_not_found`, `team_not_found`
 */
export async function listTeamMembers(
  deps: OrgDeps,
  who: Principal,
  ref: TeamRef,
  paging: Paging,
): Promise<Page<Username>> {
  const team = await requireTeam(deps, allowedOrg(who, 'see', ref.org), ref.name)
  const { entries, next } = await deps.orgs.joined(team, paging)
  const users = await deps.users.many(entries)
  const members = entries.filter((name) => users.get(name)?.teams.includes(team.teamId))
  return { entries: members, ...(next === undefined ? {} : { next }) }
}
