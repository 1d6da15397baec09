import { z } from 'zod'
import type { Platform } from '../std/platform.ts'
import type { CredentialsProvider } from './credentials.ts'
import { requestSession } from './session-request.ts'

/** The same in every task of ECS: nothing outside of the task answers there. */
const agent = 'http://169.254.170.2'
const timeoutMs = 2_000

const session = z
  .object({
    AccessKeyId: z.string().min(1),
    SecretAccessKey: z.string().min(1),
    Token: z.string().min(1),
    Expiration: z.iso.datetime(),
  })
  .transform(({ AccessKeyId, SecretAccessKey, Token, Expiration }) => ({
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: Token,
    expiresAt: Date.parse(Expiration),
  }))

/**
 * The session of the role that an ECS task runs under, from the agent beside it. Wrap it in `refreshing`.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
export function containerCredentials(path: string, platform: Platform): CredentialsProvider {
  return () =>
    requestSession(platform, {
      operation: 'GetTaskSession',
      timeoutMs,
      request: new Request(`${agent}${path}`),
      parse: (text) => session.parse(JSON.parse(text)),
    })
}
