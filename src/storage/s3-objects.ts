/** What an object carries besides its bytes. Names of `metadata` are lower case. */
export interface ObjectHeaders {
  readonly contentType: string
  /**
   * Every reader by HTTP undoes it, `fetch` included: `get` then yields the decoded bytes. An object whose
   * compressed bytes are wanted back must not have it.
   */
  readonly contentEncoding?: string
  readonly cacheControl?: string
  readonly metadata?: Readonly<Record<string, string>>
}

/** Only if the key has no object, or still has the object of that ETag. */
export type WriteCondition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string }

export interface PutOptions extends ObjectHeaders {
  readonly condition?: WriteCondition
}

export interface CopyOptions {
  /** About the destination. */
  readonly condition?: WriteCondition
  /** Default: the source's headers. */
  readonly replace?: ObjectHeaders
}

export interface ObjectInfo {
  /** As stored, so for an object with a content encoding not the length of what `get` yields. */
  readonly sizeBytes: number
  /** In its quotes, as S3 writes it. */
  readonly etag: string
  readonly contentType?: string
  readonly contentEncoding?: string
  readonly metadata: Readonly<Record<string, string>>
}

export interface StoredObject extends ObjectInfo {
  /** Fails with `StorageError` when it breaks off or stands still for 30 s. Cancel it if you do not read it to its end. */
  readonly body: ReadableStream<Uint8Array>
}

export interface StoredBytes extends ObjectInfo {
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface ListedObject {
  readonly key: string
  readonly sizeBytes: number
  /** Milliseconds since the epoch. */
  readonly lastModified: number
}

export interface ListPage {
  readonly objects: readonly ListedObject[]
  /** The `after` of the next page. Absent on the last. */
  readonly next?: string
}

export interface UploadedPart {
  /** 1 to 10000. */
  readonly partNumber: number
  readonly etag: string
  /** In hex; of parts that were sent with it. */
  readonly sha256?: string
}

export interface StandingPart extends UploadedPart {
  readonly sizeBytes: number
}

export interface PartsPage {
  readonly parts: readonly StandingPart[]
  /** The `after` of the next page. Absent on the last. */
  readonly next?: number
}

/** Just what a link takes, and nothing else. Digest in hex. */
export interface LinkedContent {
  readonly sizeBytes: number
  readonly sha256: string
}

/** A link, and the headers that it was signed with: they are to be sent as they are. */
export interface UploadLink {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface CompleteOptions {
  /** About what stands at the key. */
  readonly condition?: WriteCondition
  /** Of the object: S3 answers when it has put it together. */
  readonly sizeBytes?: number
}

export function headersOf(options: ObjectHeaders): Record<string, string> {
  return {
    'content-type': options.contentType,
    ...(options.contentEncoding && { 'content-encoding': options.contentEncoding }),
    ...(options.cacheControl && { 'cache-control': options.cacheControl }),
    ...Object.fromEntries(Object.entries(options.metadata ?? {}).map(([name, value]) => [`x-amz-meta-${name}`, value])),
  }
}

export function conditionHeaders(condition: WriteCondition | undefined): Record<string, string> {
  if (!condition) return {}
  return 'ifMatch' in condition ? { 'if-match': condition.ifMatch } : { 'if-none-match': condition.ifNoneMatch }
}

export function infoOf(response: Response): ObjectInfo {
  const { headers } = response
  const contentType = headers.get('content-type')
  const contentEncoding = headers.get('content-encoding')
  const prefix = 'x-amz-meta-'
  const metadata = [...headers].filter(([name]) => name.startsWith(prefix))
  return {
    sizeBytes: Number(headers.get('content-length')),
    etag: headers.get('etag') ?? '',
    ...(contentType !== null && { contentType }),
    ...(contentEncoding !== null && { contentEncoding }),
    metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(prefix.length), value])),
  }
}
