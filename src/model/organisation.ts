import type { OrgName, PackageRef } from './ids.ts'

/**
 * The organisation that a package belongs to: what its head says, else the one that its scope names, whether or not
 * there is one of that name. So an organisation that is made later has the packages of its scope.
 */
export function organisationOf(ref: PackageRef & { readonly org?: OrgName }): OrgName | undefined {
  if (ref.org !== undefined) return ref.org
  const scope = /^@([^/]+)\//.exec(ref.name)?.[1]
  return scope as OrgName | undefined
}
