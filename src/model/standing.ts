import type { OrgName, TeamId } from './ids.ts'

/**
 * What an account may do in the whole registry. `admin`: everything. `publisher`: make packages. `reader`: nothing by
 * itself; what teams, organisations and owners gave it still counts. `auditor`: sees logs, reports and history of all,
 * and changes nothing by that.
 */
export const roles = ['admin', 'publisher', 'reader', 'auditor'] as const
export type Role = (typeof roles)[number]

/** `owner` and `admin` may do everything with the organisation's packages; only owners appoint owners. */
export const orgRoles = ['owner', 'admin', 'member'] as const
export type OrgRole = (typeof orgRoles)[number]

/** What somebody is in an organisation; undefined when they are not in it. */
export function roleIn(orgs: Standing['orgs'], org: OrgName): OrgRole | undefined {
  return Object.hasOwn(orgs, org) ? orgs[org] : undefined
}

/**
 * What somebody is here: the part of an account that permission is decided by. One object for as long as an isolate
 * knows the account, so that what was decided by it can be kept beside it.
 */
export interface Standing {
  readonly roles: readonly Role[]
  readonly orgs: Readonly<Record<OrgName, OrgRole>>
  readonly teams: ReadonlySet<TeamId>
}
