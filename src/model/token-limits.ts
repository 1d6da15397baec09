import type { OrgName, PackageRef } from './ids.ts'
import { organisationOf } from './organisation.ts'

/**
 * The most that a token may do with packages. `write`: versions, tags, deprecation. `manage`: also owners, access and
 * settings. Each has what comes before it.
 */
export const powers = ['read', 'write', 'manage'] as const
export type Power = (typeof powers)[number]

/**
 * What a token may do less than its owner. A token without limits is as good as the owner's password, less changes of
 * it. One with any limit never acts for the account itself.
 */
export interface TokenLimits {
  readonly power: Power
  /**
   * `<format>/<name>`, `<format>/<beginning>*`, or `org/<name>` for all packages of an organisation; absent: every
   * package that the owner may use.
   */
  readonly packages?: readonly string[]
  /** Organisations whose members and teams it may change; absent: none. */
  readonly manages?: readonly OrgName[]
  /** Organisations whose members and teams it may only see. */
  readonly sees?: readonly OrgName[]
  /** Where it may be used from, as canonical ranges (`10.0.0.0/8`, `2001:db8::/32`); absent: anywhere. */
  readonly addresses?: readonly string[]
  /** How often it may be used; absent: any number of times. */
  readonly uses?: number
}

/** Whether a token with these limits may do so much. */
export function hasPower(limits: TokenLimits | undefined, needed: Power): boolean {
  return limits === undefined || powers.indexOf(limits.power) >= powers.indexOf(needed)
}

/** Whether a token with these limits is for this package. What it is not for, it sees as a stranger would. */
export function coversPackage(limits: TokenLimits | undefined, ref: PackageRef & { readonly org?: OrgName }): boolean {
  if (limits?.packages === undefined) return true
  const name = `${ref.format}/${ref.name}`
  const org = `org/${organisationOf(ref)}`
  return limits.packages.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name || pattern === org,
  )
}

/**
 * Whether a token with these limits is for this organisation: one that names organisations, or packages, is for those
 * that it names, and for those all of whose packages it names.
 */
export function coversOrg(limits: TokenLimits | undefined, org: OrgName): boolean {
  const { packages, manages, sees } = limits ?? {}
  if (packages === undefined && manages === undefined && sees === undefined) return true
  if (manages?.includes(org) || sees?.includes(org)) return true
  return (packages ?? []).some((pattern) => pattern === `org/${org}` || coversScope(pattern, org))
}

function coversScope(pattern: string, org: OrgName): boolean {
  const scope = pattern.slice(pattern.indexOf('/') + 1)
  return scope.endsWith('*') && `@${org}/`.startsWith(scope.slice(0, -1))
}
