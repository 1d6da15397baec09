import type { PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head, Visibility } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { withoutUndefined } from '../std/defined.ts'
import { accessProblem } from './access.ts'
import { type ChangeDeps, isEmpty } from './change.ts'
import { changeSettings, type SettingsDeps } from './package-settings.ts'

/** What is told about who may do what with a package; all but the first two to those who may know who has access. */
export type PackageAccess = Pick<Head, 'visibility' | 'owners'> &
  Partial<Pick<Head, 'org' | 'grants' | 'sensitive' | 'lock' | 'block' | 'blockedVersions' | 'secondFactor'>>

/** @throws Refusal `package_not_found`, `package_blocked`, `login_required` */
export async function readAccess(
  deps: Pick<ChangeDeps, 'headCache' | 'rules'>,
  who: Principal,
  ref: PackageRef,
): Promise<PackageAccess> {
  const head = await deps.headCache.get(ref, true)
  const isInspector = accessProblem(who, 'inspect', head, deps.rules) === undefined
  const problem = isInspector ? undefined : accessProblem(who, 'read', head, deps.rules)
  if (problem !== undefined) throw problem
  if (head === undefined || isEmpty(head)) throw refuse('package_not_found')
  const { visibility, owners, org, grants, sensitive, lock, block, blockedVersions, secondFactor } = head
  if (!isInspector) return { visibility, owners }
  return withoutUndefined({ visibility, owners, org, grants, sensitive, lock, block, blockedVersions, secondFactor })
}

/**
 * Opens a package to everybody, or closes it. Elsewhere it holds within the age of a cached head, 5 s.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`
 */
export async function setVisibility(
  deps: SettingsDeps,
  who: Principal,
  ref: PackageRef,
  visibility: Visibility,
): Promise<void> {
  await changeSettings(deps, who, ref, 'visibility', (head) =>
    head.visibility === visibility ? undefined : { visibility },
  ) // COMMIT: read by others, or not any more
}
