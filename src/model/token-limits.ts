import type { PackageRef } from './ids.ts'

/** What a token may do less than its owner. A token without limits is as good as the owner's password, less changes of it. */
export interface TokenLimits {
  /** False: it reads only, on every route. */
  readonly mayWrite: boolean
  /** `<format>/<name>`, or `<format>/@scope/*`; absent: every package that the owner may use. */
  readonly packages?: readonly string[]
  /** Where it may be used from, as canonical ranges (`10.0.0.0/8`, `2001:db8::/32`); absent: anywhere. */
  readonly addresses?: readonly string[]
}

/** Whether a token with these limits is for this package. What it is not for, it sees as a stranger would. */
export function coversPackage(limits: TokenLimits | undefined, ref: PackageRef): boolean {
  if (limits?.packages === undefined) return true
  const name = `${ref.format}/${ref.name}`
  return limits.packages.some((pattern) =>
    pattern.endsWith('/*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  )
}
