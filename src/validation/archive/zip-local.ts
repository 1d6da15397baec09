import type { Finding } from '../check.ts'
import { severityOf } from '../policy.ts'
import { byteText, decodeUtf8, escapeBytes, printable } from '../printable.ts'
import type { ArchiveCode } from './codes.ts'
import { ArchiveStop, archiveFinding } from './findings.ts'
import { signature, viewOf } from './zip-bytes.ts'
import { method } from './zip-content.ts'
import { nameKey, type ZipRecord } from './zip-directory.ts'
import { readExtra, resolveZip64 } from './zip-extra.ts'

/** An entry as its two headers together describe it. */
export interface ZipEntry {
  /** Without a `/` at its end. For a message only when the entry is not `sound`. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'symlink' | 'other'
  /** Every reader finds this entry, and can read it. */
  readonly isSound: boolean
  /** Numbers of the data descriptor behind the content, 0 for none. */
  readonly descriptorBytes: 0 | 16 | 24
}

const flag = { encrypted: 0x2041, descriptor: 0x0008, utf8: 0x0800, compressionLevel: 0x0006 } as const
const knownFlags = flag.encrypted | flag.descriptor | flag.utf8 | flag.compressionLevel
const localBytes = 30
const largest32 = 0xffffffff

type Note = (code: ArchiveCode, problem: string) => void

/**
 * Reads the local header of an entry and compares it with what the central directory says: some readers use the one,
 * some the other. Reports where they would differ.
 * @param exactly gives the next bytes of the file
 * @throws ArchiveStop when it cannot be known where the content begins
 * @see APPNOTE.TXT 4.3.7
 */
export async function readZipEntry(
  exactly: (length: number) => Promise<Uint8Array>,
  record: ZipRecord,
  report: (finding: Finding) => void,
): Promise<ZipEntry> {
  const header = viewOf((await exactly(localBytes)).slice())
  if (header.getUint32(0, true) !== signature.local) {
    throw new ArchiveStop('zip_header_invalid', 'There is no entry where the central directory says that one is.')
  }
  const nameBytes = header.getUint16(26, true)
  const rest = await exactly(nameBytes + header.getUint16(28, true))
  const rawName = rest.subarray(0, nameBytes)
  const { zip64, unicodeName } = readExtra(rest.subarray(nameBytes))

  const name = decodeUtf8(rawName)
  const shownName = name ?? escapeBytes(rawName)
  const path = shownName.endsWith('/') ? shownName.slice(0, -1) || '/' : shownName
  let isSound = true
  const note: Note = (code, problem) => {
    if (severityOf(code) === 'error') isSound = false
    report(archiveFinding(code, `"${printable(path, 150)}" ${problem}.`, path))
  }
  noteName(rawName, name, unicodeName, record, note)
  noteFlags(header, record, note)
  noteSizes(header, zip64, record, note)
  const kind = kindOf(shownName, record, note)
  const hasDescriptor = (record.flags & flag.descriptor) !== 0
  const isLarge = zip64 !== undefined || Math.max(record.sizeBytes, record.compressedBytes) > largest32
  return { path, kind, isSound, descriptorBytes: hasDescriptor ? (isLarge ? 24 : 16) : 0 }
}

function noteName(
  rawName: Uint8Array,
  name: string | undefined,
  unicodeName: Uint8Array | undefined,
  { nameKey: key, flags }: ZipRecord,
  note: Note,
): void {
  // Info-ZIP repeats the name in an extra field instead of setting the flag
  const isMarked = (flags & flag.utf8) !== 0 || unicodeName !== undefined
  if (name === undefined) note('archive_invalid_utf8', 'is not UTF-8')
  else if (!isMarked && !/^[\0-\x7f]*$/.test(name)) {
    note('zip_name_encoding', 'has letters outside of ASCII and does not say that they are UTF-8')
  }
  const isSecondName = unicodeName !== undefined && byteText(unicodeName) !== byteText(rawName)
  if (nameKey(rawName) !== key || isSecondName) note('zip_name_conflict', 'has another name in another of its headers')
}

function noteFlags(header: DataView, { flags, method: compression }: ZipRecord, note: Note): void {
  if (flags & flag.encrypted) note('zip_encrypted', 'is encrypted')
  else if (flags & ~knownFlags) note('zip_flag_unknown', 'has flags that few readers know')
  const difference = (header.getUint16(6, true) ^ flags) & ~flag.compressionLevel
  if (difference !== 0 || header.getUint16(8, true) !== compression) {
    note('zip_header_conflict', 'has another method or other flags in its local header')
  }
  if (compression !== method.stored && compression !== method.deflated) {
    note('zip_method_unknown', `is compressed with method ${compression}, which few readers know`)
  }
}

/** Where a data descriptor follows, zeros stand for what the writer did not know yet. */
function noteSizes(header: DataView, zip64: Uint8Array | undefined, record: ZipRecord, note: Note): void {
  const [sizeBytes, compressedBytes] = resolveZip64([header.getUint32(22, true), header.getUint32(18, true)], zip64)
  const isUnknown = (value: number | undefined) => value === 0 && (record.flags & flag.descriptor) !== 0
  const agrees = (local: number | undefined, central: number) => local === central || isUnknown(local)
  const areSame =
    agrees(sizeBytes, record.sizeBytes) &&
    agrees(compressedBytes, record.compressedBytes) &&
    agrees(header.getUint32(14, true), record.checksum)
  if (!areSame) note('zip_size_conflict', 'has other sizes or another checksum in its local header')
}

const kindBits = 0o170000
const kinds: ReadonlyMap<number, ZipEntry['kind']> = new Map([
  [0, 'file'],
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
])

function kindOf(name: string, { mode, isDosDirectory, sizeBytes }: ZipRecord, note: Note): ZipEntry['kind'] {
  const byName = name.endsWith('/') ? 'directory' : 'file'
  const kind = kinds.get(mode & kindBits)
  if (kind === undefined) {
    const isPipe = (mode & kindBits) === 0o010000
    note(isPipe ? 'archive_fifo' : 'archive_device', isPipe ? 'is a named pipe' : 'is a device')
    return 'other'
  }
  const isStated = (mode & kindBits) !== 0
  const isSame = kind === byName || (kind === 'symlink' && byName === 'file')
  if ((isStated && !isSame) || (isDosDirectory && byName === 'file')) {
    note('zip_kind_conflict', 'is a file by its name and something else by its attributes, or the other way round')
  }
  if (byName === 'directory' && sizeBytes > 0) note('zip_kind_conflict', 'is a folder and has content')
  return kind === 'symlink' ? kind : byName
}

/**
 * Reads the numbers that a writer puts behind the content when it did not know them before.
 * @param room bytes up to what follows: beyond 4 GiB, some writers (yazl) need eight bytes for a number that others write
 * in four, and only the place tells which
 * @throws ArchiveStop when they are not there, or other than what the central directory says
 * @see APPNOTE.TXT 4.3.9
 */
export async function readDescriptor(
  exactly: (length: number) => Promise<Uint8Array>,
  { path, descriptorBytes }: ZipEntry,
  { checksum, compressedBytes, sizeBytes, offset }: ZipRecord,
  room: number,
): Promise<void> {
  if (descriptorBytes === 0) return
  const length = offset > largest32 && room === 24 ? room : descriptorBytes
  const view = viewOf(await exactly(length))
  const sizes =
    length === 16
      ? [view.getUint32(8, true), view.getUint32(12, true)]
      : [Number(view.getBigUint64(8, true)), Number(view.getBigUint64(16, true))]
  const isMarked = view.getUint32(0, true) === signature.descriptor && view.getUint32(4, true) === checksum
  if (isMarked && sizes[0] === compressedBytes && sizes[1] === sizeBytes) return
  const message = `"${printable(path, 150)}" is not followed by the numbers that belong there.`
  throw new ArchiveStop('zip_descriptor_invalid', message, path)
}
