import type { Hono } from 'hono'
import { z } from 'zod'
import { asking } from '../../http/authenticate.ts'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { refuse } from '../../model/refusals.ts'
import { packageParam } from './params.ts'

const accessBody = z.object({
  access: z.enum(['public', 'restricted', 'private']).optional(),
  publish_requires_tfa: z.boolean().optional(),
  automation_token_overrides_tfa: z.boolean().optional(),
})

const personal = { 'cache-control': 'private, no-store' }

/**
 * `npm access`: status, collaborators, packages of somebody. There are no teams, so that whoever is named is an owner.
 * @see libnpmaccess lib/index.js, pnpm registry-access/commands/src/access.ts
 */
export const access: Hono<AppEnv> = routes()
  .get('/-/package/:package/visibility', async (c) => {
    const { visibility } = await c.var.registry.readAccess(await asking(c), packageParam(c))
    return c.json({ public: visibility === 'public' }, 200, personal)
  })
  .get('/-/package/:package/access', async (c) => {
    const { visibility } = await c.var.registry.readAccess(await asking(c), packageParam(c))
    return c.json({ access: visibility === 'public' ? 'public' : 'restricted' }, 200, personal)
  })
  .post('/-/package/:package/access', async (c) => {
    const who = await asking(c)
    if (who.kind === 'anonymous') throw refuse('login_required')
    const body = await jsonBody(c, accessBody)
    const asksFactor = body.publish_requires_tfa !== undefined || body.automation_token_overrides_tfa !== undefined
    if (asksFactor) throw refuse('second_factor_unsupported')
    if (body.access === undefined) throw refuse('body_invalid', { problem: 'access is missing' })
    await c.var.registry.setVisibility(who, packageParam(c), body.access === 'public' ? 'public' : 'private')
    return c.json({ ok: true })
  })
  // npm reads an object; pnpm, which alone asks for `format=cli`, a list
  .get('/-/package/:package/collaborators', async (c) => {
    const { owners } = await c.var.registry.readAccess(await asking(c), packageParam(c))
    const wanted = c.req.query('user')
    const named = owners.filter((owner) => wanted === undefined || owner === wanted)
    if (c.req.query('format') === 'cli') {
      return c.json(
        named.map((user) => ({ user, email: '', permissions: 'read-write' })),
        200,
        personal,
      )
    }
    return c.json(Object.fromEntries(named.map((user) => [user, 'write'])), 200, personal)
  })
  .get('/-/user/:user/package', async (c) => {
    const names = await c.var.registry.packagesOf(await asking(c), 'npm', c.req.param('user'))
    return c.json(Object.fromEntries(names.map((name) => [name, 'write'])), 200, personal)
  })
  // pnpm's own, for whoever asks
  .get('/-/-/package', async (c) => {
    const who = await asking(c)
    if (who.kind === 'anonymous') throw refuse('login_required')
    const names = await c.var.registry.packagesOf(who, 'npm', who.username)
    return c.json(Object.fromEntries(names.map((name) => [name, 'write'])), 200, personal)
  })
