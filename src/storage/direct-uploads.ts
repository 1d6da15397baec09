import type { UploadId } from '../model/ids.ts'
import { partCountOf, partSizeOf, type Upload } from '../model/upload.ts'
import { stagedFileKey, stagedManifestKey } from './keys.ts'
import type { LinkOptions, S3 } from './s3.ts'
import type { PartsPage, StandingPart, UploadLink } from './s3-objects.ts'

const octets = { contentType: 'application/octet-stream' }

/** Bytes that people send to storage themselves, by links: in parts, or whole when there is but one part. */
export class DirectUploads {
  readonly #s3: S3

  constructor(s3: S3) {
    this.#s3 = s3
  }

  /** Begins an upload in parts. Begun and forgotten, it is removed by the bucket's lifecycle. */
  begin(id: UploadId): Promise<string> {
    return this.#s3.createMultipart(stagedFileKey(id), octets, true)
  }

  /** A link by which just these bytes can be stored as a part. @param sha256 of the part, in hex */
  link(upload: Upload, part: number, sha256: string, options: LinkOptions): Promise<UploadLink> {
    const content = { sizeBytes: partSizeOf(upload, part), sha256 }
    const { multipart } = upload
    const query = multipart === undefined ? {} : { partNumber: part, uploadId: multipart }
    return this.#s3.presignPut(stagedFileKey(upload.id), content, options, query)
  }

  /** The parts that stand behind number `after`; undefined when the parts are put together, or gone. */
  async parts(upload: Upload, after: number | undefined): Promise<PartsPage | undefined> {
    if (upload.multipart !== undefined) {
      return this.#s3.partsPage(stagedFileKey(upload.id), upload.multipart, after)
    }
    const whole = await this.whole(upload.id)
    const { sha256 } = upload
    if (whole === undefined || (after ?? 0) > 0) return { parts: [] }
    return { parts: [{ partNumber: 1, etag: '', sizeBytes: whole, ...(sha256 === undefined ? {} : { sha256 }) }] }
  }

  /** All parts that stand: 10,000 at most. */
  async allParts(upload: Upload): Promise<readonly StandingPart[] | undefined> {
    if (upload.multipart === undefined) return (await this.parts(upload, undefined))?.parts
    return this.#s3.listParts(stagedFileKey(upload.id), upload.multipart)
  }

  /** Puts the parts together. Repeatable; nobody can change the bytes afterwards. */
  async assemble(upload: Upload, parts: readonly StandingPart[]): Promise<void> {
    if (upload.multipart === undefined) return
    if (parts.length !== partCountOf(upload)) throw new Error(`upload ${upload.id}: not all parts are there`)
    await this.#s3.completeMultipart(stagedFileKey(upload.id), upload.multipart, parts, {
      sizeBytes: upload.sizeBytes,
    })
  }

  /** Size of the file, once it is whole. */
  async whole(id: UploadId): Promise<number | undefined> {
    return (await this.#s3.head(stagedFileKey(id)))?.sizeBytes
  }

  /** Frees all that was sent. Absent is fine. */
  async discard(upload: Upload): Promise<void> {
    const key = stagedFileKey(upload.id)
    if (upload.multipart !== undefined) await this.#s3.abortMultipart(key, upload.multipart)
    await Promise.all([this.#s3.remove(key), this.#s3.remove(stagedManifestKey(upload.id))])
  }
}
