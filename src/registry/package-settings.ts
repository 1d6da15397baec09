import type { PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { toJson } from '../std/json.ts'
import type { AuditLog } from './audit-log.ts'
import { type ChangeDeps, requireChange } from './change.ts'
import { type Change, changeSnapshot, type HeadPatch } from './snapshot.ts'

export interface SettingsDeps extends ChangeDeps {
  readonly audit: AuditLog
}

/** Looks at a package's settings as they are and says what to make of them; `undefined` leaves them. May be repeated. */
export type Settle = (head: Head) => HeadPatch | undefined

/**
 * Changes who may do what with a package, on record. As it is already is fine, and not recorded.
 * @param action what the audit log calls it, without `package.`
 * @param revision the one that the client's change was made from: a stale one is refused
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `conflict`, and what `settle` refuses
 */
export async function changeSettings(
  deps: SettingsDeps,
  who: Principal,
  ref: PackageRef,
  action: string,
  settle: Settle,
  revision?: string,
): Promise<Head> {
  const head = await requireChange(deps, who, ref, {
    action: 'manage',
    ...(revision === undefined ? {} : { revision }),
  })
  return settingsOf(deps, who, head, action, settle)
}

/** The same for a head whose change was allowed already. */
export async function settingsOf(
  deps: SettingsDeps,
  who: Principal,
  head: Head,
  action: string,
  settle: Settle,
): Promise<Head> {
  const patch = settle(head)
  if (patch === undefined) return head
  const before = Object.fromEntries(Object.keys(patch).map((name) => [name, head[name as keyof Head]]))
  const entry = {
    action: `package.${action}`,
    target: packageTarget(head),
    before: toJson(before),
    after: toJson(patch),
  }
  const changed = await deps.audit.recorded(who, entry, () =>
    changeSnapshot(deps, head, (state, current): Change | undefined => {
      const next = settle(current)
      return next === undefined ? undefined : { state, head: next }
    }),
  ) // COMMIT: in changeSnapshot
  deps.headCache.forget(head)
  return changed
}

/** How the audit log names a package. */
export function packageTarget(ref: PackageRef): string {
  return `package/${ref.format}/${ref.name}`
}
