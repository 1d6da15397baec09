import type { FormatId, PackageName, PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head, Visibility } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { accessProblem } from './access.ts'
import type { ChangeDeps } from './change.ts'
import { changeSettings, type SettingsDeps } from './package-settings.ts'

/**
 * Who may read a package, and who may change it, for those who may read it.
 * @throws Refusal `package_not_found`, `login_required`
 */
export async function readAccess(
  deps: ChangeDeps,
  who: Principal,
  ref: PackageRef,
): Promise<Pick<Head, 'visibility' | 'owners'>> {
  const head = await deps.headCache.get(ref, true)
  const problem = accessProblem(who, 'read', head, deps.rules)
  if (problem !== undefined) throw problem
  if (head?.revision === undefined) throw refuse('package_not_found')
  return { visibility: head.visibility, owners: head.owners }
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

/** The most packages that are named for one owner: the first ones by name. */
const mostPackages = 1_000

/**
 * The packages that somebody owns, as far as the asker may read them. Goes through the list of heads a page at a time
 * and keeps what it finds: for a person's question now and then. Nobody is told whether an account exists.
 */
export async function packagesOf(
  deps: ChangeDeps,
  who: Principal,
  format: FormatId,
  owner: string,
): Promise<readonly PackageName[]> {
  if (who.kind === 'anonymous' && deps.rules.requireLogin) throw refuse('login_required')
  const names: PackageName[] = []
  for await (const head of deps.heads.ownedBy(format, owner)) {
    if (head.revision === undefined || accessProblem(who, 'read', head, deps.rules) !== undefined) continue
    names.push(head.name)
    if (names.length === mostPackages) break
  }
  return names
}
