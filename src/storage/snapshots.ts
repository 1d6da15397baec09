import { type Encoding, encodings, type RenderedDocument } from '../model/format.ts'
import type { PackageRef, Revision } from '../model/ids.ts'
import { brotli, gunzip, gzip } from '../std/compress.ts'
import { snapshotKey } from './keys.ts'
import type { S3 } from './s3.ts'

/** Largest compressed document that is read at once, and what it may unpack to. */
const maxBytes = 32_000_000
// workerd refuses more than 128 MiB
const maxTextBytes = 100_000_000

/** Rendered, compressed documents. Immutable: a key names its content. */
export class Snapshots {
  readonly #s3: S3

  constructor(s3: S3) {
    this.#s3 = s3
  }

  /** Compresses and stores every document of a snapshot. Repeatable: the same revision means the same bytes. */
  async write(ref: PackageRef, revision: Revision, documents: readonly RenderedDocument[]): Promise<void> {
    const encoder = new TextEncoder()
    const puts = documents.flatMap(({ name, text }) => {
      const bytes = encoder.encode(text)
      return [this.#put(ref, revision, name, 'gzip', gzip(bytes)), this.#put(ref, revision, name, 'br', brotli(bytes))]
    })
    await Promise.all(puts)
  }

  async read(
    ref: PackageRef,
    revision: Revision,
    document: string,
    encoding: Encoding,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return (await this.#s3.getBytes(objectKey(ref, revision, document, encoding), maxBytes))?.bytes
  }

  async readText(ref: PackageRef, revision: Revision, document: string): Promise<string | undefined> {
    const bytes = await this.read(ref, revision, document, 'gzip')
    return bytes === undefined ? undefined : new TextDecoder().decode(gunzip(bytes, maxTextBytes))
  }

  /** Absent is fine. */
  async remove(ref: PackageRef, revision: Revision, documents: readonly string[]): Promise<void> {
    const keys = documents.flatMap((name) => encodings.map((encoding) => objectKey(ref, revision, name, encoding)))
    await Promise.all(keys.map((key) => this.#s3.remove(key)))
  }

  /** Stored without a content encoding: who reads it wants the compressed bytes as they are. */
  async #put(ref: PackageRef, revision: Revision, name: string, encoding: Encoding, bytes: Uint8Array): Promise<void> {
    const options = { contentType: 'application/octet-stream', cacheControl: 'private, max-age=31536000, immutable' }
    await this.#s3.put(objectKey(ref, revision, name, encoding), bytes, options)
  }
}

function objectKey(ref: PackageRef, revision: Revision, document: string, encoding: Encoding): string {
  return `${snapshotKey(ref, revision, document)}.${encoding === 'gzip' ? 'gz' : 'br'}`
}
