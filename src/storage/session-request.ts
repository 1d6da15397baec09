import type { Platform } from '../std/platform.ts'
import { StorageError } from './aws.ts'
import { AttemptFailure, readFailure, readText } from './aws-failures.ts'
import type { Credentials } from './credentials.ts'

export interface SessionRequest {
  /** Name for errors and logs. */
  readonly operation: string
  readonly timeoutMs: number
  readonly request: Request
  /** Reads an answer of status 200; what it throws is not shown. */
  readonly parse: (text: string) => Credentials
}

/**
 * Asks once for a session of a role, within the time. Wrap it in `refreshing`, which keeps the session and asks again.
 * @throws StorageError, which shows nothing of what was sent or read: both are secret. It can always be repeated: what
 *   is refused is put right by an operator, and no request's fault
 */
export async function requestSession(platform: Platform, asked: SessionRequest): Promise<Credentials> {
  const answered = new AbortController()
  const late = platform.sleep(asked.timeoutMs, answered.signal).then(() => {
    throw new AttemptFailure(0, 'Timeout', true)
  })
  late.catch(() => undefined)
  try {
    return await Promise.race([exchange(platform, asked), late])
  } catch (error) {
    const { status, code, message: detail } = failureOf(error)
    const fields = { service: 'credentials', operation: asked.operation, retryable: true, uncertain: false } as const
    throw new StorageError({ ...fields, status, code, detail })
  } finally {
    answered.abort()
  }
}

async function exchange(platform: Platform, { request, parse }: SessionRequest): Promise<Credentials> {
  const response = await platform.fetch(request)
  if (response.status !== 200) throw await readFailure(response)
  const text = await readText(response)
  try {
    return parse(text)
  } catch {
    throw new AttemptFailure(200, 'BadAnswer', true)
  }
}

const failureOf = (error: unknown) =>
  error instanceof AttemptFailure ? error : new AttemptFailure(0, 'NetworkError', true)
