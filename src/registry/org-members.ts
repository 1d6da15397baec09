import type { OrgName, Username } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { User } from '../model/records.ts'
import { type OrgRole, roleIn } from '../model/standing.ts'
import type { Page, Paging } from '../storage/orgs.ts'
import { memberProblem } from './access.ts'
import { requireUser } from './change-account.ts'
import { requireOrg, settleRole } from './membership.ts'
import { allowedOrg, type OrgDeps } from './orgs.ts'
import { username } from './username.ts'

export interface Member {
  readonly username: Username
  readonly role: OrgRole
}

/** The most that one page of people has; also what is counted. */
export const mostListed = 1_000

/**
 * Makes somebody a member, or a member something else. A new one joins the team of everybody. As it is already is fine.
 * @throws Refusal `login_required`, `token_limited`, `org_not_found`, `org_right_required`, `user_not_found`,
 *   `last_org_owner`, `too_many_memberships`, `conflict`
 */
export async function setMember(
  deps: OrgDeps,
  who: Principal,
  name: string,
  member: { readonly username: string; readonly role: OrgRole },
): Promise<Member> {
  return { username: await changeRole(deps, who, name, member.username, member.role), role: member.role }
}

/**
 * Takes somebody out of an organisation and of all its teams; anybody may leave. One who is no member is fine.
 * @throws Refusal as `setMember`
 */
export async function removeMember(deps: OrgDeps, who: Principal, name: string, member: string): Promise<void> {
  await changeRole(deps, who, name, member, undefined)
}

async function changeRole(
  deps: OrgDeps,
  who: Principal,
  name: string,
  member: string,
  role: OrgRole | undefined,
): Promise<Username> {
  const org = allowedOrg(who, 'see', name) // before anybody is looked up: others are told nothing of who there is
  const user = await requireUser(deps, username(member))
  await requireOrg(deps, org)
  const before = roleIn(user.orgs, org)
  const problem = memberProblem(who, org, { username: user.username, before, after: role })
  if (problem !== undefined) throw problem
  const entry = {
    action: role === undefined ? 'org.remove_member' : 'org.set_member',
    target: `org/${org}`,
    before: { user: user.username, role: before ?? null },
    after: { user: user.username, role: role ?? null },
  }
  await deps.audit.recorded(who, entry, () => settleRole(deps, org, user.username, role)) // COMMIT: in settleRole
  return user.username
}

/**
 * Who is in an organisation, by name, a page at a time; a page may have fewer than asked for and not be the last.
 * @throws Refusal `login_required`, `org_not_found`
 */
export async function listMembers(
  deps: Pick<OrgDeps, 'orgs' | 'users'>,
  who: Principal,
  name: string,
  paging: Paging,
): Promise<Page<Member>> {
  const org = allowedOrg(who, 'see', name)
  await requireOrg(deps, org)
  const { entries, next } = await deps.orgs.candidates(org, paging)
  const users = await deps.users.many(entries)
  const members = entries.flatMap((candidate) => memberOf(org, users.get(candidate)))
  return { entries: members, ...(next === undefined ? {} : { next }) }
}

/** Whether an account says so: a note alone proposes it. */
function memberOf(org: OrgName, user: User | undefined): readonly Member[] {
  const role = user && roleIn(user.orgs, org)
  return user === undefined || role === undefined ? [] : [{ username: user.username, role }]
}

/** How many are in an organisation: up to `mostListed` of them, by their notes. @throws Refusal as `listMembers` */
export async function countMembers(deps: Pick<OrgDeps, 'orgs'>, who: Principal, name: string): Promise<number> {
  const org = allowedOrg(who, 'see', name)
  return (await deps.orgs.candidates(org, { limit: mostListed })).entries.length
}
