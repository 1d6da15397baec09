import type { PackageRef, Version, VersionRef } from '../model/ids.ts'
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
  readonly next?: Version
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
  paging: { readonly after?: Version; readonly limit: number },
): Promise<VersionList> {
  const head = await deps.headCache.get(ref, true)
  if (accessProblem(who, 'inspect', head, deps.rules) === undefined) return deps.versions.page(ref, paging)
  const problem = accessProblem(who, 'read', head, deps.rules)
  if (problem !== undefined) throw problem
  return deps.versions.page(ref, { ...paging, status: 'published' })
}

/**
 * One version, seen as `listVersions` sees it; a blocked one says why it is.
 * @throws Refusal `package_not_found`, `package_blocked`, `login_required`, `version_not_found`
 */
export async function describeVersion(deps: ReadDeps, who: Principal, ref: VersionRef): Promise<VersionRecord> {
  const [head, record] = await Promise.all([deps.headCache.get(ref, true), deps.versions.get(ref)])
  const isInspector = accessProblem(who, 'inspect', head, deps.rules) === undefined
  const problem = isInspector
    ? undefined
    : (accessProblem(who, 'read', head, deps.rules) ?? (head && versionProblem(head, ref.version)))
  if (problem !== undefined) throw problem
  if (record === undefined || !(isInspector || record.status === 'published')) {
    throw refuse('version_not_found', { version: ref.version })
  }
  return record
}
