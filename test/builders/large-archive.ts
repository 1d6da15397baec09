import { randomBytes } from 'node:crypto'
import { crc32, deflateRawSync, zstdCompressSync } from 'node:zlib'
import type { ReadAt } from '../../src/validation/archive/walk.ts'
import { concatAll } from './gzip.ts'
import { tarball } from './tarball.ts'
import { xzStream } from './xz.ts'
import { elsewhere, zip } from './zip.ts'
import { zstdFrame } from './zstd.ts'

export const largeKinds = ['zip', 'deflated.zip', 'tar', 'tar.zst', 'tar.xz'] as const
export type LargeKind = (typeof largeKinds)[number]

/** An archive that is made as it is read: all its files have the same content, which is in memory once. */
export interface LargeArchive {
  readonly sizeBytes: number
  /** In pieces of 64 KiB, as storage gives them. */
  readonly stream: ReadableStream<Uint8Array>
  readonly readAt: ReadAt
}

const megabyte = 1024 * 1024
const fileMegabytes = 8
const pieceBytes = 64 * 1024

/** Of at least so many megabytes of content. */
export function largeArchive(kind: LargeKind, megabytes: number): LargeArchive {
  const parts = partsOf(kind, Math.ceil(megabytes / fileMegabytes))
  const starts: number[] = []
  let sizeBytes = 0
  for (const part of parts) {
    starts.push(sizeBytes)
    sizeBytes += part.length
  }
  const pieces = piecesOf(parts)
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const { value, done } = pieces.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
  return { sizeBytes, stream, readAt: async (offset, length) => read(parts, starts, offset, length) }
}

function partsOf(kind: LargeKind, files: number): readonly Uint8Array[] {
  const content = Buffer.from(randomBytes((fileMegabytes * megabyte * 3) / 4).toString('base64'), 'latin1')
  if (kind === 'zip' || kind === 'deflated.zip') return zipParts(content, files, kind === 'zip' ? 0 : 8)
  const builder = tarball()
  for (let index = 0; index < files; index += 1) builder.file(`model/${index}.bin`, content)
  const parts = builder.parts()
  if (kind === 'tar') return parts
  const compressed = kind === 'tar.zst' ? zstdCompressSync(content) : xzStream(content)
  const compress = kind === 'tar.zst' ? zstdFrame : xzStream
  return parts.filter(({ length }) => length > 0).map((part) => (part === content ? compressed : compress(part)))
}

function zipParts(content: Uint8Array, files: number, method: number): readonly Uint8Array[] {
  const data = method === 0 ? content : deflateRawSync(content, { level: 1 })
  const checksum = crc32(content)
  const builder = zip()
  for (let index = 0; index < files; index += 1) {
    builder.file(`model/${index}.bin`, content, { method, data, checksum, zip64: true })
  }
  return builder.parts({ zip64: {}, directoryOffset: elsewhere })
}

function* piecesOf(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += pieceBytes) yield part.subarray(at, at + pieceBytes)
  }
}

function read(parts: readonly Uint8Array[], starts: readonly number[], offset: number, length: number): Uint8Array {
  const found = parts.flatMap((part, index) => {
    const from = offset - (starts[index] ?? 0)
    return from < part.length && from + length > 0 ? [part.subarray(Math.max(0, from), from + length)] : []
  })
  return concatAll(found)
}
