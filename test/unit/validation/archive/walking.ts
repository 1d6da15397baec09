import { gunzipMembers } from '../../../../src/validation/archive/gzip.ts'
import { createTarWalker, uncompressed, walkTarball } from '../../../../src/validation/archive/tarball.ts'
import {
  type ArchiveLayout,
  type ArchiveLimits,
  archiveLimits,
  type ReadAt,
  type WalkArchive,
} from '../../../../src/validation/archive/walk.ts'
import { decompressXz } from '../../../../src/validation/archive/xz.ts'
import { createZipWalker } from '../../../../src/validation/archive/zip.ts'
import { decompressZstd } from '../../../../src/validation/archive/zstd.ts'
import type { ArchiveEntry, Finding } from '../../../../src/validation/check.ts'
import { severityOf } from '../../../../src/validation/policy.ts'
import { concatAll } from '../../../builders/gzip.ts'

export interface Walked {
  readonly complete: boolean
  readonly fileCount: number
  readonly unpackedSizeBytes: number
  readonly findings: readonly Finding[]
  /** Codes of findings that refuse the archive, in order. */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  readonly entries: readonly ArchiveEntry[]
  /** Content of all files that a check gets to see, as Latin-1 text. */
  readonly contents: Readonly<Record<string, string>>
}

export interface WalkSettings {
  readonly limits?: Partial<ArchiveLimits>
  readonly layout?: ArchiveLayout
  /** `walkTarball`, unless given. */
  readonly walker?: WalkArchive
}

/** Walks an archive that is in memory, given in chunks. */
export async function walkChunks(chunks: readonly Uint8Array[], settings: WalkSettings = {}): Promise<Walked> {
  const findings: Finding[] = []
  const entries: ArchiveEntry[] = []
  const contents: Record<string, string> = {}
  const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const limits = { ...archiveLimits, ...settings.limits }
  const { walker = walkTarball, layout = 'top_folder' } = settings
  const summary = await walker(
    streamOf(chunks),
    { sizeBytes, limits, layout, readAt: readAtOf(chunks) },
    {
      report: (finding) => findings.push(finding),
      entry: (entry) => {
        entries.push(entry)
        if (entry.kind === 'directory') return undefined
        let text = ''
        return {
          chunk: (bytes) => {
            text += Buffer.from(bytes).toString('latin1')
          },
          end: () => {
            contents[entry.path] = text
          },
        }
      },
    },
  )
  const codes = (wanted: 'error' | 'warning') =>
    findings.map(({ code }) => code).filter((code) => severityOf(code) === wanted)
  return { ...summary, findings, entries, contents, errors: codes('error'), warnings: codes('warning') }
}

export function walk(archive: Uint8Array, settings: WalkSettings = {}): Promise<Walked> {
  return walkChunks([archive], settings)
}

/** The walkers of the format `generic`, where links may lead to what is in the archive. */
export const zipFile: WalkSettings = { walker: createZipWalker('inside'), layout: 'flat' }
export const plainTar: WalkSettings = { walker: createTarWalker(uncompressed, 'inside'), layout: 'flat' }
export const tarGzip: WalkSettings = { walker: createTarWalker(gunzipMembers, 'inside'), layout: 'flat' }
export const tarZstd: WalkSettings = { walker: createTarWalker(decompressZstd, 'inside'), layout: 'flat' }
export const tarXz: WalkSettings = { walker: createTarWalker(decompressXz, 'inside'), layout: 'flat' }

function readAtOf(chunks: readonly Uint8Array[]): ReadAt {
  let whole: Uint8Array | undefined
  return async (offset, length) => {
    whole ??= concatAll(chunks)
    return whole.subarray(offset, offset + length)
  }
}

/** A stream that gives a chunk when it is asked for one, and not before. */
export function streamOf(chunks: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const queue = chunks[Symbol.iterator]()
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const { value, done } = queue.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
    },
    { highWaterMark: 0 },
  )
}

/** Cuts bytes at the given places, which may repeat and be out of order. */
export function splitAt(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end))
}
