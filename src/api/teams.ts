import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { printable } from '../http/printable.ts'
import type { Team } from '../model/records.ts'
import { withoutUndefined } from '../std/defined.ts'
import { body, done, endpoint, json, pageOf, paging, resource } from './resource.ts'

const about = { tags: ['organisations'], access: 'account' } as const
const all = '/api/v1/organisations/{organisation}/teams'
const one = `${all}/{team}` as const
const member = `${one}/members/{username}` as const
const params = z.object({ organisation: z.string() })
const teamParams = params.extend({ team: z.string() })
const memberParams = teamParams.extend({ username: z.string() })
const unknown = ['org_not_found', 'org_name_invalid'] as const
const changes = [...unknown, 'org_right_required', 'team_name_invalid', 'team_not_found', 'conflict'] as const

const teamSchema = z
  .object({
    name: z.string(),
    id: z.string().openapi({ description: 'As grants and accounts name it; another one when it is made anew.' }),
    description: z.string().optional(),
    createdAt: z.iso.datetime(),
  })
  .openapi('Team')

const list = endpoint({
  ...about,
  method: 'get',
  path: all,
  operationId: 'listTeams',
  summary: 'The teams of an organisation',
  refuses: unknown,
  request: { params, query: paging },
  responses: { 200: json('By name.', pageOf(teamSchema)) },
})

const create = endpoint({
  ...about,
  method: 'post',
  path: all,
  operationId: 'createTeam',
  summary: 'Make a team without members',
  refuses: [...unknown, 'org_right_required', 'team_name_invalid', 'team_exists'],
  request: {
    params,
    ...body(z.strictObject({ name: z.string().min(1).max(80), description: z.string().min(1).max(300).optional() })),
  },
  responses: { 201: json('The team.', teamSchema) },
})

const describe = endpoint({
  ...about,
  method: 'patch',
  path: one,
  operationId: 'describeTeam',
  summary: 'Say what a team is for',
  refuses: changes,
  request: { params: teamParams, ...body(z.strictObject({ description: z.string().min(1).max(300).nullable() })) },
  responses: done,
})

const remove = endpoint({
  ...about,
  method: 'delete',
  path: one,
  operationId: 'deleteTeam',
  summary: 'Delete a team: nobody keeps what it was given',
  refuses: [...changes, 'team_kept'],
  request: { params: teamParams },
  responses: done,
})

const listMembers = endpoint({
  ...about,
  method: 'get',
  path: `${one}/members`,
  operationId: 'listTeamMembers',
  summary: 'Who is in a team',
  refuses: [...unknown, 'team_name_invalid', 'team_not_found'],
  request: { params: teamParams, query: paging },
  responses: { 200: json('By name.', pageOf(z.object({ username: z.string() }))) },
})

const addMember = endpoint({
  ...about,
  method: 'put',
  path: member,
  operationId: 'addTeamMember',
  summary: 'Put a member of the organisation into a team',
  refuses: [...changes, 'user_not_found', 'username_invalid', 'org_member_required', 'too_many_memberships'],
  request: { params: memberParams },
  responses: done,
})

const removeMember = endpoint({
  ...about,
  method: 'delete',
  path: member,
  operationId: 'removeTeamMember',
  summary: 'Take somebody out of a team',
  refuses: [...changes, 'user_not_found', 'username_invalid'],
  request: { params: memberParams },
  responses: done,
})

/** `/api/v1/organisations/…/teams`, and who is in them. */
export const teams = resource()
  .openapi(list, async (c) => {
    const { organisation } = c.req.valid('param')
    const paged = withoutUndefined(c.req.valid('query'))
    const { entries, next } = await c.var.registry.listTeams(await asking(c), organisation, paged)
    return c.json({ items: entries.map(shown), ...(next === undefined ? {} : { next }) }, 200)
  })
  .openapi(create, async (c) => {
    const { name, description } = c.req.valid('json')
    const ref = { org: c.req.valid('param').organisation, name }
    const text = description === undefined ? undefined : printable(description)
    return c.json(shown(await c.var.registry.createTeam(await asking(c), ref, text)), 201)
  })
  .openapi(describe, async (c) => {
    const { description } = c.req.valid('json')
    const text = description === null ? undefined : printable(description)
    await c.var.registry.describeTeam(await asking(c), teamRef(c.req.valid('param')), text)
    return c.body(null, 204)
  })
  .openapi(remove, async (c) => {
    await c.var.registry.deleteTeam(await asking(c), teamRef(c.req.valid('param')))
    return c.body(null, 204)
  })
  .openapi(listMembers, async (c) => {
    const ref = teamRef(c.req.valid('param'))
    const paged = withoutUndefined(c.req.valid('query'))
    const { entries, next } = await c.var.registry.listTeamMembers(await asking(c), ref, paged)
    const items = entries.map((username) => ({ username }))
    return c.json({ items, ...(next === undefined ? {} : { next }) }, 200)
  })
  .openapi(addMember, async (c) => {
    const { username, ...named } = c.req.valid('param')
    await c.var.registry.addTeamMember(await asking(c), teamRef(named), username)
    return c.body(null, 204)
  })
  .openapi(removeMember, async (c) => {
    const { username, ...named } = c.req.valid('param')
    await c.var.registry.removeTeamMember(await asking(c), teamRef(named), username)
    return c.body(null, 204)
  })

const teamRef = ({ organisation, team }: z.infer<typeof teamParams>) => ({ org: organisation, name: team })

function shown({ name, teamId, description, createdAt }: Team): z.infer<typeof teamSchema> {
  return { name, id: teamId, createdAt, ...(description === undefined ? {} : { description }) }
}
