import type { ApiGatewayRequestContextV2 } from 'hono/aws-lambda'

/** What API Gateway hands to a Lambda, by its format version 2.0. */
export interface HttpEvent {
  readonly version: '2.0'
  readonly routeKey: '$default'
  readonly rawPath: string
  readonly rawQueryString: string
  readonly cookies?: string[]
  readonly headers: Record<string, string>
  readonly queryStringParameters?: Record<string, string>
  readonly requestContext: ApiGatewayRequestContextV2
  readonly body?: string
  readonly isBase64Encoded: boolean
}

/** API Gateway sends these as they are; anything else as base64. */
const text = /^(?:text\/.*|application\/(?:json|javascript|xml|.*\+(?:json|xml)))(?:;|$)/

/**
 * The event that API Gateway makes of a request: header names in lower case, cookies apart, bodies that are no text as
 * base64, and the client's address as API Gateway saw it.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export async function eventOf(request: Request, sourceIp = '198.51.100.7'): Promise<HttpEvent> {
  const { pathname, search, searchParams, hostname } = new URL(request.url)
  const headers = Object.fromEntries([...request.headers].filter(([name]) => name !== 'cookie'))
  const cookies = request.headers.get('cookie')?.split('; ')
  const bytes = Buffer.from(await request.arrayBuffer())
  const isBase64Encoded = bytes.length > 0 && !text.test(request.headers.get('content-type') ?? '')
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    ...(cookies === undefined ? {} : { cookies }),
    headers: { ...headers, host: hostname, 'content-length': String(bytes.length), 'x-forwarded-for': sourceIp },
    ...(search === '' ? {} : { queryStringParameters: Object.fromEntries(searchParams) }),
    requestContext: contextOf(request.method, pathname, hostname, sourceIp),
    ...(bytes.length === 0 ? {} : { body: bytes.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  }
}

function contextOf(method: string, path: string, domainName: string, sourceIp: string): ApiGatewayRequestContextV2 {
  const time = Date.UTC(2026, 10, 24)
  return {
    accountId: '111111111111',
    apiId: 'r3pmxmplak',
    authentication: null,
    authorizer: {},
    domainName,
    domainPrefix: 'r3pmxmplak',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: 'npm/11.0.0 node/v24.0.0 linux x64' },
    requestId: 'JKJaXmPLvHcESHA=',
    routeKey: '$default',
    stage: '$default',
    time: new Date(time).toUTCString(),
    timeEpoch: time,
  }
}
