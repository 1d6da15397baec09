import type { Context, Hono } from 'hono'
import { asking } from '../../http/authenticate.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { reportUrl } from '../../http/urls.ts'
import { refuse } from '../../model/refusals.ts'
import { splitPublishBody } from '../publish-body.ts'
import { readPublishDocument } from '../publish-document.ts'
import { publishedName } from './params.ts'

/** Everything but the tarball: two copies of the readme and the manifest, with room to spare. */
const metadataBytes = 4_000_000
/** Values and levels of that: real manifests stay far below. */
const values = 200_000
const depth = 64

/** `npm publish`: the body is split as it arrives; its tarball streams on to staging. */
export const publish: Hono<AppEnv> = routes().put('/:package', async (c) => {
  const who = await asking(c)
  if (who.kind === 'anonymous') throw refuse('login_required')
  const ref = publishedName(c)
  const body = requireBody(c)
  const mostBytes = c.var.registry.config.maxPublishBytes
  const limits = { bodyBytes: mostBytes, metadataBytes, values, depth, attachmentBytes: mostBytes }
  const receipt = await c.var.registry.publish(who, ref, async (upload) => {
    const { metadata, attachment } = await splitPublishBody(body, limits, () => upload)
    return readPublishDocument(ref, metadata, attachment)
  })
  const report = reportUrl(c, receipt.ref)
  const answer = { ok: true, id: `${ref.name}@${receipt.ref.version}`, report }
  if (receipt.outcome === 'published') return c.json(answer, 201)
  const notice = `${ref.name}@${receipt.ref.version} was accepted for validation; it can be installed once that is done. See ${report}`
  return c.json(answer, 202, { 'npm-notice': notice })
})

function requireBody(c: Context<AppEnv>): ReadableStream<Uint8Array> {
  const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw refuse('unsupported_media_type', { expected: 'application/json' })
  const mostBytes = c.var.registry.config.maxPublishBytes
  if (Number(c.req.header('content-length') ?? 0) > mostBytes) throw refuse('body_too_large', { mostBytes })
  const body = c.req.raw.body
  if (body === null) throw refuse('body_invalid', { problem: 'it is empty' })
  return body
}
