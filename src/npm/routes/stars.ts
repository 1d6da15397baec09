import type { Hono } from 'hono'
import { z } from 'zod'
import { asking } from '../../http/authenticate.ts'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import type { PackageRef } from '../../model/ids.ts'
import { refuse } from '../../model/refusals.ts'
import { npmPackage } from '../names.ts'

/** pnpm's body; `package` says the same. */
const starBody = z.object({ name: z.string().min(1).max(300) })
const personal = { 'cache-control': 'private, no-store' }

/**
 * `npm stars`, and pnpm's own shape of all three commands; `npm star` itself is a `PUT` of the package.
 * @see npm/cli lib/commands/stars.js, pnpm registry-access/commands/src/star.ts
 */
export const stars: Hono<AppEnv> = routes()
  .get('/-/_view/starredByUser', async (c) => {
    const key = /^"([^"]*)"$/.exec(c.req.query('key') ?? '')?.[1]
    if (key === undefined) throw refuse('url_invalid')
    const names = await c.var.registry.starredBy(await asking(c), key)
    return c.json({ rows: names.map((value) => ({ value })) }, 200, personal)
  })
  .get('/-/user/v1/star', async (c) => {
    const who = await asking(c)
    if (who.kind === 'anonymous') throw refuse('login_required')
    return c.json(await c.var.registry.starredBy(who, who.username), 200, personal)
  })
  // Of somebody; only the keys are read
  .get('/-/user/:user/stars', async (c) => {
    const names = await c.var.registry.starredBy(await asking(c), c.req.param('user'))
    return c.json(Object.fromEntries(names.map((name) => [name, true])), 200, personal)
  })
  .on(['PUT', 'DELETE'], '/-/user/v1/star', async (c) => {
    const who = await asking(c)
    const { name } = await jsonBody(c, starBody)
    await c.var.registry.setStar(who, starred(name), c.req.method === 'PUT')
    return c.json({ ok: true })
  })

function starred(name: string): PackageRef {
  try {
    return npmPackage(name)
  } catch {
    throw refuse('package_not_found')
  }
}
