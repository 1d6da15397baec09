import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the fake does to requests of a part or a range, beside answering them. */
export interface Faults {
  /** Called first. `true`: it has dealt with the request. */
  storage?: (request: IncomingMessage, response: ServerResponse) => boolean
}

interface FakeUpload {
  readonly id: string
  readonly asked: { package: string; version: string; filename: string; sizeBytes: number }
  readonly parts: Map<number, Buffer>
  state: string
  polls: number
}

/**
 * Upload sessions and downloads as a registry answers them, in this process: for lost connections, links that run out
 * and wrong bytes, which a real one does not produce on demand. The flows run against the real one.
 */
export class FakeRegistry {
  readonly partBytes: number
  readonly faults: Faults = {}
  readonly uploads = new Map<string, FakeUpload>()
  readonly files = new Map<string, Buffer>()
  /** Requests to the registry, as `METHOD /path`. */
  readonly asked: string[] = []
  /** Tokens of links that are good. */
  #links = new Set<string>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  constructor(partBytes = 1024) {
    this.partBytes = partBytes
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this.url
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  expireLinks(): void {
    this.#links = new Set()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    if (url.pathname.startsWith('/storage/')) return this.#storage(request, response, url)
    this.asked.push(`${request.method} ${url.pathname}`)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const [status, body, headers = {}] = this.#route(`${request.method}`, url, text === '' ? {} : JSON.parse(text))
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  }

  #route(method: string, { pathname }: URL, body: any): [number, unknown?, Record<string, string>?] {
    const [, id = '', below = ''] = /^\/api\/v1\/uploads\/([^/]+)\/?(.*)$/.exec(pathname) ?? []
    const upload = this.uploads.get(id)
    if (pathname === '/api/v1/uploads') return this.#begin(body)
    if (pathname.startsWith('/generic/')) return this.#generic(pathname)
    if (upload === undefined) return [404, { code: 'upload_not_found', detail: 'There is no such upload.' }]
    if (method === 'DELETE') return [204, void this.uploads.delete(id)]
    if (below === 'complete') return this.#complete(upload)
    if (below === 'parts' && method === 'GET') return [200, { parts: [...upload.parts].map(standing) }]
    if (below === 'parts') return [200, { parts: body.parts.map((part: any) => this.#link(upload, part)) }]
    if (upload.state === 'validating' && ++upload.polls > 0) this.#publish(upload)
    return [200, this.#shown(upload)]
  }

  #begin(asked: FakeUpload['asked']): [number, unknown] {
    const open = [...this.uploads.values()].find(
      ({ asked: { filename }, state }) => filename === asked.filename && state === 'open',
    )
    const upload = open ?? { id: randomUUID(), asked, parts: new Map(), state: 'open', polls: 0 }
    this.uploads.set(upload.id, upload)
    return [open === undefined ? 201 : 200, this.#shown(upload)]
  }

  #complete(upload: FakeUpload): [number, unknown] {
    if (upload.parts.size !== this.#shown(upload).partCount)
      return [409, { code: 'upload_incomplete', detail: 'Parts are missing.' }]
    if (upload.state === 'open') upload.state = 'validating'
    return [202, this.#shown(upload)]
  }

  #publish(upload: FakeUpload): void {
    const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
    this.files.set(upload.asked.filename, Buffer.concat(parts))
    upload.state = 'published'
  }

  #shown({ id, asked, state, polls }: FakeUpload) {
    const { sizeBytes } = asked
    const partCount = Math.max(1, Math.ceil(sizeBytes / this.partBytes))
    const validation = { checkedBytes: polls * 10, totalBytes: sizeBytes }
    return { id, state, ...asked, partBytes: this.partBytes, partCount, validation }
  }

  #link({ id }: FakeUpload, { number, sha256 }: { number: number; sha256: string }) {
    const token = randomUUID()
    this.#links.add(token)
    const url = `${this.url}/storage/${id}/${number}?link=${token}&sha256=${sha256}`
    return { number, method: 'PUT', url, headers: { 'x-amz-checksum-sha256': sha256 } }
  }

  #generic(pathname: string): [number, unknown?, Record<string, string>?] {
    const [, , , version = '', filename] = pathname.split('/')
    if (filename !== undefined) {
      const token = randomUUID()
      this.#links.add(token)
      return [302, undefined, { location: `${this.url}/storage/files/${filename}?link=${token}` }]
    }
    const files = Object.fromEntries(
      [...this.files].map(([name, bytes]) => [name, { sizeBytes: bytes.byteLength, sha256: sha256Of(bytes) }]),
    )
    return [200, { name: 'model', tags: {}, versions: { [version]: { files } } }]
  }

  async #storage(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (this.faults.storage?.(request, response) === true) return
    const isGood = this.#links.has(url.searchParams.get('link') ?? '')
    const [, , id = '', name = ''] = url.pathname.split('/')
    if (!isGood) return void response.writeHead(403).end()
    if (request.method === 'GET') return this.#range(request, response, this.files.get(name) ?? Buffer.alloc(0))
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    if (sha256Of(bytes) !== url.searchParams.get('sha256')) return void response.writeHead(400).end()
    this.uploads.get(id)?.parts.set(Number(name), bytes)
    response.writeHead(200).end()
  }

  #range({ headers }: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
    const [, from = '0', to = '0'] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
    response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${bytes.byteLength}` })
    response.end(bytes.subarray(Number(from), Number(to) + 1))
  }
}

function standing([number, bytes]: readonly [number, Buffer]) {
  return { number, sizeBytes: bytes.byteLength, sha256: sha256Of(bytes) }
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
