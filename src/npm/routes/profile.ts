import type { Hono } from 'hono'
import { z } from 'zod'
import { asking } from '../../http/authenticate.ts'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { printable } from '../../http/printable.ts'
import { claimedAddress } from '../../http/visitor.ts'
import type { User } from '../../model/records.ts'
import { refuse } from '../../model/refusals.ts'

const text = z.string().max(254).nullish()

/** npm sends every key that it can write with what it read before, and `null` for one that was emptied. */
const profileBody = z.object({
  email: text,
  fullname: text,
  homepage: text,
  github: text,
  freenode: text,
  twitter: text,
  password: z.object({ old: z.string().min(1).max(1_000), new: z.string().min(1).max(2_000) }).nullish(),
  tfa: z.unknown().optional(),
})

const notKept = ['homepage', 'github', 'freenode', 'twitter'] as const

/** `npm profile get | set`. */
export const profile: Hono<AppEnv> = routes()
  .get('/-/npm/v1/user', async (c) => {
    return c.json(describe(await c.var.registry.readProfile(await asking(c))), 200, { 'cache-control': 'no-store' })
  })
  .post('/-/npm/v1/user', async (c) => {
    const who = await asking(c)
    const body = await jsonBody(c, profileBody)
    if (body.tfa != null) throw refuse('operation_unsupported', { operation: 'two-factor authentication' })
    const refused = notKept.find((field) => body[field] != null)
    if (refused !== undefined) throw refuse('operation_unsupported', { operation: `a profile with "${refused}"` })
    const { email, fullname, password } = body
    const change = {
      ...(email === undefined ? {} : { email }),
      ...(fullname === undefined ? {} : { fullName: fullname === null ? null : printable(fullname) }),
      ...(password == null ? {} : { password }),
    }
    const user = await c.var.registry.changeProfile(who, change, claimedAddress(c))
    return c.json(describe(user), 200, { 'cache-control': 'no-store' })
  })

/** Keys that are not known stay away: npm would send `null` back for them. */
function describe({ username, email, fullName, createdAt, updatedAt }: User) {
  return {
    name: username,
    ...(email === undefined ? {} : { email }),
    email_verified: false,
    ...(fullName === undefined ? {} : { fullname: fullName }),
    tfa: null,
    created: createdAt,
    updated: updatedAt ?? createdAt,
  }
}
