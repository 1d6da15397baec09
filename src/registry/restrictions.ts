import type { PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head, Restriction } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { isoNow } from '../std/platform.ts'
import { requireAdmin } from './access.ts'
import { changeSettings, type SettingsDeps, settingsOf } from './package-settings.ts'
import { reasonText } from './reason.ts'

/**
 * Locks a package: nothing can be published or changed, but who may do what with it. Again, for another reason.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `reason_invalid`
 */
export async function lockPackage(deps: SettingsDeps, who: Principal, ref: PackageRef, reason: string): Promise<void> {
  if (who.kind !== 'user') throw refuse('login_required')
  const lock: Restriction = { reason: reasonText(reason), by: who.username, at: isoNow(deps.platform) }
  await changeSettings(deps, who, ref, 'lock', (head) => (head.lock?.reason === lock.reason ? undefined : { lock })) // COMMIT: what was begun before is refused too
}

/** @throws Refusal `login_required`, `package_not_found`, `not_owner` */
export async function unlockPackage(deps: SettingsDeps, who: Principal, ref: PackageRef): Promise<void> {
  await changeSettings(deps, who, ref, 'unlock', (head) => (head.lock === undefined ? undefined : { lock: undefined }))
}

/**
 * Blocks a whole package: whoever could read it is told the reason instead. Also one that has nothing published yet.
 * @throws Refusal `login_required`, `admin_required`, `package_not_found`, `reason_invalid`
 */
export async function blockPackage(deps: SettingsDeps, who: Principal, ref: PackageRef, reason: string): Promise<void> {
  const { username: by } = requireAdmin(who)
  const block: Restriction = { reason: reasonText(reason), by, at: isoNow(deps.platform) }
  await settingsOf(deps, who, await anyHead(deps, ref), 'block', (head) =>
    head.block?.reason === block.reason ? undefined : { block },
  ) // COMMIT: read here no more; elsewhere for the 5 s of a cached head, and by links that are signed already
}

/** @throws Refusal `login_required`, `admin_required`, `package_not_found` */
export async function unblockPackage(deps: SettingsDeps, who: Principal, ref: PackageRef): Promise<void> {
  requireAdmin(who)
  await settingsOf(deps, who, await anyHead(deps, ref), 'unblock', (head) =>
    head.block === undefined ? undefined : { block: undefined },
  )
}

async function anyHead(deps: SettingsDeps, ref: PackageRef): Promise<Head> {
  const head = await deps.headCache.get(ref, true)
  if (head === undefined) throw refuse('package_not_found')
  return head
}
