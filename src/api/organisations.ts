import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { printable } from '../http/printable.ts'
import type { Org } from '../model/records.ts'
import { orgRoles } from '../model/standing.ts'
import { withoutUndefined } from '../std/defined.ts'
import { quotaSchema } from './quotas.ts'
import { body, done, endpoint, json, pageOf, paging, resource } from './resource.ts'
import { shownStored, storedFields } from './stored-shape.ts'

const about = { tags: ['organisations'], access: 'account' } as const
const params = z.object({ organisation: z.string() })
const memberParams = params.extend({ username: z.string() })
const unknown = ['org_not_found', 'org_name_invalid'] as const
const changes = [...unknown, 'org_right_required', 'conflict'] as const
const memberChanges = [...changes, 'user_not_found', 'username_invalid', 'last_org_owner'] as const

const orgSchema = z
  .object({
    name: z.string(),
    displayName: z.string().optional(),
    owners: z.array(z.string()).readonly(),
    quota: quotaSchema.optional(),
    ...storedFields,
    createdAt: z.iso.datetime(),
  })
  .openapi('Organisation')

const memberSchema = z.object({ username: z.string(), role: z.enum(orgRoles) }).openapi('Member')

const list = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/organisations',
  operationId: 'listOrganisations',
  summary: 'The organisations that one is in; for administrators and auditors, all',
  request: { query: paging },
  responses: { 200: json('By name.', pageOf(z.object({ name: z.string() }))) },
})

const create = endpoint({
  ...about,
  method: 'post',
  path: '/api/v1/organisations',
  operationId: 'createOrganisation',
  summary: 'Make an organisation',
  description: 'Sent again by the same owner, it completes what was cut off.',
  refuses: [
    'org_name_invalid',
    'org_creation_refused',
    'org_exists',
    'user_not_found',
    'username_invalid',
    'admin_required',
    'too_many_memberships',
    'conflict',
  ],
  request: body(
    z.strictObject({
      name: z.string().min(1).max(80),
      displayName: z.string().min(1).max(100).optional(),
      owner: z.string().min(1).max(80).optional().openapi({ description: 'Somebody else: for administrators to say.' }),
    }),
  ),
  responses: { 201: json('The organisation.', orgSchema) },
})

const read = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/organisations/{organisation}',
  operationId: 'readOrganisation',
  summary: 'An organisation that one is in',
  refuses: unknown,
  request: { params },
  responses: { 200: json('The organisation.', orgSchema) },
})

const remove = endpoint({
  ...about,
  method: 'delete',
  path: '/api/v1/organisations/{organisation}',
  operationId: 'deleteOrganisation',
  summary: 'Delete an organisation that has no packages',
  refuses: [...changes, 'org_not_empty'],
  request: { params },
  responses: done,
})

const members = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/organisations/{organisation}/members',
  operationId: 'listMembers',
  summary: 'Who is in an organisation',
  refuses: unknown,
  request: { params, query: paging },
  responses: { 200: json('By name.', pageOf(memberSchema)) },
})

const setMember = endpoint({
  ...about,
  method: 'put',
  path: '/api/v1/organisations/{organisation}/members/{username}',
  operationId: 'setMember',
  summary: 'Make somebody a member, or a member something else',
  refuses: [...memberChanges, 'too_many_memberships'],
  request: { params: memberParams, ...body(z.strictObject({ role: z.enum(orgRoles) })) },
  responses: { 200: json('What they are now.', memberSchema) },
})

const removeMember = endpoint({
  ...about,
  method: 'delete',
  path: '/api/v1/organisations/{organisation}/members/{username}',
  operationId: 'removeMember',
  summary: 'Take somebody out of an organisation and of its teams; anybody may leave',
  refuses: memberChanges,
  request: { params: memberParams },
  responses: done,
})

/** `/api/v1/organisations`, and who is in them. */
export const organisations = resource()
  .openapi(list, async (c) => {
    const page = await c.var.registry.listOrgs(await asking(c), withoutUndefined(c.req.valid('query')))
    const items = page.entries.map((name) => ({ name }))
    return c.json({ items, ...(page.next === undefined ? {} : { next: page.next }) }, 200)
  })
  .openapi(create, async (c) => {
    const { name, displayName, owner } = c.req.valid('json')
    const org = await c.var.registry.createOrg(await asking(c), {
      name,
      ...(displayName === undefined ? {} : { displayName: printable(displayName) }),
      ...(owner === undefined ? {} : { owner }),
    })
    return c.json(shown(org), 201)
  })
  .openapi(read, async (c) => {
    const { stored, ...org } = await c.var.registry.readOrgAccount(await asking(c), c.req.valid('param').organisation)
    return c.json({ ...shown(org), ...shownStored(stored) }, 200)
  })
  .openapi(remove, async (c) => {
    await c.var.registry.deleteOrg(await asking(c), c.req.valid('param').organisation)
    return c.body(null, 204)
  })
  .openapi(members, async (c) => {
    const { organisation } = c.req.valid('param')
    const paged = withoutUndefined(c.req.valid('query'))
    const { entries, next } = await c.var.registry.listMembers(await asking(c), organisation, paged)
    return c.json({ items: [...entries], ...(next === undefined ? {} : { next }) }, 200)
  })
  .openapi(setMember, async (c) => {
    const { organisation, username } = c.req.valid('param')
    const { role } = c.req.valid('json')
    return c.json(await c.var.registry.setMember(await asking(c), organisation, { username, role }), 200)
  })
  .openapi(removeMember, async (c) => {
    const { organisation, username } = c.req.valid('param')
    await c.var.registry.removeMember(await asking(c), organisation, username)
    return c.body(null, 204)
  })

function shown({ org, displayName, owners, quota, createdAt }: Org): z.infer<typeof orgSchema> {
  return { name: org, owners, createdAt, ...withoutUndefined({ displayName, quota }) }
}
