import type { Json, JsonObject } from '../std/json.ts'
import type { ClaimRef, FileName, FormatId, PackageName, PackageRef, Revision, Version, VersionRef } from './ids.ts'
import type { Head, IsoTime, StoredFile, VersionRecord } from './records.ts'

/** The accepted manifest of one version, as stored under `manifests/`: with the version item, the truth. */
export interface AcceptedManifest {
  readonly manifest: JsonObject
  readonly fileCount: number
  readonly unpackedSizeBytes: number
  readonly readme?: string
  /** What its code was seen to use; not there when it was accepted before anybody looked. */
  readonly capabilities?: readonly string[]
  /** What the validator computed, where nobody had before: enough to go on without opening the file again. */
  readonly file?: StoredFile
}

/** What a snapshot says about one version: the document that clients read, less what depends on the address. */
export interface ListedVersion {
  readonly publishedAt: IsoTime
  readonly document: JsonObject
}

/** Everything that the documents of one snapshot are rendered from. */
export interface SnapshotState {
  readonly versions: Readonly<Record<string, ListedVersion>>
  /** The readme of the version that `latest` names. */
  readonly readme: string
}

/** A document that clients read, before compression. */
export interface RenderedDocument {
  readonly name: string
  readonly text: string
}

/** What search shows of a package and finds it by, taken from the version that `latest` names. */
export interface Summary {
  readonly description: string
  readonly keywords: readonly string[]
  /** What somebody may be called in `author:`: names and addresses, as the publisher wrote them. */
  readonly authors: readonly string[]
  /** The part of the name that a publisher's packages share, without decoration. */
  readonly scope?: string
  /** Addresses by kind (`homepage`, `repository`, `bugs`), http or https only. */
  readonly links: Readonly<Record<string, string>>
}

/** What a package format brings: pure, shared by edge and validator. Its HTTP half lives in its `routes/`. */
export interface PackageFormat {
  readonly id: FormatId
  /** Accepts a name as packages of this format may have it. @throws Refusal `package_name_invalid` */
  packageName(text: string): PackageName
  /** The version that a text out of a URL stands for; undefined unless it is written in the canonical way. */
  canonicalVersion(text: string): Version | undefined
  /** Accepts a tag, which no client would take for a version. @throws Refusal `tag_invalid` */
  tagName(text: string): string
  /** Names of the documents of a snapshot. */
  readonly documents: readonly string[]
  /** The document that holds the whole state: `restore` undoes `render` for it. */
  readonly masterDocument: string
  /** The name of a claim's file: the one that the claim says, or the only one that the format allows. */
  fileName(ref: ClaimRef): FileName
  /** What the snapshot says about a version once this claim is in it, beside what is `listed`; deterministic. */
  list(record: VersionRecord, accepted: AcceptedManifest, listed?: ListedVersion): ListedVersion
  /** Whether what is listed of a version has this claim in it. */
  lists(ref: ClaimRef, listed: ListedVersion): boolean
  /** What `list` would say of a claim that is listed already and whose record has changed since. */
  relist(record: VersionRecord, listed: ListedVersion): ListedVersion
  /** What is left of a version without this claim; undefined when there is nothing. */
  unlist(ref: ClaimRef, listed: ListedVersion): ListedVersion | undefined
  /** The version that `latest` falls back to when the one that it named is gone; undefined when there is none. */
  fallbackVersion(versions: SnapshotState['versions']): Version | undefined
  /** Renders what clients read. Deterministic: equal input gives equal bytes. O(versions), at write time only. */
  render(
    head: Head,
    state: SnapshotState,
    target: { revision: Revision; publicUrl: string },
  ): readonly RenderedDocument[]
  /** Reads the state back from the master document. */
  restore(master: Json): SnapshotState
  /** The document of a single version, as `GET /<package>/<version>` answers it. */
  versionDocument(ref: VersionRef, listed: ListedVersion, publicUrl: string): JsonObject
  /** What search shows of a version's document; bounded, whatever the publisher wrote. */
  summarise(ref: PackageRef, document: JsonObject): Summary
  /** Orders versions: negative when `a` comes first. */
  compareVersions(a: Version, b: Version): number
}

/** gzip is the base form of stored documents, which every client reads; brotli is for those that say so. */
export const encodings = ['gzip', 'br'] as const
export type Encoding = (typeof encodings)[number]
