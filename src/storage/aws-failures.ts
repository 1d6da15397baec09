import { isJsonObject, type Json } from '../std/json.ts'
import { parseXml } from './xml.ts'

/** Why one attempt failed. Thrown by readers of an answer that turns out to be a failure or not to be readable. */
export class AttemptFailure extends Error {
  readonly status: number
  readonly code: string
  /** True also for whatever may pass by itself. */
  readonly retryable: boolean

  constructor(status: number, code: string, retryable: boolean, detail = '', cause?: unknown) {
    super(detail, { cause })
    this.status = status
    this.code = code
    this.retryable = retryable
  }

  /** The service says that it did not even begin, so that a repetition is safe whatever the request does. */
  get provesNotApplied(): boolean {
    return this.status === 429 || notApplied.has(this.code)
  }

  /** In a word, for what is measured. */
  get outcome(): 'throttled' | 'failed' | 'refused' {
    if (this.provesNotApplied) return 'throttled'
    return this.retryable ? 'failed' : 'refused'
  }
}

/** The answer's status was fine and its content was not: cut off, or not what the protocol says. */
export function badAnswer(response: Response, detail: string, cause?: unknown): AttemptFailure {
  return new AttemptFailure(response.status, 'BadAnswer', true, detail, cause)
}

/**
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const notApplied = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'SlowDown',
  // S3 did not get the whole request in time.
  'RequestTimeout',
  // Another write of the same key was under way, and S3 could not tell whether the condition holds.
  'ConditionalRequestConflict',
  'OperationAborted',
])

/** Reads what an answer with a status of 300 or more says about itself. Does not throw for any body. */
export async function readFailure(response: Response): Promise<AttemptFailure> {
  const { code, message } = parseFailure(await readBounded(response))
  const status = response.status
  const named = code || `Http${status}`
  const retryable = status >= 500 || status === 429 || notApplied.has(named)
  return new AttemptFailure(status, named, retryable, message.slice(0, 300))
}

/** `<Error>` where an answer of status 200 should be: S3 sends the status of a copy before it has copied. */
export function failureInAnswer(text: string): AttemptFailure | undefined {
  const { code, message } = parseFailure(text)
  if (!code) return undefined
  const retryable = code === 'InternalError' || code === 'ServiceUnavailable' || notApplied.has(code)
  return new AttemptFailure(200, code, retryable, message.slice(0, 300))
}

function parseFailure(text: string): { readonly code: string; readonly message: string } {
  try {
    if (text.trimStart().startsWith('<')) {
      // STS wraps it
      const root = parseXml(text)
      const error = (root.child('ErrorResponse') ?? root).child('Error')
      return { code: error?.text('Code') ?? '', message: error?.text('Message') ?? '' }
    }
    const parsed: Json = JSON.parse(text)
    if (!isJsonObject(parsed)) return { code: '', message: '' }
    const type = textOf(parsed['__type'])
    // `com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException`
    return { code: type.slice(type.indexOf('#') + 1), message: textOf(parsed['message']) || textOf(parsed['Message']) }
  } catch {
    // A proxy's own page, or half an answer: the status says what there is to say.
    return { code: '', message: '' }
  }
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : '')

async function readBounded(response: Response): Promise<string> {
  try {
    return new TextDecoder().decode(await readBytes(response, 64 * 1024))
  } catch {
    return ''
  }
}

/** The whole body, if it has at most `maxBytes`. Throws `AttemptFailure` for a longer one and one that breaks off. */
export async function readBytes(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      const chunk: Uint8Array = next.value
      size += chunk.byteLength
      if (size > maxBytes) break
      chunks.push(chunk)
    }
  } catch (error) {
    throw badAnswer(response, 'the answer broke off', error)
  }
  if (size > maxBytes) {
    await reader?.cancel()
    throw new AttemptFailure(response.status, 'TooLarge', false, `more than ${maxBytes} bytes`)
  }
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

export async function readText(response: Response, maxBytes = 16 * 1024 * 1024): Promise<string> {
  return new TextDecoder().decode(await readBytes(response, maxBytes))
}
