import type { Context, Next } from '@20minutes/s3rver'
import authentication from '@20minutes/s3rver/lib/middleware/authentication.js'
import S3Error from '@20minutes/s3rver/lib/models/error.js'
import { base64ToHex } from '../../std/base64.ts'
import { ownOperation } from './s3-operations.ts'
import { type RequestFacts, RequestStore, type Storage } from './s3rver-store.ts'

export interface FrontOptions {
  readonly accessKeyId: string
  readonly region: string
  readonly storage: Storage
}

/**
 * Stands before s3rver's router: refuses what is not signed by our key pair (s3rver serves it), gives the controllers
 * a store that knows the request, and answers the operations that s3rver lacks, or cannot do. What remains of s3rver:
 * it refuses, as wrongly signed, a query with one of `!'()*` in it, such as the prefix of a list.
 */
export function s3Front(options: FrontOptions): (context: Context, next: Next) => Promise<unknown> {
  const authenticate = authentication()
  return async (context, next) => {
    requireSignature(context, options)
    context.params = resourceOf(context.path)
    const store = new RequestStore(options.storage, factsOf(context))
    context.store = store
    await authenticate(context, async () => undefined)
    if (!context.state.account) throw denied('The signature does not hold.')
    const operation = ownOperation(context)
    return operation ? operation(context, store, options.storage) : next()
  }
}

const denied = (message: string) => new S3Error('AccessDenied', message)

const text = (value: string | string[] | undefined) => (typeof value === 'string' ? value : undefined)

/** That there is a signature of version 4, for here, over `host` and all `x-amz-` headers. Not that it holds. */
function requireSignature({ headers, query }: Context, { accessKeyId, region }: FrontOptions): void {
  const authorization = text(headers['authorization'])
  if (authorization !== undefined && query['X-Amz-Algorithm'] !== undefined) {
    throw new S3Error('InvalidArgument', 'Only one auth mechanism allowed')
  }
  const { credential, signedHeaders } = authorization ? partsOfHeader(authorization) : partsOfQuery(query)
  if (credential === undefined || signedHeaders === undefined) throw denied('Every request must be signed.')
  const [id, , ...scope] = credential.split('/')
  if (id !== accessKeyId) {
    throw new S3Error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.')
  }
  if (scope.join('/') !== `${region}/s3/aws4_request`) {
    throw new S3Error('AuthorizationHeaderMalformed', `The credential must be scoped to s3 in ${region}.`)
  }
  // Or whoever got a link could turn it into another request, for example into a copy.
  const covered = new Set(signedHeaders.split(';'))
  const uncovered = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !covered.has(name))
  if (!covered.has('host') || uncovered.length > 0) {
    throw denied('There were headers present in the request which were not signed')
  }
}

function partsOfHeader(authorization: string) {
  const part = (name: string) => new RegExp(`^AWS4-HMAC-SHA256 (?:.*[ ,])?${name}=([^,]+)`).exec(authorization)?.[1]
  return { credential: part('Credential'), signedHeaders: part('SignedHeaders') }
}

function partsOfQuery(query: Context['query']) {
  // A signature of version 2 has neither.
  return { credential: text(query['X-Amz-Credential']), signedHeaders: text(query['X-Amz-SignedHeaders']) }
}

function resourceOf(path: string): Context['params'] {
  const [, bucket = '', rest] = /^\/([^/]*)(?:\/(.*))?$/.exec(path) ?? []
  try {
    return { bucket: decodeURIComponent(bucket), ...(rest && { key: decodeURIComponent(rest) }) }
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.")
  }
}

function factsOf({ headers, method }: Context): RequestFacts {
  const sha256 = text(headers['x-amz-content-sha256'])
  const source = text(headers['x-amz-copy-source'])
  const checksum = text(headers['x-amz-checksum-sha256'])
  return {
    range: text(headers[source === undefined ? 'range' : 'x-amz-copy-source-range']),
    // On a GET they are about the answer.
    ...(method !== 'GET' &&
      method !== 'HEAD' && { ifMatch: text(headers['if-match']), ifNoneMatch: text(headers['if-none-match']) }),
    ...(checksum !== undefined && { checksum: base64ToHex(checksum) }),
    ...(sha256 && /^[0-9a-f]{64}$/.test(sha256) && { sha256 }),
    ...(source && { copySource: copySourceOf(source) }),
  }
}

function copySourceOf(header: string) {
  const [path = ''] = header.replace(/^\//, '').split('?')
  const { bucket, key = '' } = resourceOf(`/${path}`)
  return { bucket, key }
}
