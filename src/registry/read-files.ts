import type { ClaimRef, FileName, PackageRef, Version, VersionRef } from '../model/ids.ts'
import type { Asking } from '../model/principal.ts'
import type { Head, VersionRecord } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { Versions } from '../storage/versions.ts'
import { accessProblem, versionProblem } from './access.ts'
import { openHead, type ReaderDeps, requireReader } from './reader.ts'

export interface ReadFilesDeps extends ReaderDeps {
  readonly versions: Versions
}

export interface VersionFiles {
  readonly records: readonly VersionRecord[]
  /** Those of the package's tags that name this version. */
  readonly tags: Head['tags']
}

/**
 * The published files of a version. One query, however many versions there are.
 * @throws Refusal `package_not_found`, `package_blocked`, `login_required`, `version_not_found`
 */
export async function readFiles(deps: ReadFilesDeps, asking: Asking, ref: VersionRef): Promise<VersionFiles> {
  const { tags } = await requireVersion(deps, asking, ref)
  const records = (await deps.versions.files(ref)).filter(({ status }) => status === 'published')
  if (records.length === 0) throw refuse('version_not_found', { version: ref.version })
  const own = Object.entries(tags).filter(([, version]) => version === ref.version)
  return { records, tags: Object.fromEntries(own) }
}

/**
 * One published file, for what can be said of it without opening it. One read; no download, so no event.
 * @throws Refusal `package_not_found`, `package_blocked`, `login_required`, `file_not_found`
 */
export async function readFile(
  deps: ReadFilesDeps,
  asking: Asking,
  ref: ClaimRef & { readonly filename: FileName },
): Promise<VersionRecord> {
  await requireVersion(deps, asking, ref)
  const record = await deps.versions.get(ref)
  if (record?.status === 'published') return record
  throw refuse('file_not_found', { version: ref.version, filename: ref.filename })
}

async function requireVersion(deps: ReadFilesDeps, asking: Asking, ref: VersionRef): Promise<Head> {
  const { who, head } = await openHead(deps, asking, ref, false)
  const problem = accessProblem(who, 'read', head, deps.rules) ?? (head && versionProblem(head, ref.version))
  if (problem !== undefined) throw problem
  await requireReader(deps, who, head)
  if (head === undefined) throw refuse('package_not_found')
  return head
}

/**
 * The version that a tag names; undefined when there is no such tag.
 * @throws Refusal `package_not_found`, `package_blocked`, `login_required`
 */
export async function taggedVersion(
  deps: ReaderDeps,
  asking: Asking,
  ref: PackageRef,
  tag: string,
): Promise<Version | undefined> {
  const { who, head } = await openHead(deps, asking, ref, false)
  const problem = accessProblem(who, 'read', head, deps.rules)
  if (problem !== undefined) throw problem
  await requireReader(deps, who, head)
  return tagIn(head, tag)
}

function tagIn(head: Head | undefined, tag: string): Version | undefined {
  return head !== undefined && Object.hasOwn(head.tags, tag) ? head.tags[tag] : undefined
}
