import type { ListedVersion, RenderedDocument, SnapshotState } from '../model/format.ts'
import type { PackageName, Revision } from '../model/ids.ts'
import type { Head } from '../model/records.ts'
import { isJsonObject, type Json, type JsonObject } from '../std/json.ts'

/** The two forms of a packument. @see https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
export const fullDocument = 'packument.json'
export const abbreviatedDocument = 'abbreviated.json'

/** What installers read of a version (`application/vnd.npm.install-v1+json`), in the order that the registry uses. */
const abbreviatedFields = [
  'name',
  'version',
  'dependencies',
  'optionalDependencies',
  'devDependencies',
  'bundleDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'acceptDependencies',
  'bin',
  'directories',
  'engines',
  'os',
  'cpu',
  'libc',
  'funding',
  'deprecated',
  'hasInstallScript',
  '_hasShrinkwrap',
  'dist',
] as const

/** What the full packument repeats at its top from the version that `latest` names. */
const hoistedFields = [
  'description',
  'homepage',
  'keywords',
  'repository',
  'author',
  'contributors',
  'bugs',
  'license',
] as const

/** The canonical address of a tarball; pnpm rebuilds it by the same convention. */
export function tarballUrl(publicUrl: string, name: PackageName, version: string): string {
  return `${publicUrl}/${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`
}

/** A version's document with the address at which its tarball is served. */
export function withTarball(document: JsonObject, publicUrl: string, name: PackageName): JsonObject {
  const dist = document['dist']
  const version = document['version']
  if (!isJsonObject(dist) || typeof version !== 'string') throw new Error('a listed version has no dist or version')
  return { ...document, dist: { ...dist, tarball: tarballUrl(publicUrl, name, version) } }
}

/**
 * The full and the abbreviated packument. Deterministic: equal input gives equal bytes, so that a rebuild is a no-op.
 * O(versions); called at write time only. `time` has an entry for each listed version (yarn 4 takes a missing one for
 * "too new"), and `modified` stands in both forms (pnpm 11 decides by it whether it needs the full one).
 */
export function renderPackument(
  head: Head,
  state: SnapshotState,
  target: { revision: Revision; publicUrl: string },
): readonly RenderedDocument[] {
  const ordered = Object.entries(state.versions).sort(byPublication)
  const full: Record<string, JsonObject> = {}
  const abbreviated: Record<string, JsonObject> = {}
  const time: Record<string, string> = { created: head.createdAt, modified: head.modifiedAt }
  for (const [version, listed] of ordered) {
    const document = withTarball(listed.document, target.publicUrl, head.name)
    full[version] = document
    abbreviated[version] = pick(document, abbreviatedFields)
    time[version] = listed.publishedAt
  }
  const latest = full[head.tags['latest'] ?? '']
  const maintainers = head.owners.map((name) => ({ name, email: '' }))
  const packument: JsonObject = {
    _id: head.name,
    _rev: target.revision,
    name: head.name,
    ...(latest === undefined ? {} : pick(latest, hoistedFields)),
    'dist-tags': { ...head.tags },
    versions: full,
    time,
    modified: head.modifiedAt,
    maintainers,
    readme: state.readme,
  }
  const short: JsonObject = {
    name: head.name,
    'dist-tags': { ...head.tags },
    versions: abbreviated,
    time,
    modified: head.modifiedAt,
  }
  return [
    { name: fullDocument, text: JSON.stringify(packument) },
    { name: abbreviatedDocument, text: JSON.stringify(short) },
  ]
}

/** Reads the state back from a full packument of our own. */
export function restorePackument(master: Json): SnapshotState {
  const versions = isJsonObject(master) ? master['versions'] : undefined
  const time = isJsonObject(master) ? master['time'] : undefined
  if (!isJsonObject(master) || !isJsonObject(versions) || !isJsonObject(time))
    throw new Error('not a packument of ours')
  const listed: Record<string, ListedVersion> = {}
  for (const [version, document] of Object.entries(versions)) {
    const publishedAt = time[version]
    if (!isJsonObject(document) || typeof publishedAt !== 'string') throw new Error(`no time for version ${version}`)
    listed[version] = { publishedAt, document }
  }
  return { versions: listed, readme: typeof master['readme'] === 'string' ? master['readme'] : '' }
}

/** By time of publication, then by name: stable, and new versions are appended. */
function byPublication([a, left]: [string, ListedVersion], [b, right]: [string, ListedVersion]): number {
  if (left.publishedAt !== right.publishedAt) return left.publishedAt < right.publishedAt ? -1 : 1
  return a < b ? -1 : 1
}

function pick(document: JsonObject, fields: readonly string[]): JsonObject {
  const picked: Record<string, Json> = {}
  for (const field of fields) {
    const value = document[field]
    if (value !== undefined) picked[field] = value
  }
  return picked
}
