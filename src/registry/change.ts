import type { PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { type AccessRules, accessProblem } from './access.ts'
import type { AuditLog } from './audit-log.ts'
import type { HeadCache } from './head-cache.ts'
import type { RelistDeps } from './relist.ts'

export interface ChangeDeps extends RelistDeps {
  readonly headCache: HeadCache
  readonly rules: AccessRules
  readonly audit: AuditLog
}

/**
 * The head, read anew, of a published package that somebody wants to change.
 * @param options.action `manage` for owners, access and settings
 * @param options.revision the one that the client's change was made from: a stale one is refused, so that no change is lost
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `package_locked`, `conflict`
 */
export async function requireChange(
  deps: Pick<ChangeDeps, 'headCache' | 'rules'>,
  who: Principal,
  ref: PackageRef,
  { action = 'change', revision }: { readonly action?: 'change' | 'manage'; readonly revision?: string } = {},
): Promise<Head> {
  const head = await deps.headCache.get(ref, true)
  const problem = accessProblem(who, action, head, deps.rules)
  if (problem !== undefined) throw problem
  if (head === undefined || isEmpty(head)) throw refuse('package_not_found')
  if (revision !== undefined && revision !== head.revision) throw refuse('conflict')
  return head
}

/** Never published, or unpublished wholly. One whose versions are all blocked has something to manage. */
export function isEmpty({ revision, blockedVersions }: Head): boolean {
  return revision === undefined && blockedVersions === undefined
}
