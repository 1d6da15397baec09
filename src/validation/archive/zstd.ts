import { DecodeError } from '../../std/decoding.ts'
import { unzstd } from '../../std/unzstd.ts'
import { unpackAllowance, within } from './allowance.ts'
import type { ByteReader } from './byte-reader.ts'
import { ArchiveStop } from './findings.ts'
import type { WalkOptions } from './walk.ts'

/** 128 MiB: what `zstd` takes without being told to, and most others. */
const windowBits = 27
const magicBytes = 4
/** Of real writers, each frame holds some hundred KiB at least; the first ones may be as small as the file is. */
const fewFrames = 1000
const frameBytes = 16 * 1024

/**
 * Decompresses a file that is made of Zstandard frames, skippable ones included, and of nothing else. Holds a window
 * of 128 MiB at most. Gives at most 64 KiB at a time, never more in all than the limits allow.
 * @throws ArchiveStop, or what the input throws
 * @see RFC 8878
 */
export function decompressZstd(input: ByteReader, options: WalkOptions): AsyncIterable<Uint8Array> {
  return within(unpackAllowance(options), everyFrame(input, options.sizeBytes))
}

async function* everyFrame(input: ByteReader, fileBytes: number): AsyncGenerator<Uint8Array> {
  const mostFrames = fewFrames + fileBytes / frameBytes
  for (let frames = 0; ; frames += 1) {
    const magic = (await input.exactly(magicBytes)).slice()
    if (magic.length === 0 && frames > 0) return
    if (!isMagic(magic)) throw frames === 0 ? notZstd() : magic.length < magicBytes ? truncated() : trailing()
    if (frames > mostFrames) {
      throw new ArchiveStop('zstd_too_many_frames', `The Zstandard file has more than ${frames} frames.`)
    }
    let isFirst = true
    const decoded = unzstd(async () => {
      if (!isFirst) return input.chunk()
      isFirst = false
      return magic
    }, windowBits)
    try {
      yield* decoded.output
    } catch (error) {
      throw describe(error)
    }
    input.unread(decoded.rest())
  }
}

/** A frame, or one that is to be skipped. @see RFC 8878 3.1 */
function isMagic([a = 0, b, c, d]: Uint8Array): boolean {
  const isFrame = a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd
  return isFrame || ((a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18)
}

function describe(error: unknown): unknown {
  if (!(error instanceof DecodeError)) return error
  switch (error.kind) {
    case 'truncated':
      return truncated()
    case 'followed':
      return trailing()
    case 'too_much_memory':
      return new ArchiveStop('zstd_window_too_large', 'Unpacking the Zstandard file needs more than 128 MiB of memory.')
    default:
      return new ArchiveStop('zstd_data_invalid', 'The Zstandard data is damaged.')
  }
}

const notZstd = () => new ArchiveStop('zstd_header_invalid', 'The file is not Zstandard.')
const truncated = () => new ArchiveStop('zstd_truncated', 'The Zstandard file ends before its compressed data does.')
const trailing = () =>
  new ArchiveStop('zstd_trailing_data', 'There are bytes after the end of the Zstandard data that are no more of it.')
