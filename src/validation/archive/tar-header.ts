import { byteText } from '../printable.ts'
import { ArchiveStop } from './findings.ts'

export const blockBytes = 512

/** One header block of a tar archive, as it stands there: extended headers may override name and size. */
export interface TarHeader {
  /** Name, with the prefix that POSIX headers can have. Not yet known to be UTF-8. */
  readonly name: Uint8Array
  /** One character; NUL is given as `0`, which means the same. */
  readonly type: string
  /** Undefined when the field is blank, which some writers leave for what has no content. */
  readonly sizeBytes: number | undefined
  /** Permission bits; undefined when the field cannot be read. */
  readonly mode: number | undefined
  readonly linkName: Uint8Array
  readonly problems: readonly HeaderProblem[]
}

export interface HeaderProblem {
  readonly code: 'tar_header_unknown' | 'tar_checksum_signed' | 'tar_number_invalid' | 'tar_field_ambiguous'
  /** To be said of the entry: `has …`. */
  readonly problem: string
  /** Does not matter when an extended header gives the name. */
  readonly onlyName?: true
}

/**
 * Reads a header block that is not all zeros. Readers of npm packages differ in what they accept here: node-tar takes
 * the leading digits of a number and skips what fails, pnpm knows octal sizes only and uses the prefix of GNU headers,
 * libarchive knows almost everything. What is not plain is a problem.
 * @throws ArchiveStop when the checksum fails or the size cannot be read: what follows could be anything
 * @see POSIX.1-2024, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"
 */
export function readTarHeader(block: Uint8Array): TarHeader {
  const problems: HeaderProblem[] = []
  verifyChecksum(block, problems)
  const type = String.fromCharCode(block[156] || 0x30)
  const prefix = readPrefix(block, problems)
  const name = readText(block, 0, 100, 'name', problems)
  return {
    name: prefix.length === 0 ? name : joined(prefix, name),
    type,
    sizeBytes: readSize(block, problems),
    mode: readMode(block, problems),
    linkName: readText(block, 157, 100, 'link target', problems),
    problems,
  }
}

export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0)
}

function verifyChecksum(block: Uint8Array, problems: HeaderProblem[]): void {
  const text = byteText(block.subarray(148, 156))
  // A terminator is required: node-tar reads on into the next field without one
  const digits = /^ *([0-7]+)[ \0]/.exec(text)?.[1]
  if (digits === undefined) {
    throw new ArchiveStop('tar_checksum_mismatch', 'A tar header has no checksum: this is not, or no longer, tar.')
  }
  const expected = Number.parseInt(digits, 8)
  let unsigned = 0
  let signed = 0
  for (let index = 0; index < blockBytes; index++) {
    const byte = index >= 148 && index < 156 ? 0x20 : (block[index] ?? 0)
    unsigned += byte
    signed += byte < 0x80 ? byte : byte - 0x100
  }
  if (expected === unsigned) return
  if (expected !== signed) {
    throw new ArchiveStop('tar_checksum_mismatch', 'The checksum of a tar header does not match.')
  }
  problems.push({ code: 'tar_checksum_signed', problem: 'has a checksum that sums signed bytes' })
}

const octal = /^ *([0-7]+)[ \0]*$/
const blank = /^[ \0]*$/

function readSize(block: Uint8Array, problems: HeaderProblem[]): number | undefined {
  const field = block.subarray(124, 136)
  if (field[0] === 0x80) return readBase256(field, problems)
  const text = byteText(field)
  if (blank.test(text)) return undefined
  const digits = octal.exec(text)?.[1]
  if (digits === undefined) throw new ArchiveStop('tar_number_invalid', 'The size in a tar header cannot be read.')
  return Number.parseInt(digits, 8)
}

/** GNU's form for sizes that octal digits cannot hold: eleven bytes, big-endian. */
function readBase256(field: Uint8Array, problems: HeaderProblem[]): number {
  const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
  if (!Number.isSafeInteger(value)) {
    throw new ArchiveStop('tar_number_invalid', 'The size in a tar header is impossible.')
  }
  if (value < 8 ** 11) {
    // pnpm reads another number
    const problem = 'has a size in the binary form although it fits into digits'
    problems.push({ code: 'tar_number_invalid', problem })
  }
  return value
}

function readMode(block: Uint8Array, problems: HeaderProblem[]): number | undefined {
  const text = byteText(block.subarray(100, 108))
  if (blank.test(text)) return 0
  const digits = octal.exec(text)?.[1]
  if (digits === undefined) {
    problems.push({ code: 'tar_number_invalid', problem: 'has a mode that cannot be read' })
    return undefined
  }
  // Some writers include the file type
  return Number.parseInt(digits, 8) & 0o7777
}

function readText(
  block: Uint8Array,
  start: number,
  length: number,
  what: 'name' | 'link target',
  problems: HeaderProblem[],
): Uint8Array {
  const field = block.subarray(start, start + length)
  const text = untilNul(field)
  if (field.subarray(text.length).some((byte) => byte !== 0)) {
    const problem = `has a ${what} that goes on after its end`
    problems.push({ code: 'tar_field_ambiguous', problem, ...(what === 'name' ? { onlyName: true } : {}) })
  }
  return text
}

/** Where POSIX headers have the front part of a long name, GNU headers have times, and old ones nothing. */
function readPrefix(block: Uint8Array, problems: HeaderProblem[]): Uint8Array {
  const field = block.subarray(345, 500)
  const magic = byteText(block.subarray(257, 265))
  const isPosix = magic.startsWith('ustar\0')
  if (!isPosix && magic !== 'ustar  \0') {
    problems.push({ code: 'tar_header_unknown', problem: 'has a header that is neither POSIX nor GNU' })
  }
  const prefix = untilNul(field)
  // node-tar writes times into the end of the field, as star did
  const isClean = field.subarray(prefix.length).every((byte, index) => {
    const isTime = index + prefix.length >= 131 && (byte === 0x20 || (byte >= 0x30 && byte <= 0x37))
    return byte === 0 || isTime
  })
  const isUsed = prefix.length > 0
  if (!isClean || (isUsed && magic !== 'ustar\x0000')) {
    const problem = 'has a prefix of the name that only some readers use'
    problems.push({ code: 'tar_field_ambiguous', problem, onlyName: true })
  }
  return isPosix ? prefix : new Uint8Array(0)
}

function untilNul(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0)
  return end === -1 ? field : field.subarray(0, end)
}

function joined(prefix: Uint8Array, name: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(prefix.length + 1 + name.length)
  bytes.set(prefix)
  bytes[prefix.length] = 0x2f
  bytes.set(name, prefix.length + 1)
  return bytes
}
