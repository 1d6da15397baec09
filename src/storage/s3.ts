import { hexToBase64 } from '../std/base64.ts'
import { digestHex } from '../std/digest.ts'
import { type AwsRequest, type AwsService, StorageError } from './aws.ts'
import { badAnswer, readBytes } from './aws-failures.ts'
import { addressingOf, bucketUrl, keyPath, type S3Addressing, withQuery } from './s3-address.ts'
import { watchedBody } from './s3-body.ts'
import { completeBody, parsePage, parseParts, rootElement } from './s3-documents.ts'
import {
  type CompleteOptions,
  type CopyOptions,
  conditionHeaders,
  headersOf,
  infoOf,
  type LinkedContent,
  type ListPage,
  type ObjectHeaders,
  type ObjectInfo,
  type PartsPage,
  type PutOptions,
  type StandingPart,
  type StoredBytes,
  type StoredObject,
  type UploadedPart,
  type UploadLink,
} from './s3-objects.ts'

export interface S3Options {
  readonly service: AwsService
  readonly bucket: string
  /** Where clients reach the bucket: presigned links go there. Default: the service's endpoint. */
  readonly publicEndpoint?: string
  /** Default: `host` for AWS itself, else `path`. */
  readonly addressing?: S3Addressing
}

export interface LinkOptions {
  /** Signing time in milliseconds since the epoch; equal times give equal links. */
  readonly at: number
  readonly expiresInS: number
  /** Makes a link unlike every other; it stands in the bucket's access log too. */
  readonly event?: string
}

const transferTimeoutMs = 60_000
/** For a copy within the bucket, and for whole small objects. */
const smallTimeoutMs = 15_000

/** One bucket. Every method throws `StorageError` for what is not in its result. */
export class S3 {
  readonly #service: AwsService
  readonly #bucket: string
  readonly #url: string
  readonly #publicUrl: string

  constructor(options: S3Options) {
    const { service, bucket } = options
    const addressing = options.addressing ?? addressingOf(service.endpoint)
    this.#service = service
    this.#bucket = bucket
    this.#url = bucketUrl(service.endpoint, bucket, addressing)
    this.#publicUrl = bucketUrl(options.publicEndpoint ?? service.endpoint, bucket, addressing)
  }

  /** Answers when the headers are there; the bytes stream. `range` counts from 0, `end` included. */
  async get(
    key: string,
    options: { readonly range?: { readonly start: number; readonly end?: number }; readonly signal?: AbortSignal } = {},
  ): Promise<StoredObject | undefined> {
    const { range, signal } = options
    const headers = range ? { range: `bytes=${range.start}-${range.end ?? ''}` } : {}
    const request = this.#request('GetObject', 'GET', key, { headers, ...(signal && { signal }) })
    return this.#unlessMissing(
      this.#service.send(request, (response) => ({
        ...infoOf(response),
        body: watchedBody(response, this.#service.platform),
      })),
    )
  }

  /** A whole small object. One of more than `maxBytes` fails with the code `TooLarge`. */
  async getBytes(key: string, maxBytes: number): Promise<StoredBytes | undefined> {
    const request = this.#request('GetObject', 'GET', key, { timeoutMs: smallTimeoutMs })
    return this.#unlessMissing(
      this.#service.send(request, async (response) => ({
        ...infoOf(response),
        bytes: await readBytes(response, maxBytes),
      })),
    )
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    return this.#unlessMissing(this.#service.send(this.#request('HeadObject', 'HEAD', key), infoOf))
  }

  /**
   * With a condition, `precondition_failed` says that it does not hold. It may be our own write that broke it: an
   * attempt that was applied while its answer was lost is repeated. Whoever cannot tell the two apart reads again.
   */
  async put(
    key: string,
    bytes: Uint8Array,
    options: PutOptions,
  ): Promise<{ readonly etag: string } | 'precondition_failed'> {
    const request = this.#request('PutObject', 'PUT', key, {
      headers: { ...headersOf(options), ...conditionHeaders(options.condition), ...contentDigest(bytes) },
      body: bytes,
      timeoutMs: uploadTimeoutMs(bytes),
    })
    return unlessPrecondition(this.#service.send(request, drainedEtag))
  }

  /** Copies within the bucket, up to 5 GB, without moving the bytes through here. About the condition see `put`. */
  async copy(
    from: string,
    to: string,
    options: CopyOptions = {},
  ): Promise<{ readonly etag: string } | 'precondition_failed' | 'missing'> {
    const { condition, replace } = options
    const request = this.#request('CopyObject', 'PUT', to, {
      headers: {
        'x-amz-copy-source': `/${this.#bucket}/${keyPath(from)}`,
        ...(replace && { ...headersOf(replace), 'x-amz-metadata-directive': 'REPLACE' }),
        ...conditionHeaders(condition),
      },
      timeoutMs: smallTimeoutMs,
    })
    const copied = this.#service.send(request, (response) => etagInAnswer(response, 'CopyObjectResult'))
    return (await this.#unlessMissing(unlessPrecondition(copied))) ?? 'missing'
  }

  /** Absent is fine. */
  async remove(key: string): Promise<void> {
    await this.#service.send(this.#request('DeleteObject', 'DELETE', key), drain)
  }

  /** In the order of keys (UTF-8 bytes). `after` is the key to begin behind; `limit` is at most 1000. */
  async list(prefix: string, options: { readonly after?: string; readonly limit?: number } = {}): Promise<ListPage> {
    const { after, limit = 1_000 } = options
    const url = withQuery(this.#url, {
      'list-type': 2,
      prefix,
      'start-after': after || undefined,
      'max-keys': limit,
    })
    return this.#service.send({ operation: 'ListObjectsV2', method: 'GET', url, idempotent: true }, async (response) =>
      parsePage(await rootElement(response, 'ListBucketResult')),
    )
  }

  /**
   * Repeated after a lost answer it leaves an upload without parts behind, which the bucket's lifecycle removes.
   * @param checksums whether each part is sent with its SHA-256, which S3 then keeps
   */
  async createMultipart(key: string, options: ObjectHeaders, checksums = false): Promise<string> {
    const headers = { ...headersOf(options), ...(checksums && { 'x-amz-checksum-algorithm': 'SHA256' }) }
    const request = this.#request('CreateMultipartUpload', 'POST', key, { headers }, { uploads: '' })
    return this.#service.send(request, async (response) => {
      const uploadId = (await rootElement(response, 'InitiateMultipartUploadResult')).text('UploadId')
      if (!uploadId) throw badAnswer(response, 'no UploadId')
      return uploadId
    })
  }

  /** Returns the part's ETag. Every part but the last has 5 MiB or more. */
  async uploadPart(key: string, uploadId: string, partNumber: number, bytes: Uint8Array): Promise<string> {
    const content = { headers: contentDigest(bytes), body: bytes, timeoutMs: uploadTimeoutMs(bytes) }
    const request = this.#request('UploadPart', 'PUT', key, content, { partNumber, uploadId })
    return (await this.#service.send(request, drainedEtag)).etag
  }

  /**
   * `parts` in ascending order. Safe to repeat as long as no other upload writes the same key: an upload that is gone
   * after an attempt whose answer was lost counts as complete when the object is there. About the condition see `put`.
   */
  async completeMultipart(
    key: string,
    uploadId: string,
    parts: readonly UploadedPart[],
    { condition, sizeBytes = 0 }: CompleteOptions = {},
  ): Promise<{ readonly etag: string } | 'precondition_failed'> {
    const headers = { 'content-type': 'application/xml', ...conditionHeaders(condition) }
    const timeoutMs = transferTimeoutMs + sizeBytes / 50_000
    const request = this.#request(
      'CompleteMultipartUpload',
      'POST',
      key,
      { headers, body: completeBody(parts), timeoutMs },
      { uploadId },
    )
    try {
      return await unlessPrecondition(
        this.#service.send(request, (response) => etagInAnswer(response, 'CompleteMultipartUploadResult')),
      )
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'NoSuchUpload' && error.uncertain)) throw error
      const complete = await this.head(key)
      if (!complete) throw error
      return { etag: complete.etag }
    }
  }

  /** An upload that is unknown, or was aborted before, is fine. */
  async abortMultipart(key: string, uploadId: string): Promise<void> {
    const request = this.#request('AbortMultipartUpload', 'DELETE', key, {}, { uploadId })
    try {
      await this.#service.send(request, drain)
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'NoSuchUpload')) throw error
    }
  }

  /** Copies a range of an object (its `end` included) within the bucket to be a part of another. Returns the part's ETag. */
  async copyPart(
    from: string,
    to: { readonly key: string; readonly uploadId: string; readonly partNumber: number },
    range: { readonly start: number; readonly end: number },
  ): Promise<string | 'missing'> {
    const headers = {
      'x-amz-copy-source': `/${this.#bucket}/${keyPath(from)}`,
      'x-amz-copy-source-range': `bytes=${range.start}-${range.end}`,
    }
    const { key, ...query } = to
    const request = this.#request('UploadPartCopy', 'PUT', key, { headers, timeoutMs: transferTimeoutMs }, query)
    const copied = this.#service.send(request, (response) => etagInAnswer(response, 'CopyPartResult'))
    return (await this.#unlessMissing(copied))?.etag ?? 'missing'
  }

  /** All parts so far, in order; `undefined` when there is no such upload. */
  async listParts(key: string, uploadId: string): Promise<readonly StandingPart[] | undefined> {
    const parts: StandingPart[] = []
    let after: number | undefined
    do {
      const page = await this.partsPage(key, uploadId, after)
      if (!page) return undefined
      parts.push(...page.parts)
      after = page.next
    } while (after !== undefined)
    return parts
  }

  /** The parts behind number `after`, 1000 at most, in order; `undefined` when there is no such upload. */
  async partsPage(key: string, uploadId: string, after: number | undefined): Promise<PartsPage | undefined> {
    const request = this.#request('ListParts', 'GET', key, {}, { uploadId, 'part-number-marker': after })
    const sent = this.#service.send(request, async (response) =>
      parseParts(await rootElement(response, 'ListPartsResult')),
    )
    return this.#unlessMissing(sent, 'NoSuchUpload')
  }

  presignGet(key: string, options: LinkOptions): Promise<string> {
    // S3 takes no notice of parameters that begin with "x-", but logs and signs them
    return this.#link('GET', key, options, options.event === undefined ? {} : { 'x-event': options.event })
  }

  /** A link by which just this content can be stored: of a whole object, or of one part of an upload. */
  async presignPut(
    key: string,
    { sizeBytes, sha256 }: LinkedContent,
    options: LinkOptions,
    part: { readonly partNumber?: number; readonly uploadId?: string } = {},
  ): Promise<UploadLink> {
    // S3 compares both with what comes, and a signed header cannot be changed
    const headers = { 'content-length': String(sizeBytes), 'x-amz-checksum-sha256': hexToBase64(sha256) }
    return { url: await this.#link('PUT', key, options, { ...part }, headers), headers }
  }

  #link(
    method: 'GET' | 'PUT',
    key: string,
    options: LinkOptions,
    query: Readonly<Record<string, string | number | undefined>>,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const url = withQuery(`${this.#publicUrl}/${keyPath(key)}`, query)
    return this.#service.presign(method, url, options.at, options.expiresInS, headers)
  }

  // Every request can be repeated: a write puts the same bytes, and a condition holds off what it should.
  #request(
    operation: string,
    method: AwsRequest['method'],
    key: string,
    rest: Pick<AwsRequest, 'headers' | 'body' | 'timeoutMs' | 'signal'> = {},
    query: Readonly<Record<string, string | number | undefined>> = {},
  ): AwsRequest {
    return { operation, method, url: withQuery(`${this.#url}/${keyPath(key)}`, query), idempotent: true, ...rest }
  }

  /** A missing bucket is not a missing object. The answer to HEAD has no code to tell, and is taken for the latter. */
  async #unlessMissing<T>(answer: Promise<T>, code = 'NoSuchKey'): Promise<T | undefined> {
    try {
      return await answer
    } catch (error) {
      if (error instanceof StorageError && error.status === 404 && (error.code === code || error.code === 'Http404')) {
        return undefined
      }
      throw error
    }
  }
}

/** What a slow line of 250 kB/s takes: a request that hangs must not hold up a publish for longer than it has to. */
function uploadTimeoutMs(bytes: Uint8Array): number {
  return 5_000 + bytes.byteLength / 250
}

async function unlessPrecondition<T>(answer: Promise<T>): Promise<T | 'precondition_failed'> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof StorageError && error.code === 'PreconditionFailed') return 'precondition_failed'
    throw error
  }
}

async function drain(response: Response): Promise<void> {
  await readBytes(response, 64 * 1024)
}

async function drainedEtag(response: Response): Promise<{ readonly etag: string }> {
  await drain(response)
  return { etag: response.headers.get('etag') ?? '' }
}

async function etagInAnswer(response: Response, root: string): Promise<{ readonly etag: string }> {
  return { etag: (await rootElement(response, root)).text('ETag') }
}

function contentDigest(bytes: Uint8Array): Record<string, string> {
  return { 'x-amz-content-sha256': digestHex('sha256', bytes) }
}
