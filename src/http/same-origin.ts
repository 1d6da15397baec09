import type { Context } from 'hono'
import { refuse } from '../model/refusals.ts'
import type { AppEnv } from './env.ts'

/**
 * Lets a form through only from a page of ours: browsers say where it comes from by `Sec-Fetch-Site`, older ones by
 * `Origin`. Compared with the configured address, never with the `Host` header.
 * @throws Refusal `cross_site`
 */
export function requireSameOrigin(c: Context<AppEnv>): void {
  const site = c.req.header('sec-fetch-site')
  const isOurs =
    site === undefined
      ? c.req.header('origin') === new URL(c.var.registry.config.publicUrl).origin
      : site === 'same-origin'
  if (!isOurs) throw refuse('cross_site')
}
