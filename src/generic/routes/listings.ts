import type { Context, Hono } from 'hono'
import { asking } from '../../http/authenticate.ts'
import { answerDocument } from '../../http/document.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import type { VersionRecord } from '../../model/records.ts'
import type { JsonObject } from '../../std/json.ts'
import { htmlDocument, listingDocument, withAddresses } from '../documents.ts'
import { listedFile, versionOf } from '../files.ts'
import { listingPage } from '../page.ts'
import { nameParam, packageParam, versionParam } from './params.ts'

const html = 'text/html; charset=utf-8'

/** What a package has, and what a version has: for programs as JSON, for people as a page. */
export const listings: Hono<AppEnv> = routes()
  .get(`/generic/${nameParam}`, async (c) => {
    const isPage = prefersPage(c)
    const name = isPage ? htmlDocument : listingDocument
    const ref = packageParam(c)
    const document = await c.var.registry.openDocument(asking(c), ref, name, wantsFresh(c))
    const contentType = isPage ? html : 'application/json'
    return answerDocument(c, document, { form: isPage ? 'page' : 'list', contentType })
  })
  .get(`/generic/${nameParam}/:version`, async (c) => {
    const ref = packageParam(c)
    const named = await versionParam(c, ref)
    if ('moved' in named)
      return c.redirect(`${c.var.registry.config.publicUrl}/generic/${ref.name}/${named.moved}`, 302)
    const version = named.exact
    const records = await c.var.registry.readFiles(asking(c), { ...ref, version })
    const listing = {
      name: ref.name,
      tags: {},
      versions: { [version]: versionDocument(c, records) },
    }
    const headers = { 'cache-control': 'private, no-cache', vary: 'Accept, Authorization' }
    if (!prefersPage(c)) return c.json(listing, 200, headers)
    return c.body(listingPage(listing), 200, { ...headers, 'content-type': html })
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
  const accepted = (c.req.header('accept') ?? '').split(',').map((part) => part.split(';', 1)[0]?.trim())
  return accepted[0] === 'text/html' || accepted[0] === 'application/xhtml+xml'
}

/** Whether the client asks for what is true now. */
export function wantsFresh(c: Context<AppEnv>): boolean {
  return (c.req.header('cache-control') ?? '').includes('no-cache')
}
