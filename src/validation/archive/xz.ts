import { DecodeError } from '../../std/decoding.ts'
import { longestXzDictionaryBytes, unxz } from '../../std/unxz.ts'
import { unpackAllowance, within } from './allowance.ts'
import type { ByteReader } from './byte-reader.ts'
import { ArchiveStop } from './findings.ts'
import type { WalkOptions } from './walk.ts'

const magic = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]

/**
 * Decompresses a file that is made of xz streams and of nothing else. Holds a dictionary of 64 MiB at most. Gives at
 * most 64 KiB at a time, never more in all than the limits allow.
 * @throws ArchiveStop, or what the input throws
 * @see https://tukaani.org/xz/xz-file-format.txt
 */
export function decompressXz(input: ByteReader, options: WalkOptions): AsyncIterable<Uint8Array> {
  return within(unpackAllowance(options), everyStream(input))
}

async function* everyStream(input: ByteReader): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = (await input.exactly(magic.length)).slice()
  if (magic.some((byte, index) => byte !== head?.[index])) {
    throw new ArchiveStop('xz_header_invalid', 'The file is not xz.')
  }
  try {
    yield* unxz(async () => {
      const bytes = head ?? (await input.chunk())
      head = undefined
      return bytes
    })
  } catch (error) {
    throw describe(error)
  }
}

function describe(error: unknown): unknown {
  if (!(error instanceof DecodeError)) return error
  switch (error.kind) {
    case 'truncated':
      return new ArchiveStop('xz_truncated', 'The xz file ends before its compressed data does.')
    case 'too_much_memory': {
      const most = longestXzDictionaryBytes / 1024 / 1024
      return new ArchiveStop('xz_dictionary_too_large', `Unpacking the xz file needs more than ${most} MiB of memory.`)
    }
    case 'unsupported':
      return new ArchiveStop('xz_options_unknown', 'The xz file uses filters or checksums that small readers lack.')
    case 'followed':
      return new ArchiveStop('xz_trailing_data', 'There are bytes after the end of the xz data that are no more of it.')
    default:
      return new ArchiveStop('xz_data_invalid', 'The xz data is damaged.')
  }
}
