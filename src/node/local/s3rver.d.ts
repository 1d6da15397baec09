declare module '@20minutes/s3rver' {
  import type { IncomingMessage, RequestListener } from 'node:http'

  type Next = () => Promise<unknown>

  /** The parts of a Koa context that our middleware uses. */
  interface Context {
    readonly req: IncomingMessage
    readonly method: string
    /** As it came, percent-encoded. */
    readonly path: string
    readonly query: Readonly<Record<string, string | string[] | undefined>>
    readonly headers: Readonly<Record<string, string | string[] | undefined>>
    readonly state: { account?: object }
    params: { bucket: string; key?: string }
    store: object
    status: number
    type: string
    body: unknown
  }

  /** A Koa application. */
  export default class S3rver {
    constructor(options: {
      readonly silent: boolean
      readonly vhostBuckets: boolean
      /** Not used, as the store is replaced. */
      readonly directory: string
    })
    readonly middleware: ((context: Context, next: Next) => Promise<unknown>)[]
    /** What its checks of buckets ask. Controllers ask `ctx.store`. */
    store: object
    readonly logger: { close(): void }
    callback(): RequestListener
    on(event: 'error', listener: (error: unknown, context?: Context) => void): this
  }
}

declare module '@20minutes/s3rver/lib/middleware/authentication.js' {
  import type { Context, Next } from '@20minutes/s3rver'

  /** Sets `state.account` if the request has a signature that holds; throws if it has one that does not. */
  export default function authentication(): (context: Context, next: Next) => Promise<unknown>
}

declare module '@20minutes/s3rver/lib/models/account.js' {
  interface Account {
    createKeyPair(accessKeyId: string, secretAccessKey: string): void
    revokeAccessKey(accessKeyId: string): void
  }
  const accounts: { readonly DUMMY_ACCOUNT: Account }
  export default accounts
}

declare module '@20minutes/s3rver/lib/models/error.js' {
  /** Answered as S3's XML error. */
  export default class S3Error extends Error {
    constructor(code: string, message: string)
    readonly code: string
    status: number
  }
}

declare module '@20minutes/s3rver/lib/models/object.js' {
  import type { Readable } from 'node:stream'

  export default class S3Object {
    constructor(
      bucket: string,
      key: string,
      content: Readable | null,
      metadata: Readonly<Record<string, string | number>>,
    )
    readonly bucket: string
    readonly key: string
    readonly content: Readable
    readonly metadata: Readonly<Record<string, string>>
    /** The part of the object that `content` is, `end` included. */
    range?: { readonly start: number; readonly end: number }
  }
}

declare module '@20minutes/s3rver/lib/signature/v4.js' {
  import type { KeyObject } from 'node:crypto'

  /** What the authentication calls through, which makes it replaceable. */
  const signatures: { getSigningKey(secret: string, date: string, region: string, service: string): KeyObject }
  export default signatures
}
