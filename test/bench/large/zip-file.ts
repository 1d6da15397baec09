/** A large zip on disk, of random content that no compression and no cache makes smaller. */
import { createHash, randomFillSync } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { makeZip } from 'client-zip'

const entryBytes = 8 * 1024 ** 2

export interface LargeFile {
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** Entries of 8 MiB, stored, each another one. */
export async function writeZip(path: string, megabytes: number): Promise<LargeFile> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const digest = new Transform({
    transform(chunk: Uint8Array, _, done) {
      hash.update(chunk)
      sizeBytes += chunk.byteLength
      done(undefined, chunk)
    },
  })
  const entries = makeZip(entriesOf(Math.ceil((megabytes * 1024 ** 2) / entryBytes)))
  await pipeline(Readable.fromWeb(entries), digest, createWriteStream(path))
  return { path, sizeBytes, sha256: hash.digest('hex') }
}

function* entriesOf(count: number) {
  for (let index = 0; index < count; index += 1) {
    const input = randomFillSync(new Uint8Array(entryBytes))
    yield { name: `model/${index}.bin`, input, lastModified: new Date() }
  }
}
