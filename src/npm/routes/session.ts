import type { Hono } from 'hono'
import { z } from 'zod'
import { asking, leaving, requestCode, requestToken } from '../../http/authenticate.ts'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { claimedAddress, visitorOf } from '../../http/visitor.ts'
import { refuse } from '../../model/refusals.ts'

/** The couch login's body; clients add more. @see npm-profile `loginCouch` */
const credentials = z.object({
  name: z.string().min(1).max(200),
  password: z.string().min(1).max(1_000),
  email: z.string().max(254).nullish(),
})

/** `npm ping | login (legacy) | adduser | whoami | logout`. */
export const session: Hono<AppEnv> = routes()
  .get('/-/ping', (c) => c.json({}))
  .get('/-/whoami', async (c) => {
    const who = await asking(c)
    if (who.kind !== 'user') throw refuse('login_required')
    return c.json({ username: who.username }, 200, { 'cache-control': 'no-store' })
  })
  // Basic credentials that pnpm and yarn 1 send along are the same as in the body, so only the body counts.
  .put('/-/user/:couchId{org\\.couchdb\\.user:.+}', async (c) => {
    const { name, password, email } = await jsonBody(c, credentials)
    if (c.req.param('couchId') !== `org.couchdb.user:${name}`) {
      throw refuse('body_invalid', { problem: 'its name is not the one in the address' })
    }
    const code = requestCode(c)
    const token = await c.var.registry.login(
      {
        name,
        password,
        ...(email ? { email } : {}),
        ...(code === undefined ? {} : { code }),
        address: claimedAddress(c),
      },
      `login by ${visitorOf(c).client ?? 'npm'}`,
    )
    const answer = { ok: true, id: `org.couchdb.user:${name}`, rev: '1-0', token }
    return c.json(answer, 201, { 'cache-control': 'no-store' })
  })
  .delete('/-/user/token/:token', async (c) => {
    if (requestToken(c) === undefined) throw refuse('login_required')
    await c.var.registry.logout(await leaving(c), c.req.param('token'))
    return c.json({ ok: true })
  })
