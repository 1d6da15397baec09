import type { PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Visibility } from '../model/records.ts'
import { changeSettings, type SettingsDeps } from './package-settings.ts'
import type { PublishFactor } from './publish-factor.ts'

/** What a package's settings are, beside who has which right. */
export interface PackageChoice {
  readonly visibility: Visibility
  readonly secondFactor: PublishFactor
}

/**
 * Changes any of a package's settings in one step; what is absent stays.
 * @returns what holds now
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`
 */
export async function changePackage(
  deps: SettingsDeps,
  who: Principal,
  ref: PackageRef,
  wanted: Partial<PackageChoice>,
): Promise<PackageChoice> {
  const after = await changeSettings(deps, who, ref, 'settings', (head) => {
    const { visibility = head.visibility, secondFactor: factor = head.secondFactor ?? 'none' } = wanted
    const secondFactor = factor === 'none' ? undefined : factor
    const isSame = visibility === head.visibility && secondFactor === head.secondFactor
    return isSame ? undefined : { visibility, secondFactor }
  }) // COMMIT: here at once, elsewhere within the age of a cached head, 5 s
  return { visibility: after.visibility, secondFactor: after.secondFactor ?? 'none' }
}
