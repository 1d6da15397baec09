import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { type Refusal, refuse } from '../model/refusals.ts'

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
 * but `publish`, where a taken name cannot be hidden.
 * @returns the refusal, or undefined when it is allowed
 */
export function accessProblem(
  who: Principal,
  action: Action,
  head: Head | undefined,
  rules: AccessRules,
): Refusal | undefined {
  if (who.kind === 'anonymous' && (action === 'publish' || action === 'change' || rules.requireLogin)) {
    return refuse('login_required')
  }
  if (action === 'publish') {
    if (head === undefined || isOwner(who, head)) return undefined
    return refuse('not_owner', { package: head.name })
  }
  if (head === undefined || !mayRead(who, head)) return refuse('package_not_found')
  if (action === 'read' || isOwner(who, head)) return undefined
  return action === 'inspect' ? refuse('package_not_found') : refuse('not_owner', { package: head.name })
}

/** Whether somebody may ask for anything at all: what has no package to decide by, such as a search. */
export function loginProblem(who: Principal, rules: AccessRules): Refusal | undefined {
  return who.kind === 'anonymous' && rules.requireLogin ? refuse('login_required') : undefined
}

function mayRead(who: Principal, head: Head): boolean {
  return head.visibility === 'public' || isOwner(who, head)
}

/** Administrators may do everything that owners may. */
function isOwner(who: Principal, head: Head): boolean {
  return who.kind === 'user' && (who.isAdmin || head.owners.includes(who.username))
}
