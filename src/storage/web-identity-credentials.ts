import { z } from 'zod'
import type { Platform } from '../std/platform.ts'
import type { CredentialsProvider } from './credentials.ts'
import { requestSession } from './session-request.ts'
import { parseXml } from './xml.ts'

export interface WebIdentity {
  readonly roleArn: string
  /** Of STS in the region. */
  readonly endpoint: string
  /** A fresh token that the role trusts. */
  readonly token: () => Promise<string>
}

/** STS asks the issuer for its keys meanwhile. */
const timeoutMs = 8_000
/** The longest that the role allows; credentials are renewed before the last quarter of it. */
const sessionS = 3_600

const session = z.object({
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  sessionToken: z.string().min(1),
  expiresAt: z.number().int(),
})

/**
 * The session of a role, in exchange for a token of ours: no key of AWS is needed for it. Wrap it in `refreshing`.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export function webIdentityCredentials(
  { roleArn, endpoint, token }: WebIdentity,
  platform: Platform,
): CredentialsProvider {
  return async () => {
    const form = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: 'deckle-edge',
      DurationSeconds: String(sessionS),
      WebIdentityToken: await token(),
    })
    return requestSession(platform, {
      operation: 'AssumeRoleWithWebIdentity',
      timeoutMs,
      request: new Request(`${endpoint}/`, { method: 'POST', body: form }),
      parse: parseAnswer,
    })
  }
}

function parseAnswer(text: string) {
  const credentials = parseXml(text)
    .child('AssumeRoleWithWebIdentityResponse')
    ?.child('AssumeRoleWithWebIdentityResult')
    ?.child('Credentials')
  return session.parse({
    accessKeyId: credentials?.text('AccessKeyId'),
    secretAccessKey: credentials?.text('SecretAccessKey'),
    sessionToken: credentials?.text('SessionToken'),
    expiresAt: Date.parse(credentials?.text('Expiration') ?? ''),
  })
}
