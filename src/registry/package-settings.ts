import type { AuditEntry } from '../model/audit.ts'
import type { PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Grantee, Grants, Head } from '../model/records.ts'
import { toJson } from '../std/json.ts'
import { log } from '../std/log.ts'
import type { AccessIndex } from '../storage/access-index.ts'
import { accessProblem } from './access.ts'
import { packageTarget } from './audit-log.ts'
import { type ChangeDeps, requireChange } from './change.ts'
import { holdersOf } from './held-packages.ts'
import { type Change, changeSnapshot, type HeadPatch } from './snapshot.ts'

export interface SettingsDeps extends ChangeDeps {
  readonly accessIndex: AccessIndex
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

/** The same for a head whose change was allowed already; that is asked once more of the head that is replaced. */
export async function settingsOf(
  deps: SettingsDeps,
  who: Principal,
  head: Head,
  action: string,
  settle: Settle,
): Promise<Head> {
  const patch = settle(head)
  if (patch === undefined) return head
  const entry = { action: `package.${action}`, target: packageTarget(head), ...differenceOf(head, patch) }
  const changed = await deps.audit.recorded(who, entry, () =>
    changeSnapshot(deps, head, (state, current): Change | undefined => {
      const problem = accessProblem(who, 'manage', current, deps.rules) // taken away just now
      if (problem !== undefined) throw problem
      const next = settle(current)
      return next === undefined ? undefined : { state, head: next }
    }),
  ) // COMMIT: in changeSnapshot
  deps.headCache.forget(head)
  await proposeTo(deps, changed, head)
  return changed
}

/** New holders find the package in their lists at once; the indexing that the commit has made due does the same. */
async function proposeTo(deps: SettingsDeps, head: Head, before: Head): Promise<void> {
  const known = new Set(holdersOf(before))
  const added = holdersOf(head).filter((holder) => !known.has(holder))
  try {
    await deps.accessIndex.propose(head, added)
  } catch (error) {
    log('warning', 'propose_failed', `${head.format}/${head.name}: its new holders list it once it is indexed`, {
      error,
    })
  }
}

/** What a patch changes, for the audit log: of grants just those that are given, taken away or changed. */
function differenceOf(head: Head, patch: HeadPatch): Required<Pick<AuditEntry, 'before' | 'after'>> {
  const before = Object.fromEntries(Object.keys(patch).map((name) => [name, head[name as keyof HeadPatch]]))
  const { grants } = patch
  if (grants === undefined || head.grants === undefined) return { before: toJson(before), after: toJson(patch) }
  return {
    before: toJson({ ...before, grants: notIn(grants, head.grants) }),
    after: toJson({ ...patch, grants: notIn(head.grants, grants) }),
  }
}

/** Those of `grants` that `others` has not, or has with another right. */
function notIn(others: Grants, grants: Grants): Grants {
  return Object.fromEntries(Object.entries(grants).filter(([grantee, right]) => others[grantee as Grantee] !== right))
}
