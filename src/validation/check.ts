import type { FileRef, FormatId, Username, Version } from '../model/ids.ts'
import type { StoredFile } from '../model/records.ts'
import type { JsonObject } from '../std/json.ts'

/** What a policy makes of a code: `error` refuses the version, `warning` and `info` are only reported. */
export const severities = ['error', 'warning', 'info'] as const
export type Severity = (typeof severities)[number]

/** One thing a check found. `code` is stable and public: it stands in reports, docs, policies and tests. */
export interface Finding {
  readonly code: string
  /** The place inside the archive (or inside the manifest), made printable. */
  readonly path?: string
  /** What is wrong, in one line. */
  readonly message: string
  /** What to do about it, in one line. */
  readonly hint: string
}

/** How the docs page explains a code. */
export interface CodeDoc {
  readonly title: string
  readonly why: string
}

/** One member of an archive, as its header says, before its content streams by. */
export interface ArchiveEntry {
  /** The path as it stands in the archive, decoded as UTF-8. */
  readonly path: string
  readonly kind: 'file' | 'directory'
  readonly sizeBytes: number
  /** Permission bits. */
  readonly mode: number
}

/** Gets the content of one entry, in order, as it streams by. Must not keep the chunks themselves. */
export interface ContentReader {
  chunk(bytes: Uint8Array): void
  /** The entry is complete. Awaited before the next entry. */
  end?(): void | Promise<void>
}

/** One check at work on one file. All checks of a file share a single pass over its bytes. */
export interface CheckPass {
  /** Called once per entry, in the archive's order. Returns a reader to be given the entry's content. */
  entry?(entry: ArchiveEntry): ContentReader | undefined
  /** The archive is complete. Not called when the archive was unreadable. */
  end?(): void | Promise<void>
}

/** What the checks of one file learn for whoever publishes it. */
export interface Facts {
  fileCount: number
  unpackedSizeBytes: number
  /** The manifest to list: set by the format's own manifest check. */
  manifest?: JsonObject
  readme?: string
  /** Of the whole file, in hex, once it has been read; undefined where they were computed when it arrived. */
  digests?: Pick<StoredFile, 'sha1' | 'sha256' | 'sha512'>
  /** What its code was seen to use, sorted; the next version is compared with it. */
  capabilities?: readonly string[]
  /** Digest of the package's own script that allowed it. */
  checkScript?: string
}

/** The accepted version before this one. */
export interface PreviousVersion {
  readonly version: Version
  readonly publisher: Username
  readonly manifest: JsonObject
  readonly unpackedSizeBytes: number
  /** Undefined when it was accepted before anybody looked. */
  readonly capabilities?: readonly string[] | undefined
}

export interface CheckContext {
  readonly file: FileRef
  /**
   * The manifest as the publisher sent it, beside the bytes. Untrusted. Undefined where the file is only tried, and
   * nobody sent one: then there is nothing that it could differ from.
   */
  readonly published?: JsonObject | undefined
  readonly facts: Facts
  readonly publisher?: Username | undefined
  /** Undefined for a first version, and for all until the archive has been read. */
  readonly previous?: PreviousVersion | undefined
  report(finding: Finding): void
}

/**
 * One rule, one file. A check yields findings, never throws for bad input, does no I/O, and holds no more than it
 * says it does. A check that throws all the same fails the version with its `id`.
 */
export interface Check {
  readonly id: string
  readonly formats: readonly FormatId[] | 'all'
  /** Every code that it can report. */
  readonly codes: Readonly<Record<string, CodeDoc>>
  begin(context: CheckContext): CheckPass
}
