import type { Context } from 'hono'
import { anonymous, type Principal } from '../model/principal.ts'
import { Refusal } from '../model/refusals.ts'
import { useOf } from './authenticate.ts'
import type { AppEnv } from './env.ts'
import { requireSameOrigin } from './same-origin.ts'
import { sessionCookie } from './session-cookie.ts'

/**
 * Who looks at a page, by the session in the cookie. Only pages take it; what changes something demands besides that
 * the request comes from a page of ours. A cookie that is over is as good as none: people are sent to log in.
 * @throws Refusal `cross_site`
 */
export async function visiting(c: Context<AppEnv>): Promise<Principal> {
  const use = useOf(c)
  if (use.writes) requireSameOrigin(c)
  const text = sessionCookie(c)
  if (text === undefined) return anonymous
  try {
    return await c.var.registry.resolveSession(text, use)
  } catch (error) {
    if (error instanceof Refusal) return anonymous
    throw error
  }
}
