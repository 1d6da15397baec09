import { constants, createZstdDecompress } from 'node:zlib'
import { type Decoded, type DecodeError, decode, decodedChunkBytes } from './decoding.ts'

const errors: ReadonlyMap<string, DecodeError['kind']> = new Map([
  ['Z_BUF_ERROR', 'truncated'],
  ['ZSTD_error_prefix_unknown', 'followed'],
  ['ZSTD_error_version_unsupported', 'unsupported'],
  ['ZSTD_error_frameParameter_unsupported', 'unsupported'],
  ['ZSTD_error_frameParameter_windowTooLarge', 'too_much_memory'],
])

/** Damaged data can end in almost any error of the decoder; only this one is the machine's. */
function kindOf(code: string): DecodeError['kind'] | undefined {
  const isOfData = code.startsWith('ZSTD_error_') && code !== 'ZSTD_error_memory_allocation'
  return errors.get(code) ?? (isOfData ? 'invalid' : undefined)
}

/**
 * Decompresses at least one Zstandard frame (RFC 8878); whether it goes on with the next one depends on how the bytes
 * arrive, so `rest` may begin with a frame. The input must begin with one. Node only.
 * @param windowBits the largest window that is taken, as the power of two: so many bytes are held
 */
export function unzstd(next: () => Promise<Uint8Array | undefined>, windowBits: number): Decoded {
  const options = { chunkSize: decodedChunkBytes, params: { [constants.ZSTD_d_windowLogMax]: windowBits } }
  return decode(() => createZstdDecompress(options), next, kindOf)
}
