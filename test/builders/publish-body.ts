import { createHash } from 'node:crypto'

/** The clients whose bodies differ, in order or fields; captured from these versions in November 2026. */
export const publishClients = {
  npm: 'npm 11.21.2 and 12.2.0',
  pnpm10: 'pnpm 10.34.9, which lets npm publish a tarball',
  pnpm11: 'pnpm 11.28.11',
  pnpm12: 'pnpm 12.21.0',
  yarn1: 'yarn 1.22.22',
  yarn4: 'yarn 4.18.1',
  bun: 'bun 1.4.5',
} as const
export type PublishClient = keyof typeof publishClients

export interface PublishBodyOptions {
  readonly name: string
  readonly version: string
  readonly tarball: Uint8Array
  readonly order: PublishClient
  /** package.json beside name and version, as the client read it. */
  readonly manifest?: Readonly<Record<string, unknown>>
  /** Left out, it is what the client sends without `--access`. */
  readonly access?: 'public' | 'restricted'
  readonly distTag?: string
  readonly readme?: string
  readonly gitHead?: string
  /** A sigstore bundle: attached as JSON text by npm, pnpm 11 and yarn 4. */
  readonly provenance?: Readonly<Record<string, unknown>>
  /** Without a slash at its end. */
  readonly registry?: string
}

/** JSON text that stands as it is, well-formed or not. */
export class RawJson {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** An object as a list, so that keys can be repeated, reordered, and be written in any way (a `RawJson` key). */
export type Member = readonly [key: string | RawJson, value: unknown]
export class Members {
  readonly list: readonly Member[]
  constructor(list: readonly Member[]) {
    this.list = list
  }

  with(...more: Member[]): Members {
    return new Members([...this.list, ...more])
  }

  /** The value of each member with this key replaced, the key too when one is given. */
  replace(key: string, value: unknown, newKey?: string | RawJson): Members {
    return new Members(this.list.map(([k, v]) => (k === key ? [newKey ?? k, value] : [k, v])))
  }

  without(key: string): Members {
    return new Members(this.list.filter(([k]) => k !== key))
  }

  get(key: string): unknown {
    return this.list.find(([k]) => k === key)?.[1]
  }
}

/** The body of `PUT /<name>` just as the client sends it. */
export function publishBody(options: PublishBodyOptions): Uint8Array<ArrayBuffer> {
  return bodyBytes(publishMembers(options))
}

/** Any value, with `Members` and `RawJson` in it, as the bytes of a body. */
export function bodyBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(writeJson(value))
}

/** `JSON.stringify`, with `Members` written as objects and `RawJson` as it is. */
export function writeJson(value: unknown): string {
  if (value instanceof RawJson) return value.text
  if (value instanceof Members) {
    const written = value.list
      .filter(([, v]) => v !== undefined)
      .map(([k, v]) => `${k instanceof RawJson ? k.text : JSON.stringify(k)}:${writeJson(v)}`)
    return `{${written.join(',')}}`
  }
  return JSON.stringify(value)
}

/** The body's members before they are written: the place to make it hostile. */
export function publishMembers(options: PublishBodyOptions): Members {
  const { name, version, order } = options
  const tags: Member = ['dist-tags', { [options.distTag ?? 'latest']: version }]
  const versions: Member = ['versions', { [version]: manifestOf(options) }]
  const attachments: Member = ['_attachments', attachmentsOf(options)]
  const description: Member = ['description', options.manifest?.['description']]
  const readme: Member = ['readme', options.readme]
  const head: readonly Member[] = [
    ['_id', name],
    ['name', name],
  ]
  switch (order) {
    case 'yarn4': {
      const access = options.access ?? (name.startsWith('@') ? 'restricted' : 'public')
      return new Members([['_id', name], attachments, ['name', name], ['access', access], tags, versions, readme])
    }
    case 'yarn1': {
      const named: readonly Member[] = [
        ['_id', name],
        ['access', options.access],
        ['name', name],
      ]
      return new Members([...named, description, tags, versions, ['readme', options.readme ?? ''], attachments])
    }
    case 'bun':
      return new Members([...head, tags, versions, ['access', options.access ?? null], attachments])
    default:
      return new Members([...head, description, tags, versions, ['access', options.access ?? null], attachments])
  }
}

/** The `_attachments` of a body, or those with a tarball that is described by hand. */
export function attachmentsOf(options: PublishBodyOptions): Members {
  const { name, version, provenance } = options
  const tarball = attachment('application/octet-stream', base64(options.tarball), options.tarball.length)
  const attachments = new Members([[`${name}-${version}.tgz`, tarball]])
  if (provenance === undefined) return attachments
  const bundle = JSON.stringify(provenance)
  const mediaType = String(provenance['mediaType'])
  return attachments.with([`${name}-${version}.sigstore`, attachment(mediaType, bundle, bundle.length)])
}

/** One attachment, its keys in the clients' order. */
export function attachment(contentType: string, data: unknown, length: number): Members {
  return new Members([
    ['content_type', contentType],
    ['data', data],
    ['length', length],
  ])
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** A body in chunks of one size, as any program makes a stream, or as a platform does (`bytes`). */
export function streamOf(bytes: Uint8Array, size = bytes.length, type?: 'bytes'): ReadableStream<Uint8Array> {
  let at = 0
  const source = {
    pull(controller: ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>) {
      if (at >= bytes.length) {
        controller.close()
        if ('byobRequest' in controller) controller.byobRequest?.respond(0)
        return
      }
      controller.enqueue(new Uint8Array(bytes.subarray(at, at + size)))
      at += size
    },
  }
  return type === undefined ? new ReadableStream<Uint8Array>(source) : new ReadableStream({ ...source, type })
}

/** Ways to write a text as a JSON string that is legal, but that `JSON.stringify` never chooses. */
export const jsonSpellings = {
  unicode: (text: string) =>
    new RawJson(`"${[...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`),
  upperUnicode: (text: string) =>
    new RawJson(
      `"${[...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`).join('')}"`,
    ),
  slashes: (text: string) => new RawJson(JSON.stringify(text).replaceAll('/', '\\/')),
  /** MIME: a line break after each 76 characters. */
  lines: (text: string) => new RawJson(JSON.stringify(text.replaceAll(/.{76}/g, '$&\r\n'))),
  spaces: (text: string) => new RawJson(JSON.stringify(text.replaceAll(/.{3}/g, '$& '))),
} as const

function manifestOf(options: PublishBodyOptions): Record<string, unknown> {
  const { name, version, order, readme, gitHead } = options
  const integrity = `sha512-${createHash('sha512').update(options.tarball).digest('base64')}`
  const shasum = createHash('sha1').update(options.tarball).digest('hex')
  const dist = distOf(options, integrity, shasum)
  const manifest = { name, version, ...options.manifest }
  const id = { _id: `${name}@${version}` }
  const readmeFilename = readme === undefined ? undefined : 'README.md'
  switch (order) {
    case 'npm':
      return {
        ...manifest,
        readme,
        readmeFilename,
        gitHead,
        ...id,
        _nodeVersion: '24.21.0',
        _npmVersion: '11.21.2',
        dist,
      }
    case 'pnpm10': {
      const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
      const local = { _integrity: integrity, _resolved: `/tmp/c1d0d20d/${file}`, _from: `file:${file}` }
      const versions = { _nodeVersion: '24.21.0', _npmVersion: '11.21.2' }
      return { ...manifest, readme, readmeFilename, ...id, ...local, ...versions, dist }
    }
    case 'pnpm11':
      return { ...manifest, readme, _nodeVersion: '24.21.0', ...id, dist }
    case 'pnpm12':
      return { ...manifest, readme, ...id, dist }
    case 'yarn1':
      return { ...manifest, readmeFilename, readme, ...id, dist }
    case 'yarn4':
      return { ...manifest, ...id, name, version, gitHead, dist }
    case 'bun': {
      const versions = { _nodeVersion: '26.3.0', _npmVersion: '10.8.3' }
      return { ...manifest, ...id, _integrity: integrity, ...versions, integrity, shasum, readme, readmeFilename, dist }
    }
  }
}

function distOf(options: PublishBodyOptions, integrity: string, shasum: string): Record<string, string> {
  const { name, version, order } = options
  const registry = options.registry ?? 'http://localhost:3325'
  // yarn 4 alone keeps the scheme of its registry.
  const base = order === 'yarn4' ? registry : registry.replace(/^https:/, 'http:')
  const tarball = `${base}/${name}/-/${name}-${version}.tgz`
  return order === 'yarn1' || order === 'yarn4' ? { shasum, integrity, tarball } : { integrity, shasum, tarball }
}
