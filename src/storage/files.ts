import type { FileRef } from '../model/ids.ts'
import type { VersionRecord } from '../model/records.ts'
import { filesPrefix, packageFileKey, parsePackageFileKey, quarantineKey, stagedFileKey } from './keys.ts'
import type { LinkOptions, S3 } from './s3.ts'
import type { WriteCondition } from './s3-objects.ts'

export interface StoredFacts {
  readonly sizeBytes: number
  readonly etag: string
}

export interface PlacedFile {
  readonly key: string
  /** Undefined for a key that no version can have. */
  readonly ref: FileRef | undefined
}

const maxRounds = 5

/** Accepted files: immutable, and written by the validator only. */
export class Files {
  readonly #s3: S3

  constructor(s3: S3) {
    this.#s3 = s3
  }

  /**
   * Copies a claim's staged bytes to their final key, once. Every copy is conditional on what stands there, so that a
   * validator that is late with an older claim cannot overwrite what the current one was accepted with.
   * @param isCurrent whether the claim still stands; asked when bytes of another claim are in the way
   * @returns `moved` when the claim is not the current one any more
   */
  async place(record: VersionRecord, isCurrent: () => Promise<boolean>): Promise<'placed' | 'moved'> {
    const target = packageFileKey({ ...record, filename: record.file.filename })
    const replace = { contentType: 'application/octet-stream', metadata: { upload: record.uploadId } }
    let condition: WriteCondition = { ifNoneMatch: '*' }
    for (let round = 0; round < maxRounds; round += 1) {
      const copied = await this.#s3.copy(stagedFileKey(record.uploadId), target, { condition, replace })
      if (typeof copied === 'object') return 'placed'
      const standing = await this.#s3.head(target)
      if (standing?.metadata['upload'] === record.uploadId) return 'placed'
      if (!(await isCurrent())) return 'moved'
      if (copied === 'missing') throw new Error(`${record.name}@${record.version}: the staged bytes are gone`)
      condition = standing === undefined ? { ifNoneMatch: '*' } : { ifMatch: standing.etag }
    }
    throw new Error(`${record.name}@${record.version}: its place is written by others again and again`)
  }

  /** Whether the file that this claim was accepted with is in place. */
  async holds(record: VersionRecord): Promise<boolean> {
    const standing = await this.#s3.head(packageFileKey({ ...record, filename: record.file.filename }))
    return standing?.metadata['upload'] === record.uploadId
  }

  /** All files that are in place, by key. */
  async *all(): AsyncGenerator<PlacedFile, void> {
    let after: string | undefined
    do {
      const page = await this.#s3.list(filesPrefix, after === undefined ? {} : { after })
      for (const { key } of page.objects) yield { key, ref: parsePackageFileKey(key) }
      after = page.next
    } while (after !== undefined)
  }

  /** Moves a file to where nobody can download it. */
  async setAside({ key }: PlacedFile): Promise<void> {
    await this.#s3.copy(key, quarantineKey(key))
    await this.#s3.remove(key)
  }

  /** Removes a version's file for good; absent is fine. For the validator only: the edge may not delete here. */
  async remove(record: VersionRecord): Promise<void> {
    await this.#s3.remove(packageFileKey({ ...record, filename: record.file.filename }))
  }

  /** Removes the file that this claim has put into place, if it has; that of another claim stays. For the validator only. */
  async withdraw(record: VersionRecord): Promise<void> {
    const standing = await this.#s3.head(packageFileKey({ ...record, filename: record.file.filename }))
    if (standing?.metadata['upload'] === record.uploadId) await this.remove(record)
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
