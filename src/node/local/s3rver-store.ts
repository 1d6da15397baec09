import type { Readable } from 'node:stream'
import S3Error from '@20minutes/s3rver/lib/models/error.js'
import S3Object from '@20minutes/s3rver/lib/models/object.js'
import type { Draft, Drafts, Label } from './object-file.ts'
import type { ObjectStore, Precondition } from './object-store.ts'
import { multipartEtag, type Part, type UploadStore } from './upload-store.ts'

export interface Storage {
  readonly drafts: Drafts
  readonly objects: ObjectStore
  readonly uploads: UploadStore
}

/** What the request says that s3rver does not pass on to its store, or misreads. */
export interface RequestFacts extends Precondition {
  /** Of the body, in hex; absent when it was not signed. */
  readonly sha256?: string | undefined
  /** SHA-256 that the body is said to have, in hex. */
  readonly checksum?: string | undefined
  readonly range?: string | undefined
  readonly copySource?: { readonly bucket: string; readonly key: string } | undefined
}

const minPartBytes = 5 * 1024 * 1024

export function s3Error(code: string, message: string, status: number): S3Error {
  return Object.assign(new S3Error(code, message), { status })
}

/**
 * What s3rver's controllers call `ctx.store`, for one request: their filesystem store in atomic, and with the
 * preconditions and checks that S3 has and s3rver lacks.
 */
export class RequestStore {
  readonly #storage: Storage
  readonly #facts: RequestFacts

  constructor(storage: Storage, facts: RequestFacts) {
    this.#storage = storage
    this.#facts = facts
  }

  async listBuckets() {
    const found = await Promise.all((await this.#storage.objects.buckets()).map((name) => this.getBucket(name)))
    return found.filter((bucket) => bucket !== null)
  }

  async getBucket(name: string) {
    const creationDate = await this.#storage.objects.bucketCreated(name)
    return creationDate ? { name, creationDate } : null
  }

  putBucket(name: string): Promise<void> {
    return this.#storage.objects.createBucket(name)
  }

  deleteBucket(name: string): Promise<void> {
    return this.#storage.objects.removeBucket(name)
  }

  /** Of the first version of the operation; the second is not left to s3rver. */
  async listObjects(): Promise<never> {
    throw new S3Error('NotImplemented', 'This server lists objects by ListObjectsV2 only.')
  }

  async existsObject(bucket: string, key: string): Promise<boolean> {
    const source = this.#facts.copySource ?? { bucket, key }
    const object = await this.#storage.objects.open(source.bucket, source.key)
    await object?.close()
    return object !== undefined
  }

  async getObject(bucket: string, key: string): Promise<S3Object | null> {
    // Of a part that is copied, the source's name was decoded in the front
    const source = this.#facts.copySource ?? { bucket, key }
    const file = await this.#storage.objects.open(source.bucket, source.key)
    if (!file) return null
    const { sizeBytes } = file.label
    const range = rangeOf(this.#facts.range, sizeBytes)
    if (!range) return new S3Object(bucket, key, file.content(), metadataOf(file.label))
    const satisfiable = range.start <= range.end
    if (!satisfiable) await file.close()
    const content = satisfiable ? file.content(range.start, range.end) : null
    return Object.assign(new S3Object(bucket, key, content, metadataOf(file.label)), { range })
  }

  async putObject(object: S3Object) {
    const draft = await this.#receive(object.content)
    const { path, sizeBytes, md5: etag } = draft
    await this.#commit(object.bucket, path, { key: object.key, headers: headersOf(object.metadata), sizeBytes, etag })
    return { size: sizeBytes, md5: etag }
  }

  async copyObject(
    fromBucket: string,
    fromKey: string,
    toBucket: string,
    key: string,
    replacement: Readonly<Record<string, string>> | null,
  ) {
    const source = this.#facts.copySource ?? { bucket: fromBucket, key: fromKey }
    const copy = await this.#storage.objects.copy(source.bucket, source.key)
    if (!copy) throw new S3Error('NoSuchKey', 'The specified key does not exist.')
    const headers = replacement
      ? headersOf(new S3Object(toBucket, key, null, replacement).metadata)
      : copy.label.headers
    const { sizeBytes, etag } = copy.label
    return metadataOf(await this.#commit(toBucket, copy.path, { key, headers, sizeBytes, etag }))
  }

  deleteObject(bucket: string, key: string): Promise<void> {
    return this.#storage.objects.remove(bucket, key)
  }

  initiateUpload(bucket: string, key: string, uploadId: string, headers: Readonly<Record<string, string>>) {
    const { metadata } = new S3Object(bucket, key, null, headers)
    return this.#storage.uploads.create(bucket, uploadId, key, headersOf(metadata))
  }

  async putPart(bucket: string, uploadId: string, partNumber: string, content: Readable) {
    const number = Number(partNumber)
    if (!Number.isInteger(number) || number < 1 || number > 10_000) {
      throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive')
    }
    await this.upload(bucket, uploadId)
    const draft = await this.#receive(content)
    await this.#storage.uploads.putPart(bucket, uploadId, number, draft, this.#facts.checksum)
    return { size: draft.sizeBytes, md5: draft.md5 }
  }

  async putObjectMultipart(
    bucket: string,
    uploadId: string,
    listed: readonly { readonly number: number; readonly etag: string }[],
  ) {
    const { key, headers } = await this.upload(bucket, uploadId)
    const parts = chosenParts(await this.#storage.uploads.parts(bucket, uploadId), listed)
    const draft = await this.#storage.drafts.write(this.#storage.uploads.content(bucket, uploadId, parts))
    const etag = multipartEtag(parts)
    await this.#commit(bucket, draft.path, { key, headers, sizeBytes: draft.sizeBytes, etag })
    await this.#storage.uploads.remove(bucket, uploadId)
    return { size: draft.sizeBytes, md5: etag }
  }

  /** Key and headers of the object to be. */
  async upload(bucket: string, uploadId: string): Promise<Label> {
    const upload = await this.#storage.uploads.find(bucket, uploadId)
    if (!upload) throw new S3Error('NoSuchUpload', 'The specified multipart upload does not exist.')
    return upload
  }

  /** No bucket here has a CORS, website or tagging configuration. */
  async getSubresource(): Promise<null> {
    return null
  }

  async putSubresource(): Promise<never> {
    throw new S3Error('NotImplemented', 'This server has no configurations of buckets.')
  }

  async deleteSubresource(): Promise<never> {
    throw new S3Error('NotImplemented', 'This server has no configurations of buckets.')
  }

  async #receive(content: Readable): Promise<Draft> {
    const draft = await this.#storage.drafts.write(content)
    const { sha256 = draft.sha256, checksum = draft.sha256 } = this.#facts
    if (sha256 === draft.sha256 && checksum === draft.sha256) return draft
    await this.#storage.drafts.discard(draft.path)
    if (checksum !== draft.sha256) throw s3Error('BadDigest', 'The SHA256 you specified did not match.', 400)
    throw s3Error('XAmzContentSHA256Mismatch', 'The x-amz-content-sha256 does not match what was computed.', 400)
  }

  async #commit(bucket: string, draft: string, label: Omit<Label, 'modifiedAt'>): Promise<Label> {
    const committed = await this.#storage.objects.commit(bucket, draft, label, this.#facts)
    if (committed) return committed
    throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold')
  }
}

/** The uploaded parts that the client lists, if they are what it says. */
function chosenParts(
  uploaded: readonly Part[],
  listed: readonly { readonly number: number; readonly etag: string }[],
): readonly Part[] {
  const byNumber = new Map(uploaded.map((part) => [part.partNumber, part]))
  if (listed.some(({ number }, index) => number <= (listed[index - 1]?.number ?? 0))) {
    throw new S3Error('InvalidPartOrder', 'The list of parts was not in ascending order.')
  }
  return listed.map(({ number, etag }, index) => {
    const part = byNumber.get(number)
    if (!part || part.label.etag !== etag) {
      throw new S3Error('InvalidPart', 'One or more of the specified parts could not be found.')
    }
    if (index < listed.length - 1 && part.label.sizeBytes < minPartBytes) {
      throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed object size.')
    }
    return part
  })
}

function metadataOf(label: Label): Readonly<Record<string, string | number>> {
  return {
    ...label.headers,
    etag: `"${label.etag}"`,
    'last-modified': new Date(label.modifiedAt).toUTCString(),
    'content-length': label.sizeBytes,
  }
}

/** What S3 keeps of a request's headers: s3rver has picked those, and some that are not to be kept. */
function headersOf(metadata: Readonly<Record<string, string>>): Label['headers'] {
  const { etag: _, 'last-modified': __, 'content-length': ___, ...headers } = metadata
  return headers
}

/** Of one range in bytes; a header in any other form asks for the whole. An empty range cannot be satisfied. */
function rangeOf(header: string | undefined, sizeBytes: number) {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  if (first === '') return { start: Math.max(0, sizeBytes - Number(last)), end: sizeBytes - 1 }
  return { start: Number(first), end: last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1) }
}
