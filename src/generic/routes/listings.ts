import type { Context, Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { asking } from '../../http/authenticate.ts'
import { answerDocument } from '../../http/document.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import type { VersionRecord } from '../../model/records.ts'
import { refuse } from '../../model/refusals.ts'
import type { JsonObject } from '../../std/json.ts'
import { htmlDocument, listingDocument, withAddresses } from '../documents.ts'
import { listedFile, versionOf } from '../files.ts'
import { listingPage } from '../page.ts'
import { movedTo, nameParam, packageParam, versionParam } from './params.ts'

const json = 'application/json'
const html = 'text/html; charset=utf-8'

/** What a package has, and what a version has: for programs as JSON, for people as a page. */
export const listings: Hono<AppEnv> = routes()
  .get(`/generic/${nameParam}`, async (c) => {
    const isPage = prefersPage(c)
    const name = isPage ? htmlDocument : listingDocument
    const ref = packageParam(c)
    const document = await c.var.registry.openDocument(asking(c), ref, name, wantsFresh(c))
    const contentType = isPage ? html : json
    return answerDocument(c, document, { form: isPage ? 'page' : 'list', contentType })
  })
  .get(`/generic/${nameParam}/:version`, async (c) => {
    const ref = packageParam(c)
    const named = await versionParam(c, ref)
    if ('moved' in named) return movedTo(`${c.var.registry.config.publicUrl}/generic/${ref.name}/${named.moved}`)
    const version = named.exact
    const { records, tags } = await c.var.registry.readFiles(asking(c), { ...ref, version })
    const listing = { name: ref.name, tags, versions: { [version]: versionDocument(c, records) } }
    const headers = { 'cache-control': 'private, no-cache', vary: 'Accept, Authorization' }
    if (!prefersPage(c)) return c.json(listing, 200, headers)
    return c.body(listingPage(listing), 200, { ...headers, 'content-type': html })
  })
  // Files are published by upload sessions, never by sending them here
  .on(['DELETE', 'PATCH', 'POST', 'PUT'], `/generic/${nameParam}/:version/:file?`, () => {
    throw refuse('method_not_allowed', { allow: 'GET, HEAD' })
  })

function versionDocument(c: Context<AppEnv>, records: readonly VersionRecord[]): JsonObject {
  const files = Object.fromEntries(
    records.map((record) => [record.file.filename, listedFile(record, { manifest: {} })]),
  )
  const listed = versionOf(files)
  const [first] = records
  if (listed === undefined || first === undefined) throw new Error('a version has at least one file')
  return withAddresses(c.var.registry.config.publicUrl, first.name, first.version, listed)
}

/** Whether a browser asks: programs take anything, or JSON. */
function prefersPage(c: Context<AppEnv>): boolean {
  return accepts(c, { header: 'Accept', supports: [json, 'text/html'], default: json }) === 'text/html'
}

/** Whether the client asks for what is true now. */
export function wantsFresh(c: Context<AppEnv>): boolean {
  return (c.req.header('cache-control') ?? '').includes('no-cache')
}
