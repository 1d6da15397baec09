import type { PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { type Refusal, refuse } from '../model/refusals.ts'
import { coversPackage } from '../model/token-limits.ts'

/**
 * What somebody wants with a package. `read`: metadata and files. `publish`: a new version, or a new package.
 * `change`: tags and settings. `inspect`: reports of versions that nobody can install.
 */
export type Action = 'read' | 'publish' | 'change' | 'inspect'

export interface AccessRules {
  /** Demand a login for every read. */
  readonly requireLogin: boolean
}

/**
 * The one place that decides who may do what with a package; every route of every protocol goes through it.
 * A package that somebody may not read answers as one that does not exist: the same refusal for both, on every action
 * but `publish`, where a taken name cannot be hidden. With a token that is limited to other packages, somebody is a
 * stranger to this one.
 * @param named the package that is asked for; only a publish of one that does not exist yet needs it
 * @returns the refusal, or undefined when it is allowed
 */
export function accessProblem(
  who: Principal,
  action: Action,
  head: Head | undefined,
  rules: AccessRules,
  named: PackageRef | undefined = head,
): Refusal | undefined {
  if (who.kind === 'anonymous' && (action === 'publish' || action === 'change' || rules.requireLogin)) {
    return refuse('login_required')
  }
  if (who.kind === 'user' && who.limits !== undefined && action === 'publish') {
    if (!who.limits.mayWrite) return refuse('token_limited', { reason: 'it is limited to reading' })
    // Said before anybody looks whether the package exists
    if (named === undefined || !coversPackage(who.limits, named)) return outside()
  }
  if (action === 'publish') {
    if (head === undefined || isOwner(who, head)) return undefined
    return refuse('not_owner', { package: head.name })
  }
  if (head === undefined || !mayRead(who, head)) return refuse('package_not_found')
  if (action === 'read') return undefined
  if (action === 'change' && who.kind === 'user' && who.limits?.mayWrite === false) {
    return refuse('token_limited', { reason: 'it is limited to reading' })
  }
  if (isOwner(who, head)) return undefined
  if (action === 'change' && who.kind === 'user' && !coversPackage(who.limits, head)) return outside()
  return action === 'inspect' ? refuse('package_not_found') : refuse('not_owner', { package: head.name })
}

/** Whether somebody may ask for anything at all: what has no package to decide by, such as a search. */
export function loginProblem(who: Principal, rules: AccessRules): Refusal | undefined {
  return who.kind === 'anonymous' && rules.requireLogin ? refuse('login_required') : undefined
}

function mayRead(who: Principal, head: Head): boolean {
  return head.visibility === 'public' || isOwner(who, head)
}

/** Administrators may do everything that owners may. A token counts for the packages that it is for. */
function isOwner(who: Principal, head: Head): boolean {
  return who.kind === 'user' && coversPackage(who.limits, head) && (who.isAdmin || head.owners.includes(who.username))
}

function outside(): Refusal {
  return refuse('token_limited', { reason: 'it is limited to other packages' })
}

/** Who may act for an account itself: its tokens, its profile. A token with any limit may not. */
export function requireAccount(who: Principal): Extract<Principal, { kind: 'user' }> {
  if (who.kind !== 'user') throw refuse('login_required')
  if (who.limits !== undefined) throw refuse('token_limited', { reason: 'a limited token cannot change the account' })
  return who
}
