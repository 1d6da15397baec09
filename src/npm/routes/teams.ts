import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { asking } from '../../http/authenticate.ts'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { printable } from '../../http/printable.ts'
import { mostListed } from '../../registry/org-members.ts'
import type { TeamRef } from '../../registry/teams.ts'

const personal = { 'cache-control': 'private, no-store' }

const member = z.object({ user: z.string().min(1).max(200) })

const newTeam = z.object({
  name: z.string().min(1).max(200),
  /** npm sends its setting of that name, which says whether `npm search` shows descriptions. */
  description: z.union([z.string().max(300), z.boolean()]).nullish(),
})

/**
 * `npm team create | destroy | add | rm | ls`. What teams may do with packages is `npm access`.
 * @see libnpmteam lib/index.js, npm lib/commands/team.js
 */
export const teams: Hono<AppEnv> = routes()
  .put('/-/org/:org/team', async (c) => {
    const who = await asking(c)
    const { name, description } = await jsonBody(c, newTeam)
    const text = typeof description === 'string' ? printable(description) : undefined
    const team = await c.var.registry.createTeam(who, { org: c.req.param('org'), name }, text)
    return c.json({ name: team.name }, 201)
  })
  // npm has no pages here: the first ones by name
  .get('/-/org/:org/team', async (c) => {
    const { entries } = await c.var.registry.listTeams(await asking(c), c.req.param('org'), { limit: mostListed })
    return c.json(
      entries.map(({ org, name }) => `${org}:${name}`),
      200,
      personal,
    )
  })
  .delete('/-/team/:org/:team', async (c) => {
    await c.var.registry.deleteTeam(await asking(c), teamParam(c))
    return c.body(null, 204)
  })
  .put('/-/team/:org/:team/user', async (c) => {
    const who = await asking(c)
    const { user } = await jsonBody(c, member)
    await c.var.registry.addTeamMember(who, teamParam(c), user)
    return c.json({ user }, 201)
  })
  .delete('/-/team/:org/:team/user', async (c) => {
    const who = await asking(c)
    const { user } = await jsonBody(c, member)
    await c.var.registry.removeTeamMember(who, teamParam(c), user)
    return c.body(null, 204)
  })
  .get('/-/team/:org/:team/user', async (c) => {
    const { entries } = await c.var.registry.listTeamMembers(await asking(c), teamParam(c), { limit: mostListed })
    return c.json(entries, 200, personal)
  })

function teamParam(c: Context<AppEnv>): TeamRef {
  return { org: c.req.param('org') ?? '', name: c.req.param('team') ?? '' }
}
