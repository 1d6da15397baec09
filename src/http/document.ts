import type { Context } from 'hono'
import type { Encoding } from '../model/format.ts'
import type { OpenDocument } from '../registry/read.ts'
import type { AppEnv } from './env.ts'

export interface DocumentForm {
  /** Tells the forms of one revision apart in the `ETag`. */
  readonly form: string
  readonly contentType: string
}

/**
 * Answers with a stored, compressed document. The `ETag` names revision and form, not the encoding, so that a
 * conditional request is answered from the head alone. Private and to be revalidated: access may end at any time.
 */
export async function answerDocument(
  c: Context<AppEnv>,
  document: OpenDocument,
  { form, contentType }: DocumentForm,
): Promise<Response> {
  const etag = `"${document.revision}-${form}"`
  const headers = new Headers({
    'cache-control': 'private, no-cache',
    'content-type': contentType,
    etag,
    vary: 'Accept, Accept-Encoding, Authorization',
  })
  if (matches(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers })
  const encoding = acceptedEncoding(clientAcceptEncoding(c))
  const bytes = await document.read(encoding ?? 'gzip')
  if (encoding === undefined) {
    const plain = new Response(bytes).body?.pipeThrough(new DecompressionStream('gzip'))
    return new Response(plain ?? null, { headers })
  }
  headers.set('content-encoding', encoding)
  // workerd would compress once more what it does not know to be encoded already
  return new Response(bytes, { headers, encodeBody: 'manual' })
}

/**
 * What the client itself sent. Cloudflare (and miniflare) shows workers its own `Accept-Encoding` instead, and passes
 * on what we answer with for types that it does not know, so yarn 1 and pnpm 12 would get a brotli they cannot read.
 * @see https://developers.cloudflare.com/workers/runtime-apis/request/#incomingrequestcfproperties
 */
function clientAcceptEncoding(c: Context<AppEnv>): string | undefined {
  const { cf } = c.req.raw
  const sent = cf !== undefined && 'clientAcceptEncoding' in cf ? cf.clientAcceptEncoding : undefined
  return typeof sent === 'string' ? sent : c.req.header('accept-encoding')
}

/** The best encoding that we store and the client takes; undefined when it takes none. */
export function acceptedEncoding(header: string | undefined): Encoding | undefined {
  const accepted = new Map<string, number>()
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    const quality = parameters.find((parameter) => parameter.startsWith('q='))
    accepted.set(name, quality === undefined ? 1 : Number(quality.slice(2)))
  }
  const takes = (name: string) => (accepted.get(name) ?? accepted.get('*') ?? 0) > 0
  if (takes('br')) return 'br'
  return takes('gzip') ? 'gzip' : undefined
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 (weak comparison) */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((part) => {
    const candidate = part.trim()
    return candidate === '*' || candidate.replace(/^W\//, '') === etag
  })
}
