import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { claimedAddress, visitorOf } from '../../http/visitor.ts'
import { refuse } from '../../model/refusals.ts'

/** npm sends `{}`, or `{"create":true}` for `adduser`; yarn 4 nothing. */
const beginBody = z.object({ create: z.boolean().nullish() })
const noStore = { 'cache-control': 'no-store' }
/** npm asks in a tight loop when it is not told to wait. */
const retryAfterS = '2'

/**
 * `npm login`, the default way, and second factors for whatever else: the client shows an address, and asks until
 * somebody has decided there.
 */
export const webLogin: Hono<AppEnv> = routes()
  .post('/-/v1/login', async (c) => {
    const { registry } = c.var
    const { create } = await jsonBody(c, beginBody, {})
    // A 404 makes clients ask for name, password and e-mail address themselves
    if (!registry.config.webLogin || create === true) throw refuse('not_found')
    const { id, poll } = await registry.beginWebLogin(visitorOf(c), claimedAddress(c))
    const { publicUrl } = registry.config
    return c.json({ loginUrl: `${publicUrl}/-/cli/${id}`, doneUrl: `${publicUrl}/-/v1/done/${poll}` }, 200, noStore)
  })
  .get('/-/v1/done/:poll', async (c) => {
    return collected(c, await c.var.registry.collectWebLogin(c.req.param('poll')))
  })
  // What comes as `token` is sent as `npm-otp` with the request that was refused
  .get('/-/v1/second/:poll', async (c) => {
    return collected(c, await c.var.registry.collectChallenge(c.req.param('poll')))
  })

function collected(c: Context<AppEnv>, token: string | 'waiting'): Response {
  if (token === 'waiting') return c.json({}, 202, { ...noStore, 'retry-after': retryAfterS })
  return c.json({ token }, 200, noStore)
}
