import { z } from 'zod'
import { release } from '../../release.ts'
import { connectionFailure } from './connection.ts'
import { Failure } from './failure.ts'
import { parseJson } from './json-text.ts'
import { failureOf } from './problem.ts'
import { type Patience, retrying } from './retry.ts'

/** A list of versions of a large package has some MB. */
const mostAnswerBytes = 64 * 1024 * 1024
const answerWithinMs = 60_000
const usualAttempts = 5

export interface RegistryOptions {
  /** Without a slash at its end. */
  readonly address: string
  readonly token?: string
  /** A code of the second factor, for changes. */
  readonly code?: string
  readonly signal: AbortSignal
  /** Asks for such a code when one is wanted; undefined where there is nobody to ask. */
  readonly askCode?: () => Promise<string>
  readonly onRetry?: Patience['onRetry']
  /** For tests. */
  readonly wait?: Patience['wait']
}

export interface Asked {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  /** Whether asking twice does no harm, so that it is tried again. Default: for all but POST. */
  readonly isRepeatable?: boolean
  /** The answer and its reading; default: a minute. */
  readonly withinMs?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** A registry, over HTTP, as one account or nobody. Redirects are not followed: tokens stay with the registry. */
export class Registry {
  readonly address: string
  readonly #options: RegistryOptions
  #code: string | undefined

  constructor(options: RegistryOptions) {
    this.address = options.address
    this.#options = options
    this.#code = options.code
  }

  /** For the configuration of another client; never to be shown. */
  get token(): string | undefined {
    return this.#options.token
  }

  /** What one reads from an address of the API. @throws Failure */
  async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return this.json({ path }, schema)
  }

  /** An answer in JSON, as it has to be. @throws Failure */
  async json<T>(asked: Asked, schema: z.ZodType<T>): Promise<T> {
    const parsed = schema.safeParse(parseJson(await this.text(asked)))
    if (parsed.success) return parsed.data
    throw new Failure('failed', `The registry’s answer cannot be understood: ${z.prettifyError(parsed.error)}`, {
      code: 'answer_invalid',
      where: shownRequest(asked, this.address),
      hint: 'Is this a Deckle registry, and as new as this command?',
    })
  }

  /** An answer as it is: it may be no JSON. @throws Failure */
  async text(asked: Asked): Promise<string> {
    return this.#retrying(asked, readText)
  }

  /** Changes something that is answered with nothing. @throws Failure */
  async change(asked: Asked): Promise<void> {
    await this.#retrying(asked, async ({ body }) => body?.cancel())
  }

  /** The headers of an answer of 2xx or 3xx. @throws Failure for all others, and for none */
  async headers(asked: Asked): Promise<Pick<Response, 'status' | 'headers'>> {
    return this.#retrying(asked, async (answer) => {
      await answer.body?.cancel()
      return answer
    })
  }

  async #retrying<T>(asked: Asked, read: (answer: Response) => Promise<T>): Promise<T> {
    const { method = 'GET', isRepeatable = method !== 'POST' } = asked
    const { signal, onRetry, wait } = this.#options
    const patience = {
      attempts: isRepeatable ? usualAttempts : 1,
      signal,
      ...(onRetry === undefined ? {} : { onRetry }),
      ...(wait === undefined ? {} : { wait }),
    }
    return retrying(patience, () => this.#once(asked, read))
  }

  async #once<T>(asked: Asked, read: (answer: Response) => Promise<T>): Promise<T> {
    try {
      const answer = await this.#send(asked)
      if (answer.status < 400) return await read(answer)
      throw failureOf(answer, await readText(answer), shownRequest(asked, this.address))
    } catch (error) {
      // It may also break off while it is read
      const failure = connectionFailure(error, new URL(this.address).host, this.#options.signal)
      if (!(await this.#getsCode(failure))) throw failure
    }
    return this.#once(asked, read)
  }

  /** Whether a code of the second factor is wanted, and somebody was there to give it. Asked once. */
  async #getsCode({ details: { code } }: Failure): Promise<boolean> {
    const { askCode } = this.#options
    if (code !== 'second_factor_required' || this.#code !== undefined || askCode === undefined) return false
    this.#code = await askCode()
    return true
  }

  #send({ method = 'GET', path, body, headers = {}, withinMs = answerWithinMs }: Asked): Promise<Response> {
    const { token, signal } = this.#options
    return fetch(`${this.address}${path}`, {
      method,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
      headers: {
        accept: 'application/json',
        'user-agent': userAgent,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(this.#code === undefined ? {} : { 'npm-otp': this.#code }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }
}

export const userAgent = `deckle/${release}`

async function readText(answer: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength
    if (size > mostAnswerBytes) {
      throw new Failure('failed', 'The registry’s answer is too long to be read.', { code: 'answer_too_long' })
    }
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function shownRequest({ method = 'GET', path }: Asked, address: string): string {
  return `${method} ${address}${path}`
}
