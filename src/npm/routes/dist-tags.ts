import type { Hono } from 'hono'
import { z } from 'zod'
import { asking } from '../../http/authenticate.ts'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { distTag, npmVersion } from '../names.ts'
import { packageParam } from './params.ts'

/** The body of a PUT is the version itself, as a JSON string. @see libnpmaccess and `npm dist-tag` */
const versionBody = z.string().min(1).max(256)

/** `npm dist-tag ls | add | rm`. */
export const distTags: Hono<AppEnv> = routes()
  .get('/-/package/:package/dist-tags', async (c) => {
    const tags = await c.var.registry.readTags(await asking(c), packageParam(c))
    return c.json(tags, 200, { 'cache-control': 'private, no-cache' })
  })
  .on(['PUT', 'POST'], '/-/package/:package/dist-tags/:tag', async (c) => {
    const who = await asking(c)
    const version = npmVersion(await jsonBody(c, versionBody))
    await c.var.registry.setTag(who, packageParam(c), distTag(c.req.param('tag')), version)
    return c.json({ ok: 'dist-tag set' }, 201)
  })
  .delete('/-/package/:package/dist-tags/:tag', async (c) => {
    await c.var.registry.removeTag(await asking(c), packageParam(c), distTag(c.req.param('tag')))
    return c.json({ ok: 'dist-tag removed' })
  })
