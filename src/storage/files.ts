import type { FileRef } from '../model/ids.ts'
import type { VersionRecord } from '../model/records.ts'
import { packageFileKey, stagedFileKey } from './keys.ts'
import { type Copy, copyInParts } from './large-copy.ts'
import type { LinkOptions, S3 } from './s3.ts'
import type { ObjectHeaders, WriteCondition } from './s3-objects.ts'

export interface StoredFacts {
  readonly sizeBytes: number
  readonly etag: string
}

const maxRounds = 5
/** Larger files are copied in parts, so that a copy that is cut off goes on where it was. No publish through the edge is. */
const copiedAtOnceBytes = 512 * 1024 ** 2

export interface Placing {
  /** Whether the claim still stands; asked when bytes of another claim are in the way. */
  readonly isCurrent: () => Promise<boolean>
  /** Notes a copy that is under way with the claim, and that it is being worked on. */
  readonly noted: (copy: string) => Promise<void>
}

/** Accepted files: immutable, and written by the validator only. */
export class Files {
  readonly #s3: S3

  constructor(s3: S3) {
    this.#s3 = s3
  }

  /**
   * Copies a claim's staged bytes to their final key, once. Every copy is conditional on what stands there, so that a
   * validator that is late with an older claim cannot overwrite what the current one was accepted with.
   * @returns `moved` when the claim is not the current one any more
   */
  async place(record: VersionRecord, placing: Placing): Promise<'placed' | 'moved'> {
    const target = packageFileKey({ ...record, filename: record.file.filename })
    const copy: Copy = { from: stagedFileKey(record.uploadId), to: target, headers: headersOf(record) }
    // An attempt before may have come further than it could say
    if (record.copy !== undefined && (await this.#isPlaced(record, target))) return 'placed'
    const write =
      record.file.sizeBytes > copiedAtOnceBytes
        ? await copyInParts(this.#s3, copy, {
            sizeBytes: record.file.sizeBytes,
            begun: record.copy,
            noted: placing.noted,
          })
        : (where: WriteCondition) => this.#s3.copy(copy.from, target, { condition: where, replace: copy.headers })
    let condition: WriteCondition = { ifNoneMatch: '*' }
    for (let round = 0; round < maxRounds; round += 1) {
      const copied = await write(condition)
      if (typeof copied === 'object') return 'placed'
      const standing = await this.#s3.head(target)
      if (standing?.metadata['upload'] === record.uploadId) return 'placed'
      if (!(await placing.isCurrent())) return 'moved'
      if (copied === 'missing') throw new Error(`${record.name}@${record.version}: the staged bytes are gone`)
      condition = standing === undefined ? { ifNoneMatch: '*' } : { ifMatch: standing.etag }
    }
    throw new Error(`${record.name}@${record.version}: its place is written by others again and again`)
  }

  async #isPlaced(record: VersionRecord, target: string): Promise<boolean> {
    return (await this.#s3.head(target))?.metadata['upload'] === record.uploadId
  }

  /** Removes a version's file for good; absent is fine. For the validator only: the edge may not delete here. */
  async remove(record: VersionRecord): Promise<void> {
    await this.#s3.remove(packageFileKey({ ...record, filename: record.file.filename }))
  }

  /** Removes the file that this claim has put into place, if it has; that of another claim stays. For the validator only. */
  async withdraw(record: VersionRecord): Promise<void> {
    const target = packageFileKey({ ...record, filename: record.file.filename })
    if (record.copy !== undefined) await this.#s3.abortMultipart(target, record.copy)
    if (await this.#isPlaced(record, target)) await this.remove(record)
  }

  async describe(file: FileRef): Promise<StoredFacts | undefined> {
    const info = await this.#s3.head(packageFileKey(file))
    return info === undefined ? undefined : { sizeBytes: info.sizeBytes, etag: info.etag }
  }

  /** A link by which anybody can read the file until it expires. */
  presign(file: FileRef, options: LinkOptions): Promise<string> {
    return this.#s3.presignGet(packageFileKey(file), options)
  }
}

/** Whoever follows a link to it is told the digest, where it came too late for anybody to be told before. */
function headersOf({ uploadId, filename, file }: VersionRecord): ObjectHeaders {
  const digest = filename === undefined || file.sha256 === undefined ? {} : { sha256: file.sha256 }
  return { contentType: 'application/octet-stream', metadata: { upload: uploadId, ...digest } }
}
