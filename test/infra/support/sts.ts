import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, jwtVerify } from 'jose'

/** What a role's trust says: whose tokens, for whom, about whom. */
export interface Trust {
  readonly roleArn: string
  /** Known once the issuer has an address. */
  issuer: string
  readonly audience: string
  readonly subject: string
}

export interface Sts {
  readonly url: string
  /** The code of each exchange, in order; `ok` for those that got a session. */
  readonly outcomes: string[]
  close(): Promise<void>
}

export interface StsOptions {
  readonly trust: Trust
  /** What a session is good for; asked for each. */
  readonly credentials: () => { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly sessionS?: number
}

/**
 * `AssumeRoleWithWebIdentity` as STS does it: a form, unsigned, whose token is verified with the keys that its issuer
 * publishes; answers and errors in XML.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export async function startSts(options: StsOptions): Promise<Sts> {
  const outcomes: string[] = []
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await readAll(request))
    const code = await refusalOf(request, form, options.trust)
    outcomes.push(code ?? 'ok')
    response.writeHead(code === undefined ? 200 : 400, { 'content-type': 'text/xml' })
    response.end(code === undefined ? session(options) : refusal(code))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
    server.closeAllConnections()
    return closed
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, outcomes, close }
}

/** The code of what is wrong; undefined: nothing. */
async function refusalOf({ headers, method }: IncomingMessage, form: URLSearchParams, trust: Trust) {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  const seconds = Number(form.get('DurationSeconds'))
  if (method !== 'POST' || !isForm || headers.authorization !== undefined) return 'InvalidAction'
  if (form.get('Action') !== 'AssumeRoleWithWebIdentity' || form.get('Version') !== '2011-06-15') return 'InvalidAction'
  if (!/^[\w+=,.@-]{2,64}$/.test(form.get('RoleSessionName') ?? '') || seconds < 900) return 'ValidationError'
  if (form.get('RoleArn') !== trust.roleArn) return 'AccessDenied'
  try {
    const found = await fetch(`${trust.issuer}/.well-known/openid-configuration`)
    const { issuer, jwks_uri: keysUrl } = (await found.json()) as Record<string, string>
    if (issuer !== trust.issuer) return 'InvalidIdentityToken'
    const keys = createRemoteJWKSet(new URL(keysUrl ?? ''))
    const { payload } = await jwtVerify(form.get('WebIdentityToken') ?? '', keys, {
      issuer,
      audience: trust.audience,
      algorithms: ['RS256', 'ES256'],
      requiredClaims: ['exp', 'iat', 'sub'],
    })
    return payload.sub === trust.subject ? undefined : 'AccessDenied'
  } catch {
    return 'InvalidIdentityToken'
  }
}

function session({ credentials, sessionS = 3_600, trust }: StsOptions): string {
  const expiration = new Date(Date.now() + sessionS * 1_000).toISOString().replace(/\.\d+/, '')
  const { accessKeyId, secretAccessKey } = credentials()
  return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <SubjectFromWebIdentityToken>${trust.subject}</SubjectFromWebIdentityToken>
    <Audience>${trust.audience}</Audience>
    <AssumedRoleUser>
      <Arn>${trust.roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/deckle-edge</Arn>
      <AssumedRoleId>AROACLKWSDQRAOEXAMPLE:deckle-edge</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>
      <SessionToken>AQoDYXdzEE0a8ANXXXXXXXXNO1ewxE5TijQyp+EXAMPLE</SessionToken>
      <SecretAccessKey>${secretAccessKey}</SecretAccessKey>
      <Expiration>${expiration}</Expiration>
      <AccessKeyId>${accessKeyId}</AccessKeyId>
    </Credentials>
    <Provider>${trust.issuer}</Provider>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>ad4156e9-bce1-11e2-82e6-6b6efEXAMPLE</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>`
}

function refusal(code: string): string {
  return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>${code}</Code><Message>Refused by the double.</Message></Error>
  <RequestId>4f2d1c5e-EXAMPLE</RequestId>
</ErrorResponse>`
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
