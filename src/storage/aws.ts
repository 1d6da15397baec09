import type { Telemetry } from '../model/telemetry.ts'
import type { Platform } from '../std/platform.ts'
import { AttemptFailure, readFailure } from './aws-failures.ts'
import type { Credentials, CredentialsProvider } from './credentials.ts'
import { RequestSigner, SigningKeys, type SigningOptions } from './signer.ts'

/** Where state is. */
export type ServiceName = 's3' | 'dynamodb' | 'sqs'

/** Whatever only reads; of a copy of the state, nothing else is asked. */
const readOperations: ReadonlySet<string> = new Set([
  ...['GetItem', 'BatchGetItem', 'Query'],
  ...['GetObject', 'HeadObject', 'ListObjectsV2'],
  'GetSecretValue',
])

/** What requests can be signed for. */
export type SignedService = ServiceName | 'secretsmanager' | 'execute-api'

export interface StorageErrorFields {
  /** `credentials`: whoever hands out the session that requests are signed with. */
  readonly service: SignedService | 'credentials'
  readonly operation: string
  /** Status of the last answer; 0 when there was none. */
  readonly status: number
  /** The service's own code (`NoSuchKey`, `ValidationException`), or ours: `NetworkError`, `Timeout`, `BadAnswer`, `ReadOnlyRegion`. */
  readonly code: string
  /** The same request may succeed later. */
  readonly retryable: boolean
  /** An attempt went unanswered (or answered 5xx), so the request may have been applied. */
  readonly uncertain: boolean
  readonly detail?: string
  readonly cause?: unknown
}

/** A storage request that failed for good. The message holds no secret and no signed URL. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly service: SignedService | 'credentials'
  readonly operation: string
  readonly status: number
  readonly code: string
  readonly retryable: boolean
  readonly uncertain: boolean

  constructor(fields: StorageErrorFields) {
    const detail = fields.detail ? `: ${fields.detail}` : ''
    super(`${fields.service} ${fields.operation}: ${fields.code} (${fields.status})${detail}`, { cause: fields.cause })
    this.service = fields.service
    this.operation = fields.operation
    this.status = fields.status
    this.code = fields.code
    this.retryable = fields.retryable
    this.uncertain = fields.uncertain
  }
}

export interface AwsServiceOptions {
  readonly service: SignedService
  readonly region: string
  /** Default: AWS's own endpoint in the region. */
  readonly endpoint?: string
  readonly credentials: CredentialsProvider
  readonly platform: Platform
  readonly telemetry?: Telemetry
  /** For one attempt, until its answer is read. Default 5 s. */
  readonly timeoutMs?: number
  /** Including the first. Default 4. */
  readonly attempts?: number
  /** Every request that may change something fails with the code `ReadOnlyRegion`, unsent. */
  readonly readOnly?: boolean
}

export interface AwsRequest {
  /** Name for errors and logs, for example `PutObject`. */
  readonly operation: string
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Default: the endpoint's root. */
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  /** May be applied twice without harm. If not, it is repeated only when it was certainly not applied (throttled). */
  readonly idempotent: boolean
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

type Consume<T> = (response: Response) => T | Promise<T>

/** Ends the wait for an attempt: the usual reason would be an error, with its stack, for every request. */
const hasAnswered = Symbol('answered')
const firstDelayMs = 50
const maxDelayMs = 2_000

/** Signs, sends and repeats the requests to one AWS service, or to a server that speaks its protocol. */
export class AwsService {
  readonly service: SignedService
  readonly region: string
  /** Without a trailing slash. */
  readonly endpoint: string
  readonly platform: Platform
  readonly #credentials: CredentialsProvider
  readonly #timeoutMs: number
  readonly #attempts: number
  readonly #readOnly: boolean
  readonly #telemetry: Telemetry
  readonly #signingKeys = new SigningKeys()

  constructor(options: AwsServiceOptions) {
    this.service = options.service
    this.region = options.region
    const endpoint = options.endpoint ?? `https://${options.service}.${options.region}.amazonaws.com`
    this.endpoint = endpoint.replace(/\/+$/, '')
    this.platform = options.platform
    this.#credentials = options.credentials
    this.#timeoutMs = options.timeoutMs ?? 5_000
    this.#attempts = options.attempts ?? 4
    this.#readOnly = options.readOnly ?? false
    this.#telemetry = options.telemetry ?? {}
  }

  /**
   * Sends the request and gives its answer, if the status is below 300, to `consume`, whose result it returns. An
   * attempt ends when `consume` has ended, so an answer that breaks off is repeated like one that never came. Waits
   * between attempts with full jitter. Throws `StorageError`, or the reason of `signal`.
   */
  async send<T>(request: AwsRequest, consume: Consume<T>): Promise<T> {
    if (this.#readOnly && !readOperations.has(request.operation)) {
      throw this.#error(request, new AttemptFailure(0, 'ReadOnlyRegion', false), false)
    }
    let uncertain = false
    for (let attempt = 1; ; attempt++) {
      request.signal?.throwIfAborted()
      const credentials = await this.#credentials()
      try {
        return await this.#observe(request, () => this.#attempt(request, credentials, consume))
      } catch (error) {
        request.signal?.throwIfAborted()
        const failure = failureOf(error)
        const mayBeApplied = failure.retryable && !failure.provesNotApplied
        uncertain ||= mayBeApplied
        const repeat = failure.retryable && (request.idempotent || !mayBeApplied)
        if (!repeat || attempt >= this.#attempts) throw this.#error(request, failure, uncertain)
      }
      await this.backOff(attempt, request.signal)
    }
  }

  /** Waits as one does after so many failed attempts: at random, up to 50 ms, doubled each time, up to 2 s. */
  async backOff(failedAttempts: number, signal?: AbortSignal): Promise<void> {
    const [high = 0, low = 0] = this.platform.randomBytes(2)
    const ceiling = Math.min(maxDelayMs, firstDelayMs * 2 ** (failedAttempts - 1))
    await this.platform.sleep(Math.floor(((high * 256 + low) / 65_536) * ceiling), signal)
  }

  /**
   * A link that carries its own signature, over `host` and the given headers, which whoever follows it must send. The
   * same arguments and credentials give the same link. `at` is the signing time in milliseconds since the epoch.
   */
  async presign(
    method: 'GET' | 'PUT',
    url: string,
    at: number,
    expiresInS: number,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const target = new URL(url)
    target.searchParams.set('X-Amz-Expires', String(expiresInS))
    // Without `allHeaders` the signer leaves out the length
    const parts = { method, url: target.href, signQuery: true, headers: { ...headers }, allHeaders: true }
    const signer = this.#signer(parts, await this.#credentials(), at)
    return (await signer.sign()).url.href
  }

  #observe<T>(request: AwsRequest, attempt: () => Promise<T>): Promise<T> {
    const { tracer } = this.#telemetry
    if (tracer === undefined) return this.#measure(request, attempt)
    return tracer.within(`${this.service} ${request.operation}`, 'client', () => this.#measure(request, attempt))
  }

  async #measure<T>({ operation }: AwsRequest, attempt: () => Promise<T>): Promise<T> {
    const beganAt = this.platform.now()
    let outcome = 'ok'
    try {
      return await attempt()
    } catch (error) {
      outcome = failureOf(error).outcome
      throw error
    } finally {
      const { metrics } = this.#telemetry
      metrics?.count('storageRequests', { service: this.service, operation, outcome })
      metrics?.observe('storageSeconds', { service: this.service }, (this.platform.now() - beganAt) / 1_000)
    }
  }

  async #attempt<T>(request: AwsRequest, credentials: Credentials, consume: Consume<T>): Promise<T> {
    const timeoutMs = request.timeoutMs ?? this.#timeoutMs
    const answered = new AbortController()
    const late = new AbortController()
    const timer = this.platform.sleep(timeoutMs, answered.signal).then(
      () => late.abort(new AttemptFailure(0, 'Timeout', true, `no answer within ${timeoutMs} ms`)),
      // The sleep was cut short by the answer.
      () => undefined,
    )
    const expired = timer.then(() => Promise.reject(late.signal.reason))
    expired.catch(() => undefined)
    const signal = request.signal ? AbortSignal.any([late.signal, request.signal]) : late.signal
    const exchange = this.#exchange(request, credentials, signal, consume)
    // Its own end no longer matters once the time is over.
    exchange.catch(() => undefined)
    try {
      return await Promise.race([exchange, expired])
    } finally {
      answered.abort(hasAnswered)
    }
  }

  async #exchange<T>(request: AwsRequest, credentials: Credentials, signal: AbortSignal, consume: Consume<T>) {
    const { method, headers, body } = request
    const content = body === undefined ? {} : { body }
    const init = { method, url: request.url ?? `${this.endpoint}/`, headers: { ...headers }, ...content }
    const signed = await this.#signer(init, credentials, this.platform.now()).sign()
    const response = await this.platform.fetch(
      new Request(signed.url.href, { method, headers: signed.headers, ...content, redirect: 'manual', signal }),
    )
    if (response.status >= 300) throw await readFailure(response)
    return consume(response)
  }

  #signer(init: SignedParts, credentials: Credentials, at: number): RequestSigner {
    const options = {
      ...init,
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken }),
      service: this.service,
      region: this.region,
      datetime: new Date(at).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    }
    return new RequestSigner(options, this.#signingKeys)
  }

  #error(request: AwsRequest, failure: AttemptFailure, uncertain: boolean): StorageError {
    const { status, code, retryable, message: detail, cause } = failure
    return new StorageError({
      service: this.service,
      operation: request.operation,
      status,
      code,
      retryable,
      uncertain,
      detail,
      cause,
    })
  }
}

type SignedParts = Pick<SigningOptions, 'method' | 'url' | 'headers' | 'body' | 'signQuery' | 'allHeaders'>

const failureOf = (error: unknown) =>
  error instanceof AttemptFailure ? error : new AttemptFailure(0, 'NetworkError', true, '', error)
