import { DecodeError } from '../../std/decoding.ts'
import { hasher } from '../../std/digest.ts'
import { crc32Of, inflateRaw } from '../../std/inflate.ts'
import type { ContentReader } from '../check.ts'
import { printable } from '../printable.ts'
import type { ByteReader } from './byte-reader.ts'
import { ArchiveStop } from './findings.ts'
import type { ZipRecord } from './zip-directory.ts'

/** A zip file that streams by, and how far it has. */
export interface ZipInput {
  position(): number
  /** The next bytes, at least one. Valid until the next read. @throws ArchiveStop at the end of the file */
  some(most: number): Promise<Uint8Array>
  exactly(length: number): Promise<Uint8Array>
  /** SHA-256 of all that is left. */
  digestOfRest(): Promise<string>
}

/** Methods that every reader knows. @see APPNOTE.TXT 4.4.5 */
export const method = { stored: 0, deflated: 8 } as const

const pieceBytes = 64 * 1024

export function createZipInput(input: ByteReader): ZipInput {
  let position = 0
  return {
    position: () => position,
    some: async (most) => {
      const bytes = await input.some(most)
      if (bytes === undefined) throw truncated()
      position += bytes.length
      return bytes
    },
    exactly: async (length) => {
      const bytes = await input.exactly(length)
      if (bytes.length < length) throw truncated()
      position += length
      return bytes
    },
    digestOfRest: async () => {
      const hash = hasher('sha256')
      for (let bytes = await input.chunk(); bytes !== undefined; bytes = await input.chunk()) hash.update(bytes)
      return hash.hex()
    },
  }
}

/**
 * Unpacks the content of an entry for a reader, in pieces of 64 KiB, and proves that it is what the directory says.
 * @throws ArchiveStop when it is not; not a byte more than announced is shown
 */
export async function readZipContent(
  input: ZipInput,
  path: string,
  record: ZipRecord,
  reader: ContentReader | undefined,
): Promise<void> {
  const shown = `"${printable(path, 150)}"`
  let checksum = 0
  let sizeBytes = 0
  for await (const bytes of record.method === method.stored ? stored(input, record) : inflated(input, record, shown)) {
    sizeBytes += bytes.length
    if (sizeBytes > record.sizeBytes)
      throw new ArchiveStop('zip_size_mismatch', `${shown} is larger than it says.`, path)
    checksum = crc32Of(bytes, checksum)
    reader?.chunk(bytes)
  }
  if (sizeBytes < record.sizeBytes)
    throw new ArchiveStop('zip_size_mismatch', `${shown} is smaller than it says.`, path)
  if (checksum !== record.checksum) {
    throw new ArchiveStop('zip_checksum_mismatch', `The checksum of ${shown} does not match its content.`, path)
  }
}

/** Reads past a content that nobody can unpack. */
export async function skipZipContent(input: ZipInput, record: ZipRecord): Promise<void> {
  for await (const _ of stored(input, record));
}

async function* stored(input: ZipInput, { compressedBytes }: ZipRecord): AsyncGenerator<Uint8Array> {
  for (let left = compressedBytes; left > 0; ) {
    const bytes = await input.some(Math.min(left, pieceBytes))
    left -= bytes.length
    yield bytes
  }
}

async function* inflated(input: ZipInput, { compressedBytes }: ZipRecord, shown: string): AsyncGenerator<Uint8Array> {
  let left = compressedBytes
  const content = inflateRaw(async () => {
    if (left === 0) return undefined
    const bytes = await input.some(Math.min(left, pieceBytes))
    left -= bytes.length
    return bytes
  })
  try {
    yield* content.output
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw new ArchiveStop('zip_data_invalid', `The compressed data of ${shown} is damaged.`)
  }
  // A reader that streams would look for the next entry here
  if (left + content.rest().length > 0) {
    throw new ArchiveStop('zip_size_mismatch', `The compressed data of ${shown} is shorter than it says.`)
  }
}

const truncated = () => new ArchiveStop('zip_truncated', 'The zip file ends in the middle of an entry.')
