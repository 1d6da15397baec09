import type { Hono } from 'hono'
import { z } from 'zod'
import { asking } from '../../http/authenticate.ts'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { mostListed } from '../../registry/org-members.ts'

/** What npm calls the roles. */
const roleOf = { developer: 'member', admin: 'admin', owner: 'owner' } as const
const npmRoleOf = { member: 'developer', admin: 'admin', owner: 'owner' } as const

const member = z.object({ user: z.string().min(1).max(200) })
const memberWithRole = member.extend({ role: z.enum(['developer', 'admin', 'owner']).default('developer') })

/**
 * `npm org set | rm | ls`.
 * @see libnpmorg lib/index.js, npm lib/commands/org.js
 */
export const orgs: Hono<AppEnv> = routes()
  .put('/-/org/:org/user', async (c) => {
    const who = await asking(c)
    const { user, role } = await jsonBody(c, memberWithRole)
    const org = c.req.param('org')
    const set = await c.var.registry.setMember(who, org, { username: user, role: roleOf[role] })
    const size = await c.var.registry.countMembers(who, org)
    return c.json({ org: { name: org, size }, user: set.username, role })
  })
  .delete('/-/org/:org/user', async (c) => {
    const who = await asking(c)
    const { user } = await jsonBody(c, member)
    await c.var.registry.removeMember(who, c.req.param('org'), user)
    return c.body(null, 204)
  })
  // npm has no pages here: the first ones by name
  .get('/-/org/:org/user', async (c) => {
    const { entries } = await c.var.registry.listMembers(await asking(c), c.req.param('org'), { limit: mostListed })
    const listed = Object.fromEntries(entries.map(({ username, role }) => [username, npmRoleOf[role]]))
    return c.json(listed, 200, { 'cache-control': 'private, no-store' })
  })
