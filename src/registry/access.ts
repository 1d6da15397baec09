import type { OrgName, PackageRef, Username, Version } from '../model/ids.ts'
import type { Principal, SignedIn } from '../model/principal.ts'
import { type Head, type Right, rights } from '../model/records.ts'
import { type Refusal, refuse } from '../model/refusals.ts'
import { type OrgRole, roleIn, type Standing } from '../model/standing.ts'
import { coversOrg, coversPackage, hasPower, type Power } from '../model/token-limits.ts'
import { rightOf } from './rights.ts'
import { secondFactorProblem } from './second-factor-rules.ts'

/**
 * What somebody wants with a package. `read`: metadata and files. `publish`: a new version, or a new package. `change`:
 * tags, deprecation, unpublishing. `manage`: owners, access and settings. `inspect`: reports of versions that nobody can
 * install, who has access, history.
 */
export type Action = 'read' | 'publish' | 'change' | 'manage' | 'inspect'

export interface AccessRules {
  /** Demand a login for every read. */
  readonly requireLogin: boolean
}

/** The right that an action takes, and the power that a token needs for it. */
const needs = {
  read: { right: 'read', power: 'read' },
  inspect: { right: 'write', power: 'read' },
  publish: { right: 'write', power: 'write' },
  change: { right: 'write', power: 'write' },
  manage: { right: 'admin', power: 'manage' },
} as const satisfies Record<Action, { right: Right; power: Power }>

/**
 * The one place that decides who may do what with a package; every route of every protocol goes through it.
 * A package that somebody may not read answers as one that does not exist: the same refusal for both, on every action
 * but `publish`, where a taken name cannot be hidden. With a token that is limited to other packages, somebody is a
 * stranger to this one. A second factor is asked for last, of who may do it otherwise.
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
  if (who.kind === 'anonymous' && (isWrite(action) || rules.requireLogin)) return refuse('login_required')
  if (action === 'publish') return publishProblem(who, head, named)
  const right = head === undefined ? 'none' : effectiveRight(who, head)
  if (head === undefined || !mayRead(who, right, head)) {
    const isAuditor = head !== undefined && action === 'inspect' && audits(who)
    return isAuditor ? undefined : refuse('package_not_found')
  }
  if (action === 'read') return head.block === undefined ? undefined : blocked(head, head.block.reason)
  if (who.kind === 'user' && !hasPower(who.limits, needs[action].power)) return tooWeak(who)
  if (!atLeast(right, needs[action].right)) return withoutRight(who, action, head)
  if (!isWrite(action) || who.kind === 'anonymous') return undefined
  if (action === 'change') return lockProblem(head) ?? secondFactorProblem(who)
  // Whoever could make an owner, or take the demand back, could publish without one
  return secondFactorProblem(who, head.secondFactor)
}

/** Why one version of a readable package cannot be read: an administrator has blocked it. */
export function versionProblem(head: Head, version: Version): Refusal | undefined {
  const reasons = head.blockedVersions ?? {}
  const reason = Object.hasOwn(reasons, version) ? reasons[version] : undefined
  return reason === undefined ? undefined : blocked(head, reason, version)
}

/** Why a package that somebody may read lists nothing: all that it had is blocked, or there is nothing. */
export function emptyProblem(head: Head): Refusal {
  const [blockedVersion] = Object.entries(head.blockedVersions ?? {}) as [Version, string][]
  return blockedVersion === undefined
    ? refuse('package_not_found')
    : blocked(head, blockedVersion[1], blockedVersion[0])
}

/** Whether somebody may ask for anything at all: what has no package to decide by, such as a search. */
export function loginProblem(who: Principal, rules: AccessRules): Refusal | undefined {
  return who.kind === 'anonymous' && rules.requireLogin ? refuse('login_required') : undefined
}

/** Said before anybody looks whether the package exists, as far as the token decides it. */
function publishProblem(who: Principal, head: Head | undefined, named: PackageRef | undefined): Refusal | undefined {
  if (who.kind === 'anonymous') return refuse('login_required')
  if (!hasPower(who.limits, needs.publish.power)) return tooWeak(who)
  if (who.limits !== undefined && (named === undefined || !coversPackage(who.limits, head ?? named))) return outside()
  if (head === undefined) return secondFactorProblem(who) // who may take a new name: `registry/new-names.ts`
  if (!atLeast(effectiveRight(who, head), needs.publish.right)) return refuse('not_owner', { package: head.name })
  return lockProblem(head) ?? secondFactorProblem(who, head.secondFactor)
}

function withoutRight(who: Principal, action: Action, head: Head): Refusal | undefined {
  if (action === 'inspect') return audits(who) ? undefined : refuse('package_not_found')
  if (who.kind === 'user' && !coversPackage(who.limits, head)) return outside()
  return refuse('not_owner', { package: head.name })
}

/** What somebody may do with a package; nothing with a token that is not for it. */
export function effectiveRight(who: Principal, head: Head): Right | 'none' {
  if (who.kind === 'anonymous' || !coversPackage(who.limits, head)) return 'none'
  return rightOf(who.username, who.standing, head)
}

/** A sensitive package is read by its groups, and by those who could let themselves into one. */
function mayRead(who: Principal, right: Right | 'none', head: Head): boolean {
  if (right === 'admin') return true
  if (head.sensitive !== undefined) {
    return who.kind === 'user' && coversPackage(who.limits, head) && isIn(who, head.sensitive.groups)
  }
  if (head.visibility === 'public' || right !== 'none') return true
  return head.visibility === 'internal' && who.kind === 'user' && coversPackage(who.limits, head)
}

function isIn(who: SignedIn, groups: NonNullable<Head['sensitive']>['groups']): boolean {
  return groups.some((group) => who.standing.teams.has(group))
}

function atLeast(right: Right | 'none', needed: Right): boolean {
  return right !== 'none' && rights.indexOf(right) >= rights.indexOf(needed)
}

function isWrite(action: Action): boolean {
  return needs[action].power !== 'read'
}

function lockProblem({ name, lock }: Head): Refusal | undefined {
  return lock === undefined ? undefined : refuse('package_locked', { package: name, reason: lock.reason })
}

/** What those who could read a package, or a version of it, are told while an administrator has blocked it. */
export function blocked({ name }: PackageRef, reason: string, version?: Version): Refusal {
  return refuse('package_blocked', { package: version === undefined ? name : `${name}@${version}`, reason })
}

function outside(): Refusal {
  return refuse('token_limited', { reason: 'it is limited to other packages' })
}

function tooWeak({ limits }: SignedIn): Refusal {
  const reason = limits?.power === 'read' ? 'it is limited to reading' : 'it is limited to publishing and tags'
  return refuse('token_limited', { reason })
}

/** Sees logs, reports and history of all; with a token for some packages, nobody does. */
export function audits(who: Principal): boolean {
  if (who.kind === 'anonymous' || who.limits?.packages !== undefined) return false
  return who.standing.roles.includes('auditor') || who.standing.roles.includes('admin')
}

/** Whether somebody is an administrator here and now: with a token of any limit, nobody is. */
export function isAdmin(who: Principal): boolean {
  return who.kind === 'user' && who.limits === undefined && who.standing.roles.includes('admin')
}

/** Who administers the registry: somebody who is signed in, or its own command line, `system`. */
export type Administrator = Principal | 'system'

/** @throws Refusal as `requireAdmin` */
export function requireAdministrator(who: Administrator, action: 'see' | 'change' = 'change'): void {
  if (who !== 'system') requireAdmin(who, action)
}

/**
 * For what only an administrator sees or changes; a second factor is asked for changes alone.
 * @throws Refusal `login_required`, `admin_required`, `second_factor_required`, `second_factor_missing`
 */
export function requireAdmin(who: Principal, action: 'see' | 'change' = 'change'): SignedIn {
  if (who.kind !== 'user') throw refuse('login_required')
  if (!isAdmin(who)) throw refuse('admin_required')
  const problem = action === 'see' ? undefined : secondFactorProblem(who)
  if (problem !== undefined) throw problem
  return who
}

const accountDemands = { see: undefined, write: 'none', change: 'account', enrol: 'enrolment' } as const

/**
 * Who may act for an account itself: its tokens, its profile. A token with any limit may not.
 * @param action `write` is a change like any other; `change` one that only the owner may make, so that whoever has a
 *   second factor shows it; `enrol` sets one up
 * @throws Refusal `login_required`, `token_limited`, `second_factor_required`, `second_factor_missing`
 */
export function requireAccount(who: Principal, action: keyof typeof accountDemands = 'see'): SignedIn {
  if (who.kind !== 'user') throw refuse('login_required')
  if (who.limits !== undefined) throw refuse('token_limited', { reason: 'a limited token cannot change the account' })
  const demand = accountDemands[action]
  const problem = demand === undefined ? undefined : secondFactorProblem(who, demand)
  if (problem !== undefined) throw problem
  return who
}

/** What somebody wants with an organisation. `appoint`: make or unmake owners. */
export type OrgAction = 'see' | 'manage' | 'appoint'

/**
 * The same for organisations: members see who and which teams there are, owners and administrators change them. To
 * others, and to a token that is for other packages or organisations, one answers as one that does not exist.
 */
export function orgProblem(who: Principal, action: OrgAction, org: OrgName): Refusal | undefined {
  if (who.kind === 'anonymous') return refuse('login_required')
  const isFor = coversOrg(who.limits, org)
  const role = isFor ? roleIn(who.standing.orgs, org) : undefined
  const governs = isFor && who.standing.roles.includes('admin')
  const sees = role !== undefined || governs || (action === 'see' && isFor && audits(who))
  if (!sees) return refuse('org_not_found', { org })
  if (action === 'see') return undefined
  if (who.limits !== undefined && !(who.limits.manages ?? []).includes(org)) {
    return refuse('token_limited', { reason: 'it is not for changing this organisation' })
  }
  const may = governs || role === 'owner' || (action === 'manage' && role === 'admin')
  if (!may) return refuse('org_right_required', { org, role: action === 'appoint' ? 'owner' : 'admin' })
  return secondFactorProblem(who)
}

/** Whether somebody who may see an organisation is told, beyond its numbers, what they are made of. */
export function governsOrg(who: Principal, org: OrgName): boolean {
  if (who.kind === 'anonymous' || !coversOrg(who.limits, org)) return false
  const role = roleIn(who.standing.orgs, org)
  return role === 'owner' || role === 'admin' || audits(who)
}

/** What somebody is in the organisations that they may see by what they showed. */
export function orgsOf({ standing, limits }: SignedIn): Standing['orgs'] {
  const seen = Object.entries(standing.orgs).filter(([org]) => coversOrg(limits, org as OrgName))
  return Object.fromEntries(seen)
}

/** What somebody is in an organisation, and what they are to be; undefined: not in it. */
export interface RoleChange {
  readonly username: Username
  readonly before: OrgRole | undefined
  readonly after: OrgRole | undefined
}

/**
 * Who may change what somebody is in an organisation: owners are made and unmade by owners, members also by its
 * administrators; and anybody may leave.
 */
export function memberProblem(who: Principal, org: OrgName, change: RoleChange): Refusal | undefined {
  const isLeaving = who.kind === 'user' && who.limits === undefined && who.username === change.username
  if (isLeaving && change.after === undefined) return orgProblem(who, 'see', org)
  const touchesOwner = change.before === 'owner' || change.after === 'owner'
  return orgProblem(who, touchesOwner ? 'appoint' : 'manage', org)
}
