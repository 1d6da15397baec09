import type { Context, Hono } from 'hono'
import { asking } from '../../http/authenticate.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { visitorOf } from '../../http/visitor.ts'
import type { FileRef } from '../../model/ids.ts'
import type { VersionRecord } from '../../model/records.ts'
import { hexToBase64 } from '../../std/base64.ts'
import { fileUrl } from '../documents.ts'
import { fileOfDigest } from '../names.ts'
import { wantsFresh } from './listings.ts'
import { fileOf, movedTo, nameParam, packageParam, versionParam } from './params.ts'

/**
 * `GET /generic/<name>/<version>/<file>`: one decision and one signed redirect, as for every format. The digest of the
 * file is in what storage answers (`x-amz-meta-sha256`), and in the answers to `HEAD` and to `<file>.sha256`, which cost
 * a read each; a warm redirect costs none, so it does not name it.
 */
export const downloads: Hono<AppEnv> = routes().get(`/generic/${nameParam}/:version/:file`, async (c) => {
  const ref = packageParam(c)
  const text = c.req.param('file') ?? ''
  const named = await versionParam(c, ref)
  if ('moved' in named) {
    return movedTo(fileUrl(c.var.registry.config.publicUrl, ref.name, named.moved, text))
  }
  const version = { ...ref, version: named.exact }
  const twin = fileOfDigest(text)
  if (twin !== undefined) return digestTwin(c, fileOf(version, twin))
  const file = fileOf(version, text)
  if (c.req.raw.method === 'HEAD') return described(await c.var.registry.readFile(asking(c), file))
  const url = await c.var.registry.download(asking(c), file, visitorOf(c), wantsFresh(c))
  return new Response(null, { status: 302, headers: { location: url, 'cache-control': 'private, no-store' } })
})

async function digestTwin(c: Context<AppEnv>, file: FileRef): Promise<Response> {
  const record = await c.var.registry.readFile(asking(c), file)
  return c.text(`${record.file.sha256}  ${file.filename}\n`, 200, {
    ...digestHeaders(record),
    'cache-control': 'private, no-cache',
  })
}

/** Without a redirect, since a link is signed for `GET`. */
function described(record: VersionRecord): Response {
  return new Response(null, {
    headers: {
      ...digestHeaders(record),
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
      'content-length': String(record.file.sizeBytes),
      'content-type': 'application/octet-stream',
    },
  })
}

/** @see https://www.rfc-editor.org/rfc/rfc9530#section-3 */
function digestHeaders({ file }: VersionRecord): Record<string, string> {
  if (file.sha256 === undefined) throw new Error(`${file.filename} was published without a digest`)
  return { 'repr-digest': `sha-256=:${hexToBase64(file.sha256)}:`, 'x-checksum-sha256': file.sha256 }
}
