import type { PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { changeSettings, type SettingsDeps } from './package-settings.ts'

/** Who has to show a second factor to publish: nobody, everybody, or everybody but automation tokens. */
export type PublishFactor = 'none' | NonNullable<Head['secondFactor']>

/** @throws Refusal `login_required`, `package_not_found`, `not_owner` */
export async function setPublishFactor(
  deps: SettingsDeps,
  who: Principal,
  ref: PackageRef,
  factor: PublishFactor,
): Promise<void> {
  const secondFactor = factor === 'none' ? undefined : factor
  await changeSettings(deps, who, ref, 'second_factor', (head) =>
    head.secondFactor === secondFactor ? undefined : { secondFactor },
  ) // COMMIT: from now on
}
