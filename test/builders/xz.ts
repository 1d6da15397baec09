import { crc32 } from 'node:zlib'
import { concat, concatAll } from './gzip.ts'

interface XzOptions {
  /** The code of the size: 0 is 4 KiB, 28 is 64 MiB, 30 is 128 MiB. */
  readonly dictionary?: number
  /** Of the filter: 0x21 is LZMA2. */
  readonly filter?: number
  /** 1 is a CRC-32. */
  readonly check?: number
}

const pad = (bytes: Uint8Array) => concat(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4))
const withChecksum = (bytes: Uint8Array) => concat(bytes, littleEndian(crc32(bytes)))

/** One xz stream that holds its content as it is. @see https://tukaani.org/xz/xz-file-format.txt */
export function xzStream(content: Uint8Array, options: XzOptions = {}): Uint8Array {
  const { dictionary = 16, filter = 0x21, check = 1 } = options
  const flags = new Uint8Array([0, check])
  const blockHeader = withChecksum(pad(new Uint8Array([2, 0, filter, 1, dictionary, 0, 0, 0])))
  const data = lzma2(content)
  const unpaddedBytes = blockHeader.length + data.length + 4
  const index = withChecksum(
    pad(concat(new Uint8Array([0, 1]), variableLength(unpaddedBytes), variableLength(content.length))),
  )
  const footer = concat(littleEndian(index.length / 4 - 1), flags)
  return concat(
    new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    withChecksum(flags),
    blockHeader,
    pad(data),
    littleEndian(crc32(content)),
    index,
    littleEndian(crc32(footer)),
    footer,
    new Uint8Array([0x59, 0x5a]),
  )
}

/** Chunks that are not compressed, the first of which resets the dictionary. */
function lzma2(content: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < content.length; at += 0x1_0000) {
    const chunk = content.subarray(at, at + 0x1_0000)
    chunks.push(new Uint8Array([at === 0 ? 1 : 2, (chunk.length - 1) >> 8, chunk.length - 1]), chunk)
  }
  return concatAll([...chunks, new Uint8Array(1)])
}

function variableLength(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80)
  return new Uint8Array([...bytes, rest])
}

function littleEndian(value: number): Uint8Array {
  return Uint8Array.from({ length: 4 }, (_, index) => Math.floor(value / 256 ** index) % 256)
}
