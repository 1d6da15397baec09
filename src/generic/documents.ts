import semverCompare from 'semver/functions/compare.js'
import type { ListedVersion, RenderedDocument, SnapshotState } from '../model/format.ts'
import type { PackageName } from '../model/ids.ts'
import type { Head } from '../model/records.ts'
import { isJsonObject, type Json, type JsonObject } from '../std/json.ts'
import { filesOf, type ListedFiles, versionOf } from './files.ts'
import { listingPage } from './page.ts'

/** All that there is, for programs. */
export const listingDocument = 'listing.json'
/** The same, for people. */
export const htmlDocument = 'listing.html'
/** The versions that a range may choose from, highest first. */
export const versionsDocument = 'versions.json'

/** Where a file is served. A scope's slash stays one. */
export function fileUrl(publicUrl: string, name: PackageName, version: string, filename: string): string {
  return `${publicUrl}/generic/${name}/${version}/${encodeURIComponent(filename)}`
}

/** What is listed of a version, with the addresses at which its files are served. */
export function withAddresses(
  publicUrl: string,
  name: PackageName,
  version: string,
  listed: ListedVersion,
): JsonObject {
  const files = Object.entries(filesOf(listed)).map(([filename, file]) => [
    filename,
    { ...file, url: fileUrl(publicUrl, name, version, filename) },
  ])
  return { ...listed.document, files: Object.fromEntries(files) }
}

/** Deterministic: equal input gives equal bytes. O(files of the package); called at write time only. */
export function renderListing(
  head: Head,
  state: SnapshotState,
  { publicUrl }: { readonly publicUrl: string },
): readonly RenderedDocument[] {
  const ordered = Object.entries(state.versions).sort(([a], [b]) => semverCompare(b, a))
  const versions = ordered.map(([version, listed]) => [version, withAddresses(publicUrl, head.name, version, listed)])
  const listing: JsonObject = { name: head.name, tags: { ...head.tags }, versions: Object.fromEntries(versions) }
  const standing = ordered.filter(([, { document }]) => document['deprecated'] === undefined)
  return [
    { name: listingDocument, text: JSON.stringify(listing) },
    { name: htmlDocument, text: listingPage(listing) },
    { name: versionsDocument, text: JSON.stringify({ versions: standing.map(([version]) => version) }) },
  ]
}

/** Reads the state back from a listing of our own. */
export function restoreListing(master: Json): SnapshotState {
  const versions = isJsonObject(master) ? master['versions'] : undefined
  if (!isJsonObject(versions)) throw new Error('not a listing of ours')
  const restored: Record<string, ListedVersion> = {}
  for (const [version, document] of Object.entries(versions)) {
    const listed = isJsonObject(document) ? versionOf(withoutAddresses(document['files'])) : undefined
    if (listed === undefined) throw new Error(`version ${version} has no files`)
    restored[version] = listed
  }
  return { versions: restored, readme: '' }
}

function withoutAddresses(files: Json | undefined): ListedFiles {
  if (!isJsonObject(files)) return {}
  const kept = Object.entries(files).map(([filename, file]) => {
    if (!isJsonObject(file)) throw new Error(`nothing is said of the file ${filename}`)
    const { url: _, ...rest } = file
    return [filename, rest]
  })
  return Object.fromEntries(kept) as unknown as ListedFiles
}

/** The versions of the document for ranges. */
export function restoreVersions(document: Json): readonly string[] {
  const versions = isJsonObject(document) ? document['versions'] : undefined
  return Array.isArray(versions) ? versions.filter((version) => typeof version === 'string') : []
}
