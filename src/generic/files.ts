import type { AcceptedManifest, ListedVersion } from '../model/format.ts'
import type { FileName } from '../model/ids.ts'
import type { VersionRecord } from '../model/records.ts'
import { isJsonObject, type JsonObject } from '../std/json.ts'

/** What is listed of one file. What holds for a version is worked out from those of its files. */
export interface ListedFile {
  readonly sizeBytes: number
  readonly sha256: string
  readonly sha512: string
  readonly publishedAt: string
  readonly description?: string
  readonly deprecated?: string
  readonly releases?: true
}

export type ListedFiles = Readonly<Record<string, ListedFile>>

/** @throws Error for a claim that was never accepted */
export function listedFile(record: VersionRecord, { manifest }: Pick<AcceptedManifest, 'manifest'>): ListedFile {
  const { publishedAt, deprecated, releases, file } = record
  if (publishedAt === undefined || file.sha256 === undefined || file.sha512 === undefined) {
    throw new Error(`${record.name}@${record.version} ${file.filename} was never accepted`)
  }
  const description = manifest['description']
  return {
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    sha512: file.sha512,
    publishedAt,
    ...(typeof description === 'string' ? { description } : {}),
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(releases === undefined ? {} : { releases }),
  }
}

/** The files of a version, out of what is listed of it. */
export function filesOf(listed: ListedVersion | undefined): ListedFiles {
  const files = listed?.document['files']
  return isJsonObject(files) ? (files as unknown as ListedFiles) : {}
}

/** What is listed of a version that has these files: by their names, so that it does not matter who came first. */
export function versionOf(files: ListedFiles): ListedVersion | undefined {
  const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))
  const inTime = entries.map(([, file]) => file).sort((a, b) => (a.publishedAt < b.publishedAt ? -1 : 1))
  const [first] = inTime
  if (first === undefined) return undefined
  const description = inTime.findLast((file) => file.description !== undefined)?.description
  const deprecated = inTime.find((file) => file.deprecated !== undefined)?.deprecated
  const document: JsonObject = {
    publishedAt: first.publishedAt,
    released: inTime.some(({ releases }) => releases === true),
    ...(description === undefined ? {} : { description }),
    ...(deprecated === undefined ? {} : { deprecated }),
    files: Object.fromEntries(entries) as unknown as JsonObject,
  }
  return { publishedAt: first.publishedAt, document }
}

/** A claim of this format always names its file. */
export function requireFileName(ref: { readonly name: string; readonly filename?: FileName }): FileName {
  if (ref.filename === undefined) throw new Error(`${ref.name}: the claim names no file`)
  return ref.filename
}
