import type { OrgName, Username } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head, Org } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { pagesOf } from '../std/pages.ts'
import { eachInParallel } from '../std/parallel.ts'
import { headsOf } from './held-packages.ts'
import { expel } from './membership.ts'
import { allowedOrg, firstOfScope, type OrgDeps } from './orgs.ts'

/**
 * Deletes an organisation that has no packages: its members and teams first, then itself; its name is free again. Cut
 * off, it is closed to everybody, and an owner or an administrator has to delete it once more.
 * @throws Refusal `login_required`, `token_limited`, `org_not_found`, `org_right_required`, `org_not_empty`, `conflict`
 */
export async function deleteOrg(deps: OrgDeps, who: Principal, name: string): Promise<void> {
  const org = allowedOrg(who, 'appoint', name)
  const standing = await deps.orgs.get(org)
  if (standing === undefined) throw refuse('org_not_found', { org })
  const first = (await firstOfScope(deps, org)) ?? (await firstNoted(deps, org))
  if (first !== undefined) throw refuse('org_not_empty', { org, package: first.name })
  const entry = { action: 'org.delete', target: `org/${org}`, before: { owners: standing.owners } }
  await deps.audit.recorded(who, entry, () => dissolve(deps, standing, who.kind === 'user' ? who.username : undefined))
}

async function dissolve(deps: OrgDeps, standing: Org, asker: Username | undefined): Promise<void> {
  const { org } = standing
  const closed: Org = { ...standing, closing: true, generation: standing.generation + 1 }
  if (!(await deps.orgs.replace(standing, closed))) throw refuse('conflict') // COMMIT: nobody can join any more
  for await (const page of pagesOf((after) => deps.orgs.candidates(org, { limit: 100, ...after }))) {
    const others = page.filter((member) => member !== asker)
    await eachInParallel(others, 8, (member) => expel(deps, org, member)) // repeatable
  }
  for await (const teams of pagesOf((after) => deps.orgs.teams(org, { limit: 100, ...after }))) {
    await eachInParallel(teams, 8, (team) => deps.orgs.removeTeam(team)) // repeatable
  }
  // Last, since they may have to ask once more until then
  if (asker !== undefined) await expel(deps, org, asker)
  await deps.orgs.remove(closed)
  await deps.users.releaseOfOrg(org)
}

/** One that was given to it, whatever its name. */
async function firstNoted(deps: OrgDeps, org: OrgName): Promise<Head | undefined> {
  for await (const head of headsOf(deps, `org/${org}`)) if (head.org === org) return head
  return undefined
}
