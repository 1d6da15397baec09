import type { Hono } from 'hono'
import { asking } from '../../http/authenticate.ts'
import { readBytes } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { reportUrl } from '../../http/urls.ts'
import { refuse } from '../../model/refusals.ts'
import type { JsonObject } from '../../std/json.ts'
import { splitPublishBody } from '../publish-body.ts'
import { readPublishDocument } from '../publish-document.ts'
import { readStar } from '../star-body.ts'
import { metadataLimits, requireJson } from './packument-body.ts'
import { changePackument } from './packument-changes.ts'
import { publishedName } from './params.ts'

/** What is read at once to see whether it is a star, which those may give who may not publish. */
const starBytes = 32_768

/**
 * `npm publish`: the body is split as it arrives; its tarball streams on to staging. Without any attachment it is one
 * of the older commands, which send a whole packument back.
 */
export const publish: Hono<AppEnv> = routes().put('/:package', async (c) => {
  const who = await asking(c)
  if (who.kind === 'anonymous') throw refuse('login_required')
  const ref = publishedName(c)
  const mostBytes = c.var.registry.config.maxPublishBytes
  const sentBody = requireJson(c, mostBytes)
  const small =
    Number(c.req.header('content-length') ?? Number.NaN) <= starBytes ? await readBytes(c, starBytes) : undefined
  const star = small === undefined ? undefined : readStar(new TextDecoder().decode(small), who.username)
  if (star !== undefined) {
    await c.var.registry.setStar(who, ref, star)
    return c.json({ ok: true, id: ref.name })
  }
  const body = small === undefined ? sentBody : new Blob([small]).stream()
  const limits = { ...metadataLimits, bodyBytes: mostBytes, attachmentBytes: mostBytes }
  const sent: { document?: JsonObject } = {}
  const receipt = await c.var.registry.publish(who, ref, async (upload) => {
    const { metadata, attachment } = await splitPublishBody(body, limits, () => upload, c.var.pace)
    sent.document = metadata
    if (attachment === undefined && !Object.hasOwn(metadata, '_attachments')) return undefined
    return readPublishDocument(ref, metadata, attachment)
  })
  if (receipt === undefined) return changePackument(c, who, ref, sent.document ?? {})
  const report = reportUrl(c, receipt.ref)
  const answer = { ok: true, id: `${ref.name}@${receipt.ref.version}`, report }
  if (receipt.outcome === 'published') return c.json(answer, 201)
  const notice = `${ref.name}@${receipt.ref.version} was accepted for validation; it can be installed once that is done. See ${report}`
  return c.json(answer, 202, { 'npm-notice': notice })
})
