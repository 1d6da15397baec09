import type { Principal } from '../model/principal.ts'
import type { Team } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { pagesOf } from '../std/pages.ts'
import { eachInParallel } from '../std/parallel.ts'
import { isoNow } from '../std/platform.ts'
import type { Page, Paging } from '../storage/orgs.ts'
import { requireOrg } from './membership.ts'
import { everybodysTeam } from './new-names.ts'
import { teamName } from './org-name.ts'
import { allowedOrg, newTeamId, type OrgDeps } from './orgs.ts'
import { expelFromTeam, requireTeam } from './team-membership.ts'

/** A team as people write it: `<org>:<name>`. */
export interface TeamRef {
  readonly org: string
  readonly name: string
}

/**
 * Makes a team without members.
 * @param description without control characters
 * @throws Refusal `login_required`, `token_limited`, `org_not_found`, `org_right_required`, `team_name_invalid`,
 *   `team_exists`
 */
export async function createTeam(deps: OrgDeps, who: Principal, ref: TeamRef, description?: string): Promise<Team> {
  const org = allowedOrg(who, 'manage', ref.org)
  await requireOrg(deps, org)
  const name = teamName(ref.name)
  const team: Team = {
    org,
    name,
    teamId: newTeamId(deps, org, name),
    ...(description === undefined ? {} : { description }),
    createdAt: isoNow(deps.platform),
  }
  await deps.audit.recorded(who, { action: 'team.create', target: targetOf(team) }, async () => {
    const outcome = await deps.orgs.claimTeam(team) // COMMIT when claimed
    if (outcome === 'taken') throw refuse('team_exists', { org, team: name })
  })
  return team
}

/** Says what a team is for; undefined: nothing. @throws Refusal as `createTeam`, and `team_not_found` */
export async function describeTeam(
  deps: OrgDeps,
  who: Principal,
  ref: TeamRef,
  description: string | undefined,
): Promise<void> {
  const team = await requireTeam(deps, allowedOrg(who, 'manage', ref.org), ref.name)
  const entry = {
    action: 'team.describe',
    target: targetOf(team),
    before: { description: team.description ?? null },
    after: { description: description ?? null },
  }
  await deps.audit.recorded(who, entry, async () => {
    const isDone = await deps.orgs.describeTeam(team, description) // COMMIT
    if (!isDone) throw refuse('team_not_found', { org: team.org, team: team.name })
  })
}

/** Teams by name, a page at a time. @throws Refusal `login_required`, `org_not_found` */
export async function listTeams(deps: OrgDeps, who: Principal, name: string, paging: Paging): Promise<Page<Team>> {
  const org = allowedOrg(who, 'see', name)
  await requireOrg(deps, org)
  return deps.orgs.teams(org, paging)
}

/**
 * Deletes a team: its members first, so that nobody keeps what it was given. Cut off, it takes no new members, and has to
 * be deleted once more.
 * @throws Refusal as `createTeam`, `team_not_found`, `team_kept` for the team of everybody
 */
export async function deleteTeam(deps: OrgDeps, who: Principal, ref: TeamRef): Promise<void> {
  const org = allowedOrg(who, 'manage', ref.org)
  const name = teamName(ref.name)
  const team = await deps.orgs.team(org, name)
  if (team === undefined) throw refuse('team_not_found', { org, team: name })
  if (team.name === everybodysTeam) throw refuse('team_kept', { team: team.name })
  await deps.audit.recorded(who, { action: 'team.delete', target: targetOf(team) }, async () => {
    await deps.orgs.closeTeam(team) // COMMIT: nobody can join any more
    for await (const page of pagesOf((after) => deps.orgs.joined(team, { limit: 100, ...after }))) {
      await eachInParallel(page, 8, (member) => expelFromTeam(deps, team, member)) // repeatable
    }
    await deps.orgs.removeTeam(team)
  })
}

/** How the audit log names a team. */
export function targetOf({ org, name }: Team): string {
  return `team/${org}/${name}`
}
