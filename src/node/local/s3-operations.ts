import type { Context } from '@20minutes/s3rver'
import S3Error from '@20minutes/s3rver/lib/models/error.js'
import { hexToBase64 } from '../../std/base64.ts'
import { escapeXml } from '../../storage/xml.ts'
import type { Label } from './object-file.ts'
import type { RequestStore, Storage } from './s3rver-store.ts'

/** Answers one authenticated request. */
type Operation = (context: Context, store: RequestStore, storage: Storage) => Promise<void>

/**
 * The operation, if it is one that s3rver lacks (AbortMultipartUpload, ListParts) or fails at: it pages ListObjectsV2
 * by tokens in DES, which OpenSSL 3 no longer has.
 */
export function ownOperation({ method, params, query }: Context): Operation | undefined {
  if (params.key === undefined) return method === 'GET' && query['list-type'] === '2' ? listObjects : undefined
  if (query['uploadId'] === undefined) return undefined
  if (method === 'DELETE') return abortUpload
  return method === 'GET' ? listParts : undefined
}

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

const listObjects: Operation = async (context, store, { objects }) => {
  const { bucket } = context.params
  if (!(await store.getBucket(bucket))) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist')
  if (parameter(context, 'delimiter')) throw new S3Error('NotImplemented', 'This server does not group keys.')
  const prefix = parameter(context, 'prefix')
  const token = Buffer.from(parameter(context, 'continuation-token'), 'base64url').toString()
  const limit = limitOf(context, 'max-keys')
  const after = token || parameter(context, 'start-after')
  const { labels, truncated } = await objects.list(bucket, { prefix, after, limit })
  const last = truncated ? labels.at(-1) : undefined
  answer(context, 'ListBucketResult', [
    element('Name', bucket),
    element('Prefix', prefix),
    element('KeyCount', labels.length),
    element('MaxKeys', limit),
    element('IsTruncated', truncated),
    last ? element('NextContinuationToken', Buffer.from(last.key).toString('base64url')) : '',
    ...labels.map((label) => `<Contents>${element('Key', label.key)}${described(label)}</Contents>`),
  ])
}

const abortUpload: Operation = async (context, store, { uploads }) => {
  const { bucket } = context.params
  const uploadId = parameter(context, 'uploadId')
  await store.upload(bucket, uploadId)
  await uploads.remove(bucket, uploadId)
  context.status = 204
}

const listParts: Operation = async (context, store, { uploads }) => {
  const { bucket, key } = context.params
  const uploadId = parameter(context, 'uploadId')
  await store.upload(bucket, uploadId)
  const after = Number(parameter(context, 'part-number-marker'))
  const limit = limitOf(context, 'max-parts')
  const parts = (await uploads.parts(bucket, uploadId)).filter(({ partNumber }) => partNumber > after)
  const page = parts.slice(0, limit)
  answer(context, 'ListPartsResult', [
    element('Bucket', bucket),
    element('Key', key ?? ''),
    element('UploadId', uploadId),
    element('PartNumberMarker', after),
    element('NextPartNumberMarker', page.at(-1)?.partNumber ?? after),
    element('MaxParts', limit),
    element('IsTruncated', parts.length > page.length),
    ...page.map(
      ({ partNumber, label }) =>
        `<Part>${element('PartNumber', partNumber)}${described(label)}${checksumOf(label)}</Part>`,
    ),
  ])
}

/** s3rver would write XML by itself, and escape it twice. */
function answer(context: Context, root: string, children: readonly string[]): void {
  context.type = 'application/xml'
  context.body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${children.join('')}</${root}>`
}

function described({ modifiedAt, etag, sizeBytes }: Label): string {
  return [
    element('LastModified', new Date(modifiedAt).toISOString()),
    element('ETag', `"${etag}"`),
    element('Size', sizeBytes),
  ].join('')
}

function checksumOf({ sha256 }: Label): string {
  return sha256 === undefined ? '' : element('ChecksumSHA256', hexToBase64(sha256))
}

const element = (name: string, content: string | number | boolean) => `<${name}>${escapeXml(String(content))}</${name}>`

function parameter({ query }: Context, name: string): string {
  const value = query[name]
  return typeof value === 'string' ? value : ''
}

function limitOf(context: Context, name: string): number {
  const limit = Number(parameter(context, name) || 1_000)
  if (!Number.isInteger(limit) || limit < 0) throw new S3Error('InvalidArgument', `${name} must be a natural number`)
  return Math.min(limit, 1_000)
}
