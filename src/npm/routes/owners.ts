import type { Hono } from 'hono'
import { z } from 'zod'
import { asking } from '../../http/authenticate.ts'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { packageParam } from './params.ts'

/** pnpm's own shape. */
const ownerBody = z.object({ user: z.string().min(1).max(200) })
const couchPrefix = 'org.couchdb.user:'

/**
 * `npm owner`: looks the user up, then sends the whole list to `/-rev/` (see `revisions.ts`); pnpm names one owner.
 * @see npm/cli lib/commands/owner.js, pnpm registry-access/commands/src/owner.ts
 */
export const owners: Hono<AppEnv> = routes()
  .get('/-/user/:couchId{org\\.couchdb\\.user:.+}', async (c) => {
    const profile = await c.var.registry.readMaintainer(
      await asking(c),
      c.req.param('couchId').slice(couchPrefix.length),
    )
    return c.json({ _id: `${couchPrefix}${profile.name}`, ...profile }, 200, { 'cache-control': 'private, no-store' })
  })
  .put('/-/package/:package/owners', async (c) => {
    const who = await asking(c)
    const { user } = await jsonBody(c, ownerBody)
    await c.var.registry.changeOwners(who, packageParam(c), { add: [user], remove: [] })
    return c.json({ ok: true })
  })
  .delete('/-/package/:package/owners/:user', async (c) => {
    const who = await asking(c)
    await c.var.registry.changeOwners(who, packageParam(c), { add: [], remove: [c.req.param('user')] })
    return c.json({ ok: true })
  })
