import type { ArchiveEntry, ContentReader } from '../check.ts'
import { printable } from '../printable.ts'
import { unpackAllowance } from './allowance.ts'
import { createByteReader } from './byte-reader.ts'
import { createEntryInspector, type EntryInspector, walkToEnd } from './entries.ts'
import { ArchiveStop, archiveFinding } from './findings.ts'
import type { LinkRule } from './links.ts'
import type { ArchiveLimits, ArchiveVisitor, WalkArchive, WalkOptions } from './walk.ts'
import { createZipInput, readZipContent, skipZipContent, type ZipInput } from './zip-content.ts'
import { readZipDirectory, type ZipRecord } from './zip-directory.ts'
import { findZipEnd, type ZipEnd } from './zip-end.ts'
import { readDescriptor, readZipEntry, type ZipEntry } from './zip-local.ts'

interface ZipWalk {
  readonly input: ZipInput
  readonly options: WalkOptions
  readonly inspector: EntryInspector
  readonly visitor: ArchiveVisitor
}

/**
 * Walks a zip file. Reads its central directory first, where the file is stored, and then the file from its first byte
 * to its last, and proves that the two tell the same and that nothing else is in it: a reader that goes by the
 * directory and one that streams unpack the same files. Holds some 300 bytes an entry, the names of `entries` files
 * and folders, one chunk of the source and two of 64 KiB of what it unpacks to. A bomb is stopped before it is unpacked.
 * What is a zip file inside of the zip file is a file like any other.
 * @throws what the source, `readAt` or the visitor throws
 */
export function createZipWalker(links: LinkRule): WalkArchive {
  return async (source, options, visitor) => {
    const reader = source.getReader()
    const input = createZipInput(createByteReader(async () => (await reader.read()).value))
    const inspector = createEntryInspector(options, visitor.report, links)
    try {
      return await walkToEnd(inspector, visitor.report, () => walkZip({ input, options, inspector, visitor }))
    } finally {
      await reader.cancel()
    }
  }
}

async function walkZip(walk: ZipWalk): Promise<void> {
  const { input, options } = walk
  const { readAt, sizeBytes, limits } = options
  if (readAt === undefined) throw new Error('a zip file cannot be judged without readAt')
  const end = await findZipEnd(readAt, sizeBytes)
  if (end.entries > limits.entries) {
    throw new ArchiveStop('archive_too_many_entries', `The archive has more than ${limits.entries} files and folders.`)
  }
  const { records, digest } = await readZipDirectory(readAt, sizeBytes, end)
  refuseBomb(records, options)
  refuseOverlap(records, end)
  for (const [index, record] of records.entries()) {
    refuseGap(input.position(), record.offset)
    await readEntry(walk, record, records[index + 1]?.offset ?? end.directoryOffset)
  }
  refuseGap(input.position(), end.directoryOffset)
  // Two reads of one immutable object: another answer is a fault of the storage
  if ((await input.digestOfRest()) !== digest) throw new Error('the stored file changed while it was read')
}

/** All sizes are known before the first byte is unpacked, and no content may turn out larger. */
function refuseBomb(records: readonly ZipRecord[], options: WalkOptions): void {
  const allowance = unpackAllowance(options)
  const total = records.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (total > allowance.bytes) throw new ArchiveStop(allowance.code, allowance.message)
}

/** A small file can hold a huge one many times over when its entries share their bytes. */
function refuseOverlap(records: readonly ZipRecord[], { directoryOffset }: ZipEnd): void {
  for (const [index, { offset, compressedBytes }] of records.entries()) {
    if (offset + compressedBytes >= (records[index + 1]?.offset ?? directoryOffset)) throw overlap()
  }
}

/** What the directory does not name would be seen by readers that stream, and by nobody else. */
function refuseGap(position: number, expected: number): void {
  if (position > expected) throw overlap()
  if (position === expected) return
  if (position === 0)
    throw new ArchiveStop('zip_leading_data', 'There are bytes before the first entry of the zip file.')
  throw new ArchiveStop('zip_hidden_data', 'There are bytes in the zip file that belong to none of its entries.')
}

const overlap = () => new ArchiveStop('zip_entries_overlap', 'Two entries of the zip file share the same bytes.')

const placedAs = { file: 'file', directory: 'directory', symlink: 'link', other: 'file' } as const

/** @param end where the next entry, or the directory, begins */
async function readEntry(walk: ZipWalk, record: ZipRecord, end: number): Promise<void> {
  const { input, inspector, visitor } = walk
  const entry = await readZipEntry(input.exactly, record, visitor.report)
  const { path, kind, isSound } = entry
  const { sizeBytes } = record
  const mode = record.mode & 0o7777
  const placed = inspector.inspect(path, { kind: placedAs[kind], sizeBytes, mode })
  if (placed?.isSecond) {
    visitor.report(archiveFinding('archive_duplicate_path', `"${printable(path, 150)}" occurs twice.`, path))
  }
  const shown = isSound && placed?.isSecond === false ? placed : undefined
  const reader = shown && readerOf({ path: shown.path, kind, sizeBytes, mode }, walk)
  if (isSound) await readZipContent(input, path, record, reader)
  else await skipZipContent(input, record)
  await reader?.end?.()
  await readDescriptor(input.exactly, entry, record, end - input.position())
}

type Placed = Omit<ArchiveEntry, 'kind'> & { readonly kind: ZipEntry['kind'] }

function readerOf({ kind, ...entry }: Placed, { inspector, options, visitor }: ZipWalk): ContentReader | undefined {
  if (kind === 'other') return undefined
  return kind === 'symlink' ? linkReader(entry.path, inspector, options.limits) : visitor.entry({ ...entry, kind })
}

/** The content of a symbolic link is its target: of more than can be a path, one byte too many is kept. */
function linkReader(path: string, inspector: EntryInspector, { pathBytes }: ArchiveLimits): ContentReader {
  const target = new Uint8Array(pathBytes + 1)
  let length = 0
  return {
    chunk: (bytes) => {
      const kept = bytes.subarray(0, target.length - length)
      target.set(kept, length)
      length += kept.length
    },
    end: () => inspector.link(path, { kind: 'symbolic', target: target.subarray(0, length) }),
  }
}
