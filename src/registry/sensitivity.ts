import type { PackageRef } from '../model/ids.ts'
import { organisationOf } from '../model/organisation.ts'
import type { Principal } from '../model/principal.ts'
import { refuse } from '../model/refusals.ts'
import { requireChange } from './change.ts'
import { type GrantDeps, ownTeam } from './grants.ts'
import { settingsOf } from './package-settings.ts'

const mostGroups = 50

/**
 * Makes a package sensitive: only these teams of its organisation read it, and whoever may change that, whatever else it
 * is and whoever was given it; each read is decided afresh, and each download is recorded before it is answered.
 * @param teams their names; none leaves it to those who may change that
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `org_required`, `org_not_found`,
 *   `team_not_found`, `too_many_groups`
 */
export async function makeSensitive(
  deps: GrantDeps,
  who: Principal,
  ref: PackageRef,
  teams: readonly string[],
): Promise<void> {
  const head = await requireChange(deps, who, ref, { action: 'manage' })
  const names = [...new Set(teams)].sort()
  const org = organisationOf(head)
  if (names.length > mostGroups) throw refuse('too_many_groups', { most: mostGroups })
  if (org === undefined && names.length > 0) throw refuse('org_required', { package: head.name })
  const groups =
    org === undefined ? [] : await Promise.all(names.map((name) => ownTeam(deps, who, head, { org, name })))
  await settingsOf(deps, who, head, 'sensitive', ({ sensitive }) =>
    sensitive?.groups.join() === groups.join() ? undefined : { sensitive: { groups } },
  ) // COMMIT: here at once; elsewhere within the age of a cached head, 5 s, and links that are signed already live on
}

/** Gives a package back to all that could read it otherwise. @throws Refusal like `makeSensitive` */
export async function endSensitivity(deps: GrantDeps, who: Principal, ref: PackageRef): Promise<void> {
  const head = await requireChange(deps, who, ref, { action: 'manage' })
  await settingsOf(deps, who, head, 'sensitive', ({ sensitive }) =>
    sensitive === undefined ? undefined : { sensitive: undefined },
  )
}
