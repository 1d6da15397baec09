import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { asking } from '../../http/authenticate.ts'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { printable } from '../../http/printable.ts'
import { claimedAddress } from '../../http/visitor.ts'
import type { Principal } from '../../model/principal.ts'
import { secondFactorModes, type User } from '../../model/records.ts'
import { refuse } from '../../model/refusals.ts'

const text = z.string().max(254).nullish()

/** Begins or ends a second factor; then the code that confirms it. */
const secondFactor = z.union([
  z.object({ mode: z.enum([...secondFactorModes, 'disable']), password: z.string().min(1).max(1_000) }),
  z.tuple([z.string().min(1).max(100)]),
])

/** npm sends every key that it can write with what it read before, and `null` for one that was emptied. */
const profileBody = z.object({
  email: text,
  fullname: text,
  homepage: text,
  github: text,
  freenode: text,
  twitter: text,
  password: z.object({ old: z.string().min(1).max(1_000), new: z.string().min(1).max(2_000) }).nullish(),
  tfa: secondFactor.nullish(),
})

const notKept = ['homepage', 'github', 'freenode', 'twitter'] as const

const noStore = { 'cache-control': 'no-store' }

/** `npm profile get | set | enable-2fa | disable-2fa`. */
export const profile: Hono<AppEnv> = routes()
  .get('/-/npm/v1/user', async (c) => {
    return c.json(describe(await c.var.registry.readProfile(await asking(c))), 200, noStore)
  })
  .post('/-/npm/v1/user', async (c) => {
    const who = await asking(c)
    const body = await jsonBody(c, profileBody)
    if (body.tfa != null) return c.json({ tfa: await changeSecondFactor(c, who, body.tfa) }, 200, noStore)
    const refused = notKept.find((field) => body[field] != null)
    if (refused !== undefined) throw refuse('operation_unsupported', { operation: `a profile with "${refused}"` })
    const { email, fullname, password } = body
    const change = {
      ...(email === undefined ? {} : { email }),
      ...(fullname === undefined ? {} : { fullName: fullname === null ? null : printable(fullname) }),
      ...(password == null ? {} : { password }),
    }
    const user = await c.var.registry.changeProfile(who, change, claimedAddress(c))
    return c.json(describe(user), 200, noStore)
  })

/** What npm makes of the answer: an address to scan, recovery codes to print, or the mode as it is now. */
async function changeSecondFactor(c: Context<AppEnv>, who: Principal, asked: z.infer<typeof secondFactor>) {
  const { registry } = c.var
  if (Array.isArray(asked)) return registry.confirmSecondFactor(who, asked[0])
  const { mode, password } = asked
  const confirmation = { password, address: claimedAddress(c) }
  if (mode === 'disable') return describeFactor(await registry.endSecondFactor(who, confirmation))
  const begun = await registry.beginSecondFactor(who, mode, confirmation)
  return 'uri' in begun ? begun.uri : describeFactor(begun.user)
}

function describeFactor({ secondFactor: mode }: User) {
  return mode === undefined ? null : { mode, pending: false }
}

/** Keys that are not known stay away: npm would send `null` back for them. */
function describe(user: User) {
  const { username, email, fullName, createdAt, updatedAt } = user
  return {
    name: username,
    ...(email === undefined ? {} : { email }),
    email_verified: false,
    ...(fullName === undefined ? {} : { fullname: fullName }),
    tfa: describeFactor(user),
    created: createdAt,
    updated: updatedAt ?? createdAt,
  }
}
