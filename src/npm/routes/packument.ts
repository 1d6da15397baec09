import type { Context, Hono } from 'hono'
import { asking } from '../../http/authenticate.ts'
import { answerDocument } from '../../http/document.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { abbreviatedDocument, fullDocument } from '../documents.ts'
import { canonicalVersion } from '../names.ts'
import { packageParam, wantsFresh } from './params.ts'

const abbreviatedType = 'application/vnd.npm.install-v1+json'

/** Reading metadata: the packument in its two forms, and one version of it. */
export const packument: Hono<AppEnv> = routes()
  .get('/:package', async (c) => {
    const short = prefersAbbreviated(c)
    const name = short ? abbreviatedDocument : fullDocument
    const ref = packageParam(c)
    const document = await c.var.registry.openDocument(asking(c), ref, name, wantsFresh(c))
    return answerDocument(c, document, {
      form: short ? 'short' : 'full',
      contentType: short ? abbreviatedType : 'application/json',
    })
  })
  .get('/:package/:version', async (c) => {
    const wanted = c.req.param('version')
    const ref = packageParam(c)
    const who = await asking(c)
    const version = await c.var.registry.readVersion(who, ref, canonicalVersion(wanted) ?? { tag: wanted })
    return c.json(version, 200, { 'cache-control': 'private, no-cache' })
  })

/**
 * Whether the abbreviated form is asked for. Clients that name it at all want it (they give everything else a lower
 * quality); yarn 4 and browsers send no such type and get the full one.
 */
function prefersAbbreviated(c: Context<AppEnv>): boolean {
  return (c.req.header('accept') ?? '').includes(abbreviatedType) && c.req.query('write') !== 'true'
}
