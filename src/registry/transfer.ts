import type { OrgName, PackageRef } from '../model/ids.ts'
import { organisationOf } from '../model/organisation.ts'
import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { orgProblem } from './access.ts'
import { requireChange } from './change.ts'
import { type OwnerDeps, requireOwners } from './owners.ts'
import { settingsOf } from './package-settings.ts'

/** Whom a package is to belong to; what is absent stays. */
export interface Transfer {
  /** All of its owners from now on. */
  readonly owners?: readonly string[]
  /** The organisation, for a name that has no scope; `null` takes it out of the one that it is in. */
  readonly org?: OrgName | null
}

/**
 * Gives a package to others. Whoever gives it to an organisation, or takes it out of one, governs that organisation;
 * a name with a scope stays with the organisation of that scope; and the owners are members of the organisation. What
 * single users and teams were given ends, and a sensitive package stays so: in another organisation, without any team.
 * Locks and blocks stay.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `org_not_found`, `org_right_required`,
 *   `scope_fixed`, `user_not_found`, `owner_not_member`, `last_owner`, `too_many_owners`
 */
export async function transferPackage(
  deps: OwnerDeps,
  who: Principal,
  ref: PackageRef,
  wanted: Transfer,
): Promise<void> {
  const head = await requireChange(deps, who, ref, { action: 'manage' })
  const byName = organisationOf({ format: head.format, name: head.name })
  const isKept = wanted.org === undefined || wanted.org === byName
  const org = isKept ? head.org : (wanted.org ?? undefined)
  if (!isKept && byName !== undefined) throw refuse('scope_fixed', { package: head.name, org: byName })
  if (org !== head.org) await requireGiver(deps, who, head, org)
  const owners = await requireOwners(deps, org ?? byName, wanted.owners ?? head.owners)
  if (owners.length === 0) throw refuse('last_owner', { package: head.name })
  await settingsOf(deps, who, head, 'transfer', (current) => {
    if (current.org !== head.org) throw refuse('conflict')
    if (current.org === org && current.owners.join() === owners.join()) return undefined
    const leaves = current.org !== org && current.sensitive !== undefined
    return { owners, org, grants: undefined, ...(leaves ? { sensitive: { groups: [] } } : {}) }
  }) // COMMIT: theirs
}

async function requireGiver(deps: OwnerDeps, who: Principal, head: Head, org: OrgName | undefined): Promise<void> {
  for (const party of [head.org, org]) {
    const problem = party === undefined ? undefined : orgProblem(who, 'manage', party)
    if (problem !== undefined) throw problem
  }
  if (org !== undefined && (await deps.orgs.get(org)) === undefined) throw refuse('org_not_found', { org })
}
