import type { ClaimId, PackageRef, VersionRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head, Right, VersionRecord } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { accessProblem, effectiveRight, versionProblem } from './access.ts'
import type { ReadDeps } from './read.ts'

/** What there is to know about a package without opening any of its versions, for one who may read it. */
export interface PackageDescription {
  readonly head: Head
  /** The asker's own. */
  readonly right: Right | 'none'
}

/** @throws Refusal `package_not_found`, `package_blocked`, `login_required` */
export async function describePackage(
  deps: Pick<ReadDeps, 'headCache' | 'rules'>,
  who: Principal,
  ref: PackageRef,
): Promise<PackageDescription> {
  const head = await deps.headCache.get(ref, true)
  const problem = accessProblem(who, 'read', head, deps.rules)
  if (problem !== undefined) throw problem
  if (head?.revision === undefined) throw refuse('package_not_found')
  return { head, right: effectiveRight(who, head) }
}

export interface VersionList {
  readonly records: readonly VersionRecord[]
  readonly next?: ClaimId
}

/**
 * Versions by the text of their number, a page at a time: those that are published; for who may know of others too
 * (`inspect`), all that were ever sent.
 * @returns a page; it may be short and not the last
 * @throws Refusal `package_not_found`, `package_blocked`, `login_required`
 */
export async function listVersions(
  deps: ReadDeps,
  who: Principal,
  ref: PackageRef,
  paging: { readonly after?: ClaimId; readonly limit: number },
): Promise<VersionList> {
  const head = await deps.headCache.get(ref, true)
  if (accessProblem(who, 'inspect', head, deps.rules) === undefined) return deps.versions.page(ref, paging)
  const problem = accessProblem(who, 'read', head, deps.rules)
  if (problem !== undefined) throw problem
  return deps.versions.page(ref, { ...paging, status: 'published' })
}

/**
 * One version, seen as `listVersions` sees it: its files, one or more; a blocked one says why it is.
 * @throws Refusal `package_not_found`, `package_blocked`, `login_required`, `version_not_found`
 */
export async function describeVersion(
  deps: ReadDeps,
  who: Principal,
  ref: VersionRef,
): Promise<readonly [VersionRecord, ...VersionRecord[]]> {
  const [head, records] = await Promise.all([deps.headCache.get(ref, true), deps.versions.files(ref)])
  const isInspector = accessProblem(who, 'inspect', head, deps.rules) === undefined
  const problem = isInspector
    ? undefined
    : (accessProblem(who, 'read', head, deps.rules) ?? (head && versionProblem(head, ref.version)))
  if (problem !== undefined) throw problem
  const [first, ...more] = isInspector ? records : records.filter(({ status }) => status === 'published')
  if (first === undefined) throw refuse('version_not_found', { version: ref.version })
  return [first, ...more]
}
