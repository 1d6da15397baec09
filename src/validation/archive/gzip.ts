import { DecodeError } from '../../std/decoding.ts'
import { crc32Of, inflateRaw } from '../../std/inflate.ts'
import type { Finding } from '../check.ts'
import { unpackAllowance, within } from './allowance.ts'
import type { ByteReader } from './byte-reader.ts'
import { ArchiveStop, archiveFinding } from './findings.ts'
import type { Decompress, WalkOptions } from './walk.ts'

const flag = { headerChecksum: 0x02, extra: 0x04, name: 0x08, comment: 0x10, reserved: 0xe0 } as const

/** Of real writers, members are larger on average; the first ones may be as small as the file is. */
const fewMembers = 1000
const memberBytes = 512

/**
 * Decompresses a file that is exactly one gzip member, verifies its checksum and length, and proves that nothing
 * follows it but a few zeros, which are reported. Gives at most 64 KiB at a time, never more in all than the limits allow.
 * @throws ArchiveStop, or what the input throws
 * @see RFC 1952
 */
export const gunzip: Decompress = (input, options, report) => {
  return within(unpackAllowance(options), everyMember(input, options, report, 1))
}

/**
 * The same of a file of several members, which are read as one, as `gzip` and most others do: what was compressed in
 * parallel, in blocks (bgzip), file by file (eStargz), or put together. A reader that stops after the first member
 * finds a tar archive without its end.
 */
export const gunzipMembers: Decompress = (input, options, report) => {
  const mostMembers = fewMembers + Math.floor(options.sizeBytes / memberBytes)
  return within(unpackAllowance(options), everyMember(input, options, report, mostMembers))
}

async function* everyMember(
  input: ByteReader,
  { limits }: WalkOptions,
  report: (finding: Finding) => void,
  mostMembers: number,
): AsyncGenerator<Uint8Array> {
  // Copies: the next read may replace the bytes
  let start = (await input.exactly(2)).slice()
  for (let members = 1; members === 1 || isMagic(start); members += 1) {
    if (members > mostMembers) throw tooManyMembers(mostMembers)
    yield* readMember(input, start, limits.metadataBytes)
    start = (await input.exactly(2)).slice()
  }
  if (start.length === 0) return
  await readZeros(input, start, limits.paddingBytes)
  report(archiveFinding('gzip_trailing_zeros', 'Zeros follow the end of the gzip data.'))
}

async function* readMember(input: ByteReader, start: Uint8Array, metadataBytes: number): AsyncGenerator<Uint8Array> {
  await readHeader(input, start, metadataBytes)
  const inflated = inflateRaw(() => input.chunk())
  let checksum = 0
  let sizeBytes = 0
  try {
    for await (const chunk of inflated.output) {
      checksum = crc32Of(chunk, checksum)
      sizeBytes += chunk.length
      yield chunk
    }
  } catch (error) {
    throw describe(error)
  }
  input.unread(inflated.rest())
  await readTrailer(input, checksum, sizeBytes)
}

function isMagic([id1, id2]: Uint8Array): boolean {
  return id1 === 0x1f && id2 === 0x8b
}

async function readHeader(input: ByteReader, start: Uint8Array, metadataBytes: number): Promise<void> {
  if (start.length < 2) throw truncated()
  if (!isMagic(start)) throw new ArchiveStop('gzip_header_invalid', 'The file is not gzip.')
  let checksum = crc32Of(start, 0)
  const read = async (length: number) => {
    const bytes = await readAll(input, length)
    checksum = crc32Of(bytes, checksum)
    return bytes
  }
  const [method, flags = 0] = await read(8)
  if (method !== 8) throw new ArchiveStop('gzip_header_invalid', 'The gzip file is not compressed with deflate.')
  if (flags & flag.reserved) throw new ArchiveStop('gzip_header_invalid', 'The gzip header has reserved flags.')
  if (flags & flag.extra) {
    const length = littleEndian(await read(2))
    if (length > metadataBytes) throw tooLarge('extra field')
    await read(length)
  }
  if (flags & flag.name) await skipText(read, metadataBytes, 'file name')
  if (flags & flag.comment) await skipText(read, metadataBytes, 'comment')
  if (flags & flag.headerChecksum) {
    const expected = checksum & 0xffff
    if (littleEndian(await readAll(input, 2)) !== expected) {
      throw new ArchiveStop('gzip_checksum_mismatch', 'The checksum of the gzip header does not match.')
    }
  }
}

/** Readers do not use these texts, so neither do we. */
async function skipText(read: (length: number) => Promise<Uint8Array>, most: number, what: string): Promise<void> {
  for (let length = 0; length <= most; length++) {
    const [byte] = await read(1)
    if (byte === 0) return
  }
  throw tooLarge(what)
}

async function readTrailer(input: ByteReader, checksum: number, sizeBytes: number): Promise<void> {
  const trailer = await readAll(input, 8)
  if (littleEndian(trailer.subarray(0, 4)) !== checksum) {
    throw new ArchiveStop('gzip_checksum_mismatch', 'The gzip checksum does not match the unpacked bytes.')
  }
  if (littleEndian(trailer.subarray(4)) !== sizeBytes % 2 ** 32) {
    throw new ArchiveStop('gzip_size_mismatch', 'The length in the gzip trailer does not match the unpacked bytes.')
  }
}

/** Reads to the end. @param start what was read already @throws ArchiveStop when there is anything but a few zeros */
async function readZeros(input: ByteReader, start: Uint8Array, most: number): Promise<void> {
  let left = most
  let isZero = start.every((byte) => byte === 0)
  while (isZero && left >= 0) {
    const bytes = await input.some(65_536)
    if (bytes === undefined) return
    isZero = bytes.every((byte) => byte === 0)
    left -= bytes.length
  }
  throw new ArchiveStop('gzip_trailing_data', 'There are bytes after the end of the gzip data.')
}

async function readAll(input: ByteReader, length: number): Promise<Uint8Array> {
  const bytes = await input.exactly(length)
  if (bytes.length < length) throw truncated()
  return bytes
}

function tooManyMembers(most: number): ArchiveStop {
  const message =
    most === 1 ? 'A second gzip member follows the first.' : `The file has more than ${most} gzip members.`
  return new ArchiveStop('gzip_several_members', message)
}

function describe(error: unknown): unknown {
  if (!(error instanceof DecodeError)) return error
  if (error.kind === 'truncated') return truncated()
  return new ArchiveStop('gzip_data_invalid', 'The compressed data is damaged.')
}

const truncated = () => new ArchiveStop('gzip_truncated', 'The gzip file ends before its compressed data does.')
const tooLarge = (what: string) =>
  new ArchiveStop('archive_metadata_too_large', `The ${what} in the gzip header is too large.`)

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0)
}
