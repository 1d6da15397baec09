import { LRUCache } from 'lru-cache'
import type { Encoding } from '../model/format.ts'
import type { PackageRef, Revision, Version, VersionRef } from '../model/ids.ts'
import type { Asking, Principal } from '../model/principal.ts'
import type { Head, VersionRecord } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { isFinal } from '../model/version-status.ts'
import type { JsonObject } from '../std/json.ts'
import { snapshotKey } from '../storage/keys.ts'
import type { Manifests } from '../storage/manifests.ts'
import type { Reports } from '../storage/reports.ts'
import type { Versions } from '../storage/versions.ts'
import { type Action, accessProblem, emptyProblem, versionProblem } from './access.ts'
import { openHead, type ReaderDeps, requireReader } from './reader.ts'
import { changeSnapshot, type SnapshotDeps } from './snapshot.ts'

export interface ReadDeps extends SnapshotDeps, ReaderDeps {
  readonly versions: Versions
  readonly manifests: Manifests
  readonly reports: Reports
  readonly documents: DocumentCache
}

/** A package that is published all the time may lose its snapshot to the next one while it is read. */
const mostRounds = 4

/** Compressed documents of snapshots: immutable, so they are never stale. Holds 24 MB at most. */
export class DocumentCache {
  readonly #known = new LRUCache<string, Uint8Array<ArrayBuffer>>({
    maxSize: 24_000_000,
    maxEntrySize: 6_000_000,
    sizeCalculation: (bytes) => bytes.byteLength + 256,
  })

  get(key: string): Uint8Array<ArrayBuffer> | undefined {
    return this.#known.get(key)
  }

  set(key: string, bytes: Uint8Array<ArrayBuffer>): void {
    this.#known.set(key, bytes)
  }
}

export interface OpenDocument {
  readonly revision: Revision
  /** Reads the document, compressed as asked. */
  readonly read: (encoding: Encoding) => Promise<Uint8Array<ArrayBuffer>>
}

/**
 * Opens one of the documents of a package's current snapshot. The revision alone answers a conditional request; only
 * `read` goes to the store.
 * @param fresh read the head anew (`Cache-Control: no-cache`)
 * @throws Refusal `package_not_found`, `login_required`
 */
export async function openDocument(
  deps: ReadDeps,
  asking: Asking,
  ref: PackageRef,
  document: string,
  fresh: boolean,
): Promise<OpenDocument> {
  const { who, head } = await currentHead(deps, asking, ref, fresh)
  return { revision: head.revision, read: (encoding) => readDocument(deps, who, head, document, encoding) }
}

type PublishedHead = Head & { readonly revision: Revision }

/** A package that has a snapshot, and who is reading it. */
interface Published {
  readonly who: Principal
  readonly head: PublishedHead
}

/** The head of a package that has a snapshot for today's public address. */
async function currentHead(deps: ReadDeps, asking: Asking, ref: PackageRef, fresh: boolean): Promise<Published> {
  const { who, head } = await requireReadable(deps, asking, ref, fresh)
  if (head.renderedFor === deps.publicUrl) return { who, head }
  // The registry has moved to another address: its documents are rendered anew when somebody first asks.
  const moved = await changeSnapshot(deps, ref, (state, current) =>
    current.renderedFor === deps.publicUrl ? undefined : { state },
  )
  deps.headCache.forget(ref)
  return { who, head: requirePublished(moved) }
}

async function requireReadable(deps: ReadDeps, asking: Asking, ref: PackageRef, fresh: boolean): Promise<Published> {
  const { who, head } = await openHead(deps, asking, ref, fresh)
  await requireReader(deps, who, head)
  if (head?.revision === undefined && !fresh) return requireReadable(deps, who, ref, true)
  return { who, head: requirePublished(head) }
}

function requirePublished(head: Head | undefined): PublishedHead {
  if (head === undefined) throw refuse('package_not_found')
  if (head.revision === undefined) throw emptyProblem(head)
  return { ...head, revision: head.revision }
}

/** A head that is a few seconds old may name a snapshot that is gone: then the current one is read instead. */
async function readDocument(
  deps: ReadDeps,
  who: Principal,
  head: PublishedHead,
  document: string,
  encoding: Encoding,
): Promise<Uint8Array<ArrayBuffer>> {
  let current = head
  for (let round = 0; round < mostRounds; round += 1) {
    const found = await readStored(deps, current, current.revision, document, encoding)
    if (found !== undefined) return found
    current = (await requireReadable(deps, who, head, true)).head
  }
  throw new Error(`${head.format}/${head.name}: snapshot ${current.revision} is missing; run the rebuild command`)
}

async function readStored(
  deps: ReadDeps,
  ref: PackageRef,
  revision: Revision,
  document: string,
  encoding: Encoding,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const key = `${snapshotKey(ref, revision, document)}.${encoding}`
  const known = deps.documents.get(key)
  if (known !== undefined) return known
  const bytes = await deps.snapshots.read(ref, revision, document, encoding)
  if (bytes !== undefined) deps.documents.set(key, bytes)
  return bytes
}

/**
 * The document of one version, by its number or by a dist-tag. Two reads, however many versions there are.
 * @throws Refusal `package_not_found`, `login_required`, `version_not_found`
 */
export async function readVersion(
  deps: ReadDeps,
  who: Principal,
  ref: PackageRef,
  wanted: Version | { readonly tag: string },
): Promise<JsonObject> {
  const { head } = await requireReadable(deps, who, ref, typeof wanted !== 'string')
  const version = typeof wanted === 'string' ? wanted : tagged(head, wanted.tag)
  if (version === undefined) throw refuse('version_not_found', { version: shown(wanted) })
  const problem = versionProblem(head, version)
  if (problem !== undefined) throw problem
  const record = await deps.versions.get({ ...ref, version })
  if (record?.status !== 'published') throw refuse('version_not_found', { version: shown(wanted) })
  const accepted = await deps.manifests.get(record, record.uploadId)
  if (accepted === undefined) throw new Error(`${ref.name}@${version}: the accepted manifest is missing`)
  const format = deps.formats[ref.format]
  return format.versionDocument({ ...ref, version }, format.list(record, accepted), deps.publicUrl)
}

/** The dist-tags of a package. @throws Refusal `package_not_found`, `login_required` */
export async function readTags(deps: ReadDeps, who: Principal, ref: PackageRef): Promise<Head['tags']> {
  return (await requireReadable(deps, who, ref, true)).head.tags
}

/** What there is to say about a version's validation: the stored report, or how far it is. */
export type ReportAnswer =
  | { readonly state: 'decided'; readonly report: JsonObject }
  | { readonly state: 'pending'; readonly record: VersionRecord }

/**
 * The report of a version, or of one file of it: of the first, where none is named. Whoever may read a published version
 * may read its report; those of others are for the publisher and the owners.
 * @throws Refusal `package_not_found`, `login_required`, `version_not_found`, `file_not_found`
 */
export async function readReport(
  deps: ReadDeps,
  who: Principal,
  ref: VersionRef,
  filename?: string,
): Promise<ReportAnswer> {
  const [head, records] = await Promise.all([deps.headCache.get(ref, true), deps.versions.files(ref)])
  const record = filename === undefined ? records[0] : records.find(({ file }) => file.filename === filename)
  const action: Action = record?.status === 'published' ? 'read' : 'inspect'
  const problem = accessProblem(who, action, head, deps.rules)
  if (problem !== undefined) throw problem
  if (record === undefined && filename !== undefined && records.length > 0) {
    throw refuse('file_not_found', { version: ref.version, filename })
  }
  if (record === undefined) throw refuse('version_not_found', { version: ref.version })
  // The report is stored before the verdict is carried out: until then, the version is as good as undecided
  const isDecided = isFinal(record.status)
  const file = { ...ref, filename: record.file.filename }
  const report = isDecided ? await deps.reports.get(file, record.uploadId) : undefined
  return report === undefined ? { state: 'pending', record } : { state: 'decided', report }
}

function tagged(head: Head, tag: string): Version | undefined {
  return Object.hasOwn(head.tags, tag) ? head.tags[tag] : undefined
}

function shown(wanted: Version | { readonly tag: string }): string {
  return typeof wanted === 'string' ? wanted : wanted.tag.slice(0, 100)
}
