import { z } from 'zod'
import type { Platform } from '../std/platform.ts'
import { StorageError } from './aws.ts'
import { readText } from './aws-failures.ts'
import type { Credentials, CredentialsProvider } from './credentials.ts'

/** The same in every task of ECS: nothing outside of the task answers there. */
const agent = 'http://169.254.170.2'
const timeoutMs = 2_000

const session = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().min(1),
  Expiration: z.iso.datetime(),
})

/**
 * The session of the role that an ECS task runs under, from the agent beside it. Wrap it in `refreshing`, which keeps
 * the session and repeats what failed.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 * @throws StorageError that can be repeated
 */
export function containerCredentials(path: string, platform: Platform): CredentialsProvider {
  return async () => {
    const answered = new AbortController()
    const late = platform.sleep(timeoutMs, answered.signal).then(() => {
      throw failure(0, 'Timeout')
    })
    late.catch(() => undefined)
    try {
      return await Promise.race([ask(path, platform), late])
    } finally {
      answered.abort()
    }
  }
}

async function ask(path: string, platform: Platform): Promise<Credentials> {
  const response = await platform.fetch(new Request(`${agent}${path}`)).catch((cause: unknown) => {
    throw failure(0, 'NetworkError', cause)
  })
  if (response.status !== 200) throw failure(response.status, `Http${response.status}`)
  return parse(await readText(response))
}

function parse(text: string): Credentials {
  try {
    const { AccessKeyId, SecretAccessKey, Token, Expiration } = session.parse(JSON.parse(text))
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: Token,
      expiresAt: Date.parse(Expiration),
    }
  } catch {
    // The cause would show what was read, which is secret
    throw failure(200, 'BadAnswer')
  }
}

function failure(status: number, code: string, cause?: unknown): StorageError {
  const fields = { service: 'credentials', operation: 'GetTaskSession', retryable: true, uncertain: false } as const
  return new StorageError({ ...fields, status, code, cause })
}
