import type { PackageRef, Username } from '../model/ids.ts'
import { organisationOf } from '../model/organisation.ts'
import type { Principal, SignedIn } from '../model/principal.ts'
import type { Grants } from '../model/records.ts'
import { type Refusal, refuse } from '../model/refusals.ts'
import { roleIn } from '../model/standing.ts'
import type { Heads } from '../storage/heads.ts'
import type { Names } from '../storage/names.ts'
import type { Orgs } from '../storage/orgs.ts'
import type { Users } from '../storage/users.ts'
import { effectiveRight } from './access.ts'
import { likenessOf } from './likeness.ts'

export interface NewNameDeps {
  readonly heads: Heads
  readonly names: Names
  readonly orgs: Orgs
  readonly users: Users
  readonly nameRules: NameRules
}

export interface NameRules {
  /** Who may take a name that belongs to no organisation. */
  readonly freeNames: 'publishers' | 'admins'
  /** For administrators only: `<format>/<name>`, or `<format>/<beginning>*`. */
  readonly reserved: readonly string[]
}

/** The team that every member is in, and that may write to every new package of the organisation, as npm has it. */
export const everybodysTeam = 'developers'

/** What a new package starts with. */
export interface NewName {
  readonly grants?: Grants
  readonly paidBy?: 'owner'
}

/**
 * Decides who may take a name that no package has: an administrator any; a publisher one of an organisation that they
 * are a member of, of their own scope, or, where the settings let them, one that is nobody's and looks like no other.
 * Asked once for a package, so it may read a few items.
 * @throws Refusal `login_required`, `creation_refused`
 */
export async function requireNewName(deps: NewNameDeps, who: Principal, ref: PackageRef): Promise<NewName> {
  if (who.kind !== 'user') throw refuse('login_required')
  const { roles, orgs } = who.standing
  const org = organisationOf(ref)
  const [standing, team] = await Promise.all([
    org === undefined ? undefined : deps.orgs.get(org),
    org === undefined ? undefined : deps.orgs.team(org, everybodysTeam),
  ])
  const name: NewName = {
    ...(team === undefined ? {} : { grants: { [`team/${team.teamId}` as const]: 'write' as const } }),
    // Or whoever takes many free scopes would have the room of as many organisations
    ...(org === undefined || standing !== undefined ? {} : { paidBy: 'owner' }),
  }
  if (roles.includes('admin')) return name
  const role = org === undefined ? undefined : roleIn(orgs, org)
  const governs = role === 'owner' || role === 'admin'
  if (!roles.includes('publisher') && !governs) throw refused(ref, 'your account may only use packages, not make them')
  if (isReserved(deps.nameRules, ref)) throw refused(ref, 'it is reserved for administrators')
  if (standing !== undefined) {
    if (role === undefined) throw refused(ref, `it belongs to the organisation "${org}", and you are not a member`)
    return name
  }
  const problem = await freeNameProblem(deps, who, ref, org)
  if (problem !== undefined) throw problem
  return name
}

/** A name that is no organisation's. */
async function freeNameProblem(
  deps: NewNameDeps,
  who: SignedIn,
  ref: PackageRef,
  scope: string | undefined,
): Promise<Refusal | undefined> {
  if (scope === who.username) return undefined
  if (deps.nameRules.freeNames === 'admins')
    return refused(ref, 'only administrators may take names outside of organisations')
  const [namesake, alike] = await Promise.all([
    scope === undefined ? undefined : deps.users.get(scope as Username),
    deps.names.first(ref.format, likenessOf(ref.name)),
  ])
  if (namesake !== undefined) return refused(ref, `the scope "@${scope}" belongs to the user of that name`)
  if (alike === undefined || alike === ref.name) return undefined
  const other = await deps.heads.get({ ...ref, name: alike })
  // One's own packages may look alike
  if (other === undefined || effectiveRight(who, other) === 'admin') return undefined
  return refused(ref, 'it can be mistaken for another package; an administrator can make it for you')
}

/** Notes the name, so that later ones that look like it are found. Repeatable. */
export function noteName(deps: Pick<NewNameDeps, 'names'>, ref: PackageRef): Promise<void> {
  return deps.names.note(ref, likenessOf(ref.name))
}

function isReserved({ reserved }: NameRules, ref: PackageRef): boolean {
  const name = `${ref.format}/${ref.name}`
  return reserved.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name))
}

function refused(ref: PackageRef, reason: string): Refusal {
  return refuse('creation_refused', { package: ref.name, reason })
}
