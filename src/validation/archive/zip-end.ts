import { ArchiveStop } from './findings.ts'
import type { ReadAt } from './walk.ts'
import { elsewhere16, elsewhere32, signature, uint64, viewOf } from './zip-bytes.ts'

/** Where the central directory lies, as the records at the end of a zip file agree. */
export interface ZipEnd {
  readonly entries: number
  readonly directoryOffset: number
  /** Where the directory ends and the end records begin. */
  readonly directoryEnd: number
}

const endBytes = 22
const locatorBytes = 20
const end64Bytes = 56
const longestComment = 0xffff
/** Both records of zip64 stand directly before the end record, or are not there. */
const recordsBytes = end64Bytes + locatorBytes + endBytes

interface Fields {
  readonly entries: number
  readonly directoryBytes: number
  readonly directoryOffset: number
}

/**
 * Finds the one end of a zip file. Readers look for it backwards, and differ when there are several or when something
 * follows. Holds 64 KiB.
 * @throws ArchiveStop when it is not the same for all, or what `readAt` throws
 * @see APPNOTE.TXT 4.3.14 to 4.3.16
 */
export async function findZipEnd(readAt: ReadAt, sizeBytes: number): Promise<ZipEnd> {
  if (sizeBytes < endBytes) throw noEnd()
  const tailBytes = Math.min(sizeBytes, recordsBytes + longestComment)
  const tailOffset = sizeBytes - tailBytes
  const tail = viewOf(await readAt(tailOffset, tailBytes))
  const at = theOnlyEnd(tail)
  const fields = readEnd(tail, at)
  const locatorAt = at - locatorBytes
  const isZip64 = locatorAt >= 0 && tail.getUint32(locatorAt, true) === signature.locator64
  if (!isZip64 && pointsElsewhere(fields))
    throw zip64Invalid('The end record points to a zip64 record that is missing.')
  const trueFields = isZip64 ? readEnd64(tail, locatorAt, tailOffset, fields) : fields
  const directoryEnd = tailOffset + (isZip64 ? locatorAt - end64Bytes : at)
  const { entries, directoryOffset, directoryBytes } = trueFields
  if (directoryOffset + directoryBytes !== directoryEnd) {
    const message = 'The central directory does not end where the records at the end of the zip file begin.'
    throw new ArchiveStop('zip_directory_invalid', message)
  }
  return { entries, directoryOffset, directoryEnd }
}

function theOnlyEnd(tail: DataView): number {
  const found: number[] = []
  for (let at = tail.byteLength - endBytes; at >= 0; at--) {
    if (tail.getUint32(at, true) === signature.end) found.push(at)
  }
  const [last, ...others] = found
  if (last === undefined) throw noEnd()
  // Those of a zip file that is an entry of this one end before it, and no reader takes them for the end
  if (others.some((at) => reachesEnd(tail, at))) {
    throw new ArchiveStop('zip_several_ends', 'The zip file has an end record in the comment of another.')
  }
  if (!reachesEnd(tail, last)) {
    const isCut = last + endBytes + tail.getUint16(last + 20, true) > tail.byteLength
    if (isCut) throw new ArchiveStop('zip_end_missing', 'The zip file ends in the middle of its comment.')
    throw new ArchiveStop('zip_trailing_data', 'There are bytes after the end of the zip file.')
  }
  return last
}

function reachesEnd(tail: DataView, at: number): boolean {
  return at + endBytes + tail.getUint16(at + 20, true) === tail.byteLength
}

function readEnd(tail: DataView, at: number): Fields {
  const disks = [tail.getUint16(at + 4, true), tail.getUint16(at + 6, true)]
  const entries = tail.getUint16(at + 10, true)
  const isSplit = disks.some((disk) => disk !== 0 && disk !== elsewhere16)
  if (isSplit || tail.getUint16(at + 8, true) !== entries) throw split()
  return {
    entries,
    directoryBytes: tail.getUint32(at + 12, true),
    directoryOffset: tail.getUint32(at + 16, true),
  }
}

function pointsElsewhere({ entries, directoryBytes, directoryOffset }: Fields): boolean {
  return entries === elsewhere16 || directoryBytes === elsewhere32 || directoryOffset === elsewhere32
}

/** Some readers use these fields whenever they are there, others only where the older ones say so: they must agree. */
function readEnd64(tail: DataView, locatorAt: number, tailOffset: number, end: Fields): Fields {
  const at = locatorAt - end64Bytes
  const isThere = at >= 0 && tail.getUint32(at, true) === signature.end64
  if (!isThere || uint64(tail, locatorAt + 8) !== tailOffset + at || uint64(tail, at + 4) !== end64Bytes - 12) {
    throw zip64Invalid('The zip64 end record is not where, or not what, its locator says.')
  }
  const disks = [tail.getUint32(locatorAt + 4, true), tail.getUint32(at + 16, true), tail.getUint32(at + 20, true)]
  const entries = uint64(tail, at + 32)
  const isSplit = disks.some((disk) => disk !== 0) || tail.getUint32(locatorAt + 16, true) > 1
  if (isSplit || uint64(tail, at + 24) !== entries) throw split()
  const fields = { entries, directoryBytes: uint64(tail, at + 40), directoryOffset: uint64(tail, at + 48) }
  const agree =
    (end.entries === elsewhere16 || end.entries === fields.entries) &&
    (end.directoryBytes === elsewhere32 || end.directoryBytes === fields.directoryBytes) &&
    (end.directoryOffset === elsewhere32 || end.directoryOffset === fields.directoryOffset)
  if (!agree) throw zip64Invalid('The end record and the zip64 end record say different things.')
  return fields
}

const noEnd = () => new ArchiveStop('zip_end_missing', 'The zip file has no end record.')
const zip64Invalid = (message: string) => new ArchiveStop('zip_zip64_invalid', message)
const split = () => new ArchiveStop('zip_split', 'The zip file is one part of a set.')
