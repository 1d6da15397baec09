import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { constantTimeEqual, digestHex } from '../../std/digest.ts'
import type { Credentials } from '../../storage/credentials.ts'
import { RequestSigner, SigningKeys } from '../../storage/signer.ts'
import { reportFault } from '../local/fault.ts'

/** A request whose signature holds, with its whole body. */
export interface SignedRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** Without `origin`, so that no server behind grants anything to a web page. */
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface GuardOptions {
  readonly service: 'dynamodb' | 'sqs' | 'execute-api'
  readonly region: string
  readonly credentials: Credentials
}

interface Guard extends GuardOptions {
  readonly keys: SigningKeys
}

const maxBodyBytes = 16 * 1024 * 1024
const maxSkewMs = 5 * 60_000

/**
 * Lets through only requests that our key pair signed, for servers that check no signatures. It is what stands between
 * the registry's state and every web page and program on the machine.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureGuard(
  options: GuardOptions,
  handle: (request: SignedRequest, response: ServerResponse) => void | Promise<void>,
): RequestListener {
  const guard: Guard = { ...options, keys: new SigningKeys() }
  return (request, response) => {
    admit(guard, request)
      .then((admitted) => {
        if ('refused' in admitted) return refuse(response, admitted)
        return handle(admitted, response)
      })
      .catch((error: unknown) => {
        reportFault(options.service, error, request)
        // As from a server that died: the client may try again.
        response.destroy()
      })
  }
}

interface Refused {
  readonly refused: string
  readonly status: number
  readonly message: string
}

const unsigned = (refused: string, message: string): Refused => ({ refused, status: 403, message })

async function admit(guard: Guard, request: IncomingMessage): Promise<SignedRequest | Refused> {
  const claim = claimOf(request.headers)
  if (!claim) {
    return unsigned(
      'MissingAuthenticationTokenException',
      'The request carries no complete AWS4-HMAC-SHA256 signature.',
    )
  }
  const body = await bodyOf(request)
  if (!body) return { refused: 'RequestEntityTooLargeException', status: 413, message: 'The request is too large.' }
  const refused = await verify(guard, claim, request, body)
  if (refused) return refused
  const { origin: _, ...headers } = request.headers
  return { method: request.method ?? '', url: request.url ?? '', headers, body }
}

interface Claim {
  readonly accessKeyId: string
  /** `<date>/<region>/<service>/aws4_request` */
  readonly scope: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** `20261123T093000Z` */
  readonly datetime: string
}

function claimOf(headers: IncomingHttpHeaders): Claim | undefined {
  const [scheme, ...rest] = (headers.authorization ?? '').split(' ')
  if (scheme !== 'AWS4-HMAC-SHA256') return undefined
  const parts = new Map(
    rest
      .join('')
      .split(',')
      .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const),
  )
  const [credential, signedHeaders, signature] = [
    parts.get('Credential'),
    parts.get('SignedHeaders'),
    parts.get('Signature'),
  ]
  const datetime = headers['x-amz-date']
  if (!credential || !signedHeaders || !signature || typeof datetime !== 'string') return undefined
  const slash = credential.indexOf('/')
  return {
    accessKeyId: credential.slice(0, slash),
    scope: credential.slice(slash + 1),
    signedHeaders: signedHeaders.split(';'),
    signature,
    datetime,
  }
}

async function verify(
  guard: Guard,
  claim: Claim,
  request: IncomingMessage,
  body: Buffer,
): Promise<Refused | undefined> {
  const { service, region, credentials } = guard
  if (claim.accessKeyId !== credentials.accessKeyId) {
    return unsigned('UnrecognizedClientException', 'The access key is not known here.')
  }
  if (claim.scope !== `${claim.datetime.slice(0, 8)}/${region}/${service}/aws4_request`) {
    return unsigned('InvalidSignatureException', `The signature is not for ${service} in ${region}.`)
  }
  if (!(Math.abs(Date.now() - timeOf(claim.datetime)) <= maxSkewMs)) {
    return unsigned('InvalidSignatureException', 'The signature has expired, or a clock is wrong.')
  }
  const stated = request.headers['x-amz-content-sha256']
  if (stated !== undefined && stated !== digestHex('sha256', body)) {
    return unsigned('InvalidSignatureException', 'The body is not the one that was signed.')
  }
  const expected = await signatureOf(claim, guard, request, body)
  if (expected === undefined || !constantTimeEqual(expected, claim.signature)) {
    return unsigned('InvalidSignatureException', 'The signature does not match the request.')
  }
  return undefined
}

/** What the signature of the request has to be, over the headers that it says it covers. */
async function signatureOf(
  claim: Claim,
  { service, region, credentials, keys }: Guard,
  request: IncomingMessage,
  body: Buffer,
): Promise<string | undefined> {
  const { host } = request.headers
  if (host === undefined || !claim.signedHeaders.includes('host')) return undefined
  const headers = claim.signedHeaders
    .filter((name) => name !== 'host')
    .map((name): [string, string] => [name, String(request.headers[name] ?? '')])
  const options = {
    method: request.method ?? '',
    url: `http://${host}${request.url}`,
    headers,
    body,
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
    service,
    region,
    datetime: claim.datetime,
    allHeaders: true,
  }
  return new RequestSigner(options, keys).signature()
}

function timeOf(datetime: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(datetime)
  if (!match) return Number.NaN
  const [, year, month, day, hour, minute, second] = match.map(Number)
  return Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second)
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > maxBodyBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function refuse(response: ServerResponse, { refused, status, message }: Refused): void {
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${refused}`, message })
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', connection: 'close' }).end(body)
}
