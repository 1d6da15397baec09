import { digestHex, hasher } from '../../std/digest.ts'
import { byteText } from '../printable.ts'
import { createByteReader } from './byte-reader.ts'
import { ArchiveStop } from './findings.ts'
import type { ReadAt } from './walk.ts'
import { signature, viewOf } from './zip-bytes.ts'
import type { ZipEnd } from './zip-end.ts'
import { readExtra, resolveZip64 } from './zip-extra.ts'

/** What the central directory says of one entry. */
export interface ZipRecord {
  /** Of the local header, from the beginning of the file. */
  readonly offset: number
  /** What `nameKey` makes of the name. The name itself is in the local header again. */
  readonly nameKey: string
  readonly flags: number
  readonly method: number
  readonly checksum: number
  readonly compressedBytes: number
  readonly sizeBytes: number
  /** As Unix has them, with the kind of file; 0 when the file was made where there are none. */
  readonly mode: number
  /** MS-DOS calls the entry a folder. */
  readonly isDosDirectory: boolean
}

export interface ZipDirectory {
  /** In the order in which the entries lie in the file. */
  readonly records: readonly ZipRecord[]
  /** SHA-256 of the file from the directory to its end, to be compared with what streams by. */
  readonly digest: string
}

const fixedBytes = 46
const pieceBytes = 1024 * 1024
const dosDirectoryBit = 0x10

/**
 * Reads the central directory in pieces of 1 MiB. Holds some 300 bytes an entry, however long its name is.
 * @throws ArchiveStop when it cannot be read as a whole, or what `readAt` throws
 * @see APPNOTE.TXT 4.3.12
 */
export async function readZipDirectory(readAt: ReadAt, sizeBytes: number, end: ZipEnd): Promise<ZipDirectory> {
  const hash = hasher('sha256')
  let offset = end.directoryOffset
  async function piece(until: number): Promise<Uint8Array | undefined> {
    const length = Math.min(pieceBytes, until - offset)
    if (length === 0) return undefined
    const bytes = await readAt(offset, length)
    if (bytes.length < length) throw new Error('the stored file is shorter than its size')
    offset += length
    hash.update(bytes)
    return bytes
  }

  const input = createByteReader(() => piece(end.directoryEnd))
  const exactly = async (length: number) => {
    const bytes = await input.exactly(length)
    if (bytes.length < length) throw invalid('The central directory ends in the middle of a record.')
    return bytes
  }
  const records: ZipRecord[] = []
  while (records.length < end.entries) records.push(await readRecord(exactly))
  if ((await input.some(1)) !== undefined) throw invalid('The central directory has more in it than its entries.')
  while (offset < sizeBytes) await piece(sizeBytes)
  records.sort((a, b) => a.offset - b.offset)
  return { records, digest: hash.hex() }
}

async function readRecord(exactly: (length: number) => Promise<Uint8Array>): Promise<ZipRecord> {
  // A copy: the next read may replace the bytes
  const view = viewOf((await exactly(fixedBytes)).slice())
  if (view.getUint32(0, true) !== signature.central) {
    throw invalid('Something in the central directory is not the record of an entry.')
  }
  if (view.getUint16(34, true) !== 0) throw new ArchiveStop('zip_split', 'The zip file is one part of a set.')
  const nameBytes = view.getUint16(28, true)
  const extraBytes = view.getUint16(30, true)
  const rest = await exactly(nameBytes + extraBytes + view.getUint16(32, true))
  const name = rest.subarray(0, nameBytes)
  const { zip64, unicodeName } = readExtra(rest.subarray(nameBytes, nameBytes + extraBytes))
  if (unicodeName !== undefined && byteText(unicodeName) !== byteText(name)) {
    throw new ArchiveStop('zip_name_conflict', 'An entry has two names in the central directory.')
  }
  const fields = [view.getUint32(24, true), view.getUint32(20, true), view.getUint32(42, true)]
  const [sizeBytes = 0, compressedBytes = 0, offset = 0] = resolveZip64(fields, zip64)
  const attributes = view.getUint32(38, true)
  return {
    offset,
    nameKey: nameKey(name),
    flags: view.getUint16(8, true),
    method: view.getUint16(10, true),
    checksum: view.getUint32(16, true),
    compressedBytes,
    sizeBytes,
    mode: unixMode(attributes),
    isDosDirectory: (attributes & dosDirectoryBit) !== 0,
  }
}

/** Older packers of Maven set all bits where they know none. */
function unixMode(attributes: number): number {
  const mode = attributes >>> 16
  return mode === 0xffff ? 0 : mode
}

/** Equal for equal names only, and short: a zip file can have many names of 64 KiB. No short name looks like a digest. */
export function nameKey(name: Uint8Array): string {
  return name.length < 64 ? byteText(name) : digestHex('sha256', name)
}

const invalid = (message: string) => new ArchiveStop('zip_directory_invalid', message)
