import { crc32, createInflateRaw } from 'node:zlib'
import { type Decoded, type DecodeError, decode, decodedChunkBytes } from './decoding.ts'

/** CRC-32 of the bytes, continued from `previous`. */
export function crc32Of(bytes: Uint8Array, previous: number): number {
  return crc32(bytes, previous)
}

const errors: ReadonlyMap<string, DecodeError['kind']> = new Map([
  ['Z_BUF_ERROR', 'truncated'],
  ['Z_DATA_ERROR', 'invalid'],
  ['Z_NEED_DICT', 'invalid'],
])

/**
 * Decompresses one raw deflate stream (RFC 1951). Node only.
 * @param next gives the next bytes of the input; undefined at its end
 */
export function inflateRaw(next: () => Promise<Uint8Array | undefined>): Decoded {
  return decode(
    () => createInflateRaw({ chunkSize: decodedChunkBytes }),
    next,
    (code) => errors.get(code),
  )
}
