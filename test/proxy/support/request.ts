import type { IncomingHttpHeaders } from 'node:http'
import { type RequestOptions, request as send } from 'node:https'
import { buffer } from 'node:stream/consumers'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface RequestFacts {
  /** The authority to believe, as text. */
  readonly ca: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

/** One request over TLS to an address of this machine, its path sent as it is written; follows no redirect. */
export function request(url: string, { ca, method = 'GET', headers = {}, body }: RequestFacts): Promise<Answer> {
  return new Promise((resolve, reject) => {
    send({ ...targetOf(url), ca, method, headers: headers as RequestOptions['headers'], agent: false }, (answer) => {
      buffer(answer).then(
        (bytes) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes }),
        reject,
      )
    })
      .once('error', reject)
      .end(body)
  })
}

/**
 * Host, port and path of a URL, without the changes that `new URL` would make to the path. Always by IPv4, so that all
 * requests come from one address.
 */
export function targetOf(url: string) {
  const { hostname, port } = new URL(url)
  return { host: hostname, family: 4, port, path: url.slice(url.indexOf('/', 'https://'.length)) }
}
