import { publishBody } from '../builders/publish-body.ts'
import { tarball } from '../builders/tarball.ts'

export interface PublishOptions {
  readonly files?: Readonly<Record<string, string>>
  readonly manifest?: Readonly<Record<string, unknown>>
  readonly access?: 'public' | 'restricted'
  readonly tag?: string
}

/** Somebody who talks to a registry, with a token or without. */
export class Actor {
  readonly url: string
  readonly token: string | undefined

  constructor(url: string, token: string | undefined) {
    this.url = url
    this.token = token
  }

  fetch(path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.token !== undefined && !headers.has('authorization')) headers.set('authorization', `Bearer ${this.token}`)
    return fetch(`${this.url}${path}`, { redirect: 'manual', ...init, headers })
  }

  async json(path: string, init: RequestInit = {}): Promise<Record<string, any>> {
    return (await (await this.fetch(path, init)).json()) as Record<string, any>
  }

  /** What `npm publish` of a small package sends. */
  publish(name: string, version: string, options: PublishOptions = {}): Promise<Response> {
    return this.fetch(`/${name.replace('/', '%2f')}`, publishRequest(name, version, options))
  }
}

/** A request with a body in JSON. */
export function json(method: string, body: unknown): RequestInit {
  return { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

/** The status of an answer, and the code of the problem that it says. */
export async function problemIn(answer: Response): Promise<readonly [status: number, code: string | undefined]> {
  const { code }: { code?: string } = JSON.parse(await answer.text())
  return [answer.status, code]
}

/** The request of `npm publish` for a small package made of the given files. */
export function publishRequest(name: string, version: string, options: PublishOptions = {}): RequestInit {
  const manifest = { name, version, description: `about ${name}`, license: 'MIT', ...options.manifest }
  const archive = tarball().file('package/package.json', JSON.stringify(manifest))
  for (const [path, content] of Object.entries(options.files ?? { 'index.js': 'module.exports = 1\n' })) {
    archive.file(`package/${path}`, content)
  }
  const body = publishBody({
    name,
    version,
    tarball: archive.gzip(),
    order: 'npm',
    manifest,
    ...(options.access === undefined ? {} : { access: options.access }),
    ...(options.tag === undefined ? {} : { distTag: options.tag }),
  })
  return { method: 'PUT', headers: { 'content-type': 'application/json' }, body }
}
