import { createReadStream } from 'node:fs'
import { readlink } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { crc32, createDeflateRaw } from 'node:zlib'
import { Failure } from '../failure.ts'
import { type FolderFile, modeOf } from './folder.ts'
import { centralRecord, dataDescriptor, endRecords, localHeader, type ZipEntry, type ZipSum } from './zip-records.ts'

const kinds = { file: 0o100_000, link: 0o120_777 } as const
/** Less than 32 bits hold: what cannot be compressed becomes a little larger. */
const largeBytes = 0xf000_0000

/**
 * The bytes of a zip file, entry by entry; a record of some hundred bytes is kept of each, for the directory at the end.
 * @param read told how much of a file was read
 */
export async function* zipOf(
  files: AsyncIterable<FolderFile>,
  read: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const directory = new Blocks()
  let entries = 0
  let offset = 0
  for await (const file of files) {
    const entry = entryOf(file, offset)
    const sum = { crc32: 0, sizeBytes: 0, packedBytes: 0 }
    for await (const chunk of bytesOf(file, entry, sum, read)) {
      yield chunk
      offset += chunk.byteLength
    }
    directory.add(centralRecord(entry, sum))
    entries += 1
  }
  yield* directory.filled()
  yield endRecords(entries, directory.sizeBytes, offset)
}

function entryOf({ path, stat }: FolderFile, offset: number): ZipEntry {
  const mode = stat.isSymbolicLink() ? kinds.link : kinds.file | modeOf(stat)
  return { name: Buffer.from(path), mode, offset, isLarge: stat.size >= largeBytes }
}

/** An entry with what is before and behind it. @param sum what it comes to */
async function* bytesOf(
  file: FolderFile,
  entry: ZipEntry,
  sum: { -readonly [key in keyof ZipSum]: ZipSum[key] },
  read: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  yield localHeader(entry)
  async function* counted(content: AsyncIterable<Uint8Array>) {
    for await (const chunk of content) {
      sum.crc32 = crc32(chunk, sum.crc32)
      sum.sizeBytes += chunk.byteLength
      if (file.stat.isFile()) read(chunk.byteLength)
      yield chunk
    }
  }
  // What goes wrong on the way is thrown by the iteration
  const deflated = pipeline(await contentOf(file), counted, createDeflateRaw(), () => undefined)
  for await (const chunk of deflated as AsyncIterable<Uint8Array>) {
    sum.packedBytes += chunk.byteLength
    yield chunk
  }
  if (file.stat.isFile() && sum.sizeBytes !== file.stat.size) throw changed(file)
  yield dataDescriptor(entry, sum)
}

/** The target of a link; of a file no more than it had when it was looked at. */
async function contentOf({ place, stat }: FolderFile): Promise<Readable> {
  if (stat.isSymbolicLink()) return Readable.from([Buffer.from(await readlink(place))])
  return stat.size === 0 ? Readable.from([]) : createReadStream(place, { end: stat.size - 1 })
}

function changed({ place }: FolderFile): Failure {
  return new Failure('file', `${place} was changed while it was read.`, { code: 'file_changed', where: place })
}

const blockBytes = 64 * 1024

/** Many small records in a few large pieces of memory: each by itself would take several times its size. */
class Blocks {
  readonly #filled: Uint8Array[] = []
  #block = new Uint8Array(blockBytes)
  #used = 0
  sizeBytes = 0

  add(record: Uint8Array): void {
    if (this.#used + record.byteLength > this.#block.byteLength) {
      this.#filled.push(this.#block.subarray(0, this.#used))
      this.#block = new Uint8Array(Math.max(blockBytes, record.byteLength))
      this.#used = 0
    }
    this.#block.set(record, this.#used)
    this.#used += record.byteLength
    this.sizeBytes += record.byteLength
  }

  filled(): readonly Uint8Array[] {
    return [...this.#filled, this.#block.subarray(0, this.#used)]
  }
}
