import type { Config } from '../../config.ts'
import { randomId } from '../../std/base62.ts'
import type { Platform } from '../../std/platform.ts'
import { AwsService, type ServiceName } from '../../storage/aws.ts'
import { readBytes } from '../../storage/aws-failures.ts'
import type { CredentialsProvider } from '../../storage/credentials.ts'
import { addressingOf, bucketUrl } from '../../storage/s3-address.ts'
import { wireCredentials } from '../../wire-credentials.ts'
import { type Stores, wireStores } from '../../wiring.ts'
import { Unreachable } from './failure.ts'

export interface ExamOptions {
  readonly config: Config
  readonly platform: Platform
  /** Whose credentials the settings hold; nothing is said of rights when it is unknown. */
  readonly role?: 'edge'
  /** Of the account that publishes the probe. */
  readonly token?: string
  /** How long the validator may take for the probe: one that is scaled to nothing starts first. */
  readonly waitMs: number
}

/** An answer with its whole body. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array<ArrayBuffer>
}

const maxAnswerBytes = 1024 * 1024

/** What all checks of one run share: the deployment, and the ways to it. */
export class Exam {
  readonly config: Config
  readonly platform: Platform
  readonly role: 'edge' | undefined
  readonly token: string | undefined
  readonly waitMs: number
  readonly stores: Stores
  /** Unlike that of every other run. */
  readonly id: string
  /** A small object that the checks of storage put, read and remove. */
  readonly trial: { readonly key: string; readonly bytes: Uint8Array<ArrayBuffer> }
  readonly bucketUrl: string
  readonly #credentials: CredentialsProvider

  constructor({ config, platform, role, token, waitMs }: ExamOptions) {
    this.config = config
    this.platform = platform
    this.role = role
    this.token = token
    this.waitMs = waitMs
    this.#credentials = wireCredentials(config, platform)
    this.stores = wireStores(config, platform)
    this.id = randomId(platform, 12)
    this.trial = { key: `staging/doctor-${this.id}/file`, bytes: new TextEncoder().encode(`deckle doctor ${this.id}`) }
    const { endpoint } = this.service('s3')
    this.bucketUrl = bucketUrl(endpoint, config.storage.bucket, addressingOf(endpoint))
  }

  /** A service for requests that no store makes. */
  service(name: ServiceName): AwsService {
    const { region, ...endpoints } = this.config.storage
    const endpoint = { s3: endpoints.s3Endpoint, dynamodb: endpoints.dynamoDbEndpoint, sqs: endpoints.sqsEndpoint }[
      name
    ]
    return new AwsService({
      service: name,
      region,
      credentials: this.#credentials,
      platform: this.platform,
      ...(endpoint === undefined ? {} : { endpoint }),
    })
  }

  /**
   * An unsigned request, as any client makes it; redirects are not followed.
   * @throws Unreachable, AttemptFailure for an answer that breaks off or has over 1 MiB
   */
  async ask(url: string, signal: AbortSignal, init: Omit<RequestInit, 'signal' | 'redirect'> = {}): Promise<Answer> {
    const request = new Request(url, { ...init, redirect: 'manual', signal })
    let response: Response
    try {
      response = await this.platform.fetch(request)
    } catch (error) {
      throw new Unreachable(new URL(url).host, error)
    }
    const { status, headers } = response
    return { status, headers, bytes: await readBytes(response, maxAnswerBytes) }
  }

  /** A request to the registry, with the token if there is one. `path` begins with a slash. */
  askEdge(path: string, signal: AbortSignal, init: Omit<RequestInit, 'signal' | 'redirect'> = {}): Promise<Answer> {
    const headers = new Headers(init.headers)
    if (this.token !== undefined) headers.set('authorization', `Bearer ${this.token}`)
    return this.ask(`${this.config.publicUrl}${path}`, signal, { ...init, headers })
  }
}

/** The body as JSON; undefined when it is none. */
export function jsonOf({ bytes }: Answer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
