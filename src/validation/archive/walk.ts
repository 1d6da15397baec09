import type { ArchiveEntry, ContentReader, Finding } from '../check.ts'
import type { ByteReader } from './byte-reader.ts'

/** What an archive may cost. Typed, always passed, without defaults. */
export interface ArchiveLimits {
  /** Files and folders, those included that are only implied by the path of a file. */
  readonly entries: number
  /** Content of all files and all headers. */
  readonly unpackedBytes: number
  /** How many times its own size an archive may unpack to, once it unpacks to more than `ratioFromBytes`. */
  readonly ratio: number
  readonly ratioFromBytes: number
  /** One extended header (pax records, a GNU long name), or the optional fields of the gzip header. */
  readonly metadataBytes: number
  readonly pathBytes: number
  readonly segmentBytes: number
  /** Segments of a path. */
  readonly depth: number
  /** Zeros after the end marker. */
  readonly paddingBytes: number
}

/** For real packages: the largest on npm unpack to a few hundred MB and tens of thousands of files. */
export const archiveLimits: ArchiveLimits = {
  entries: 100_000,
  unpackedBytes: 2 * 1024 ** 3,
  ratio: 200,
  ratioFromBytes: 10_000_000,
  metadataBytes: 256 * 1024,
  pathBytes: 1024,
  segmentBytes: 255,
  depth: 64,
  paddingBytes: 1024 ** 2,
}

/**
 * `top_folder`: everything lies under one folder, whose name installers drop (npm tarballs, sdists).
 * `flat`: paths are used as they are (wheels).
 */
export type ArchiveLayout = 'top_folder' | 'flat'

/** Reads a part of the file, one byte at least, where it is stored; gives fewer only when the file ends before. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>

export interface WalkOptions {
  /** Length of the source, for the ratio. */
  readonly sizeBytes: number
  readonly layout: ArchiveLayout
  readonly limits: ArchiveLimits
  /** A second way to the bytes of the source: for zip, whose table of contents is at the end. */
  readonly readAt?: ReadAt | undefined
}

/** Is told everything as it streams by. What it throws ends the walk and reaches the caller. */
export interface ArchiveVisitor {
  /** A file or folder whose name and place are sound. Its content is read to the end either way. */
  entry(entry: ArchiveEntry): ContentReader | undefined
  report(finding: Finding): void
}

export interface ArchiveSummary {
  /** The archive was read to its end. If not, a finding says why, and what follows is unknown. */
  readonly complete: boolean
  readonly fileCount: number
  /** Content of all files. */
  readonly unpackedSizeBytes: number
}

/**
 * Walks one kind of archive. Anomalies are findings; it throws only what the source or the visitor throws. The
 * source is always read to its end or cancelled.
 */
export type WalkArchive = (
  source: ReadableStream<Uint8Array>,
  options: WalkOptions,
  visitor: ArchiveVisitor,
) => Promise<ArchiveSummary>

/**
 * Unpacks what a tar archive is compressed with, and never gives more than the limits of `options` allow.
 * @throws ArchiveStop, or what the input throws
 */
export type Decompress = (
  input: ByteReader,
  options: WalkOptions,
  report: (finding: Finding) => void,
) => AsyncIterable<Uint8Array>

/**
 * The path as installers see it: without its first segment, whatever that is called. Empty for the top folder itself.
 */
export function withoutTopFolder(path: string): string {
  const slash = path.indexOf('/')
  return slash === -1 ? '' : path.slice(slash + 1)
}
