import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Platform, webPlatform } from '../../../src/std/platform.ts'
import type { Use } from './policies.ts'
import { type Names, usesOf } from './uses.ts'

/** Uses of AWS by one component, each once. */
export class Recorder {
  readonly #uses = new Map<string, Use>()
  readonly #names: Names

  constructor(names: Names) {
    this.#names = names
  }

  get uses(): readonly Use[] {
    return [...this.#uses.values()]
  }

  /** The platform of the component, whose requests are recorded. */
  get platform(): Platform {
    return {
      ...webPlatform,
      fetch: async (request) => {
        const body = request.headers.has('x-amz-target') ? await request.clone().text() : ''
        this.#note(request.method, request.url, request.headers, body)
        return webPlatform.fetch(request)
      },
    }
  }

  /** What a client does with a signed link is done with the rights of who signed it. */
  followLink(url: string): Promise<Response> {
    return this.platform.fetch(new Request(url))
  }

  /** Stands before a server of SQS, for the SDK, which knows no platform. */
  async inFrontOf(target: string): Promise<{ readonly url: string; close(): void }> {
    const { port } = new URL(target)
    const server = createServer(async (incoming, outgoing) => {
      const body = await readAll(incoming)
      const headers = new Headers({ 'x-amz-target': String(incoming.headers['x-amz-target']) })
      this.#note('POST', target, headers, body.toString())
      const options = { host: '127.0.0.1', port, method: 'POST', path: incoming.url, headers: incoming.headers }
      const forwarded = httpRequest(options, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      forwarded.on('error', () => outgoing.destroy())
      outgoing.on('close', () => forwarded.destroy())
      forwarded.end(body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const close = () => {
      server.close()
      server.closeAllConnections()
    }
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
  }

  #note(method: string, url: string, headers: Headers, body: string): void {
    for (const use of usesOf({ method, url, headers, body }, this.#names)) {
      this.#uses.set(`${use.action} ${use.resource}`, use)
    }
  }
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  return Buffer.concat(chunks)
}
