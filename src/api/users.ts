import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { resetPath } from '../http/urls.ts'
import { orgRoles, roles } from '../model/standing.ts'
import type { Person } from '../registry/users.ts'
import { withoutUndefined } from '../std/defined.ts'
import { quotaSchema } from './quotas.ts'
import { body, done, endpoint, issuedLink, json, pageOf, paging, resource, restriction, shownLink } from './resource.ts'
import { shownStored, storedFields } from './stored-shape.ts'

const personSchema = z
  .object({
    username: z.string(),
    email: z.string().optional(),
    fullName: z.string().optional(),
    roles: z.array(z.enum(roles)).readonly(),
    disabled: restriction.optional(),
    organisations: z.record(z.string(), z.enum(orgRoles)),
    teams: z.array(z.string()).readonly(),
    quota: quotaSchema.optional(),
    ...storedFields,
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime().optional(),
  })
  .openapi('User')

const about = { tags: ['people'], access: 'account' } as const
const params = z.object({ username: z.string() })
const unknown = ['admin_required', 'user_not_found', 'username_invalid'] as const
const changes = [...unknown, 'own_account_kept', 'conflict'] as const

const list = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/users',
  operationId: 'listUsers',
  summary: 'Accounts by name. For administrators',
  refuses: ['admin_required'],
  request: { query: paging.extend({ prefix: z.string().min(1).max(64).optional() }) },
  responses: { 200: json('Accounts.', pageOf(personSchema)) },
})

const read = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/users/{username}',
  operationId: 'readUser',
  summary: 'An account. For administrators',
  refuses: unknown,
  request: { params },
  responses: { 200: json('The account.', personSchema) },
})

const remove = endpoint({
  ...about,
  method: 'delete',
  path: '/api/v1/users/{username}',
  operationId: 'deleteUser',
  summary: 'Delete an account. For administrators',
  description: 'What it published stays; nobody can have the name again.',
  refuses: [...changes, 'user_needed'],
  request: { params },
  responses: done,
})

const setRoles = endpoint({
  ...about,
  method: 'put',
  path: '/api/v1/users/{username}/roles',
  operationId: 'setRoles',
  summary: 'Say what somebody may do in the whole registry. For administrators',
  refuses: changes,
  request: { params, ...body(z.strictObject({ roles: z.array(z.enum(roles)).max(roles.length) })) },
  responses: done,
})

const disable = endpoint({
  ...about,
  method: 'put',
  path: '/api/v1/users/{username}/disabled',
  operationId: 'disableUser',
  summary: 'Let an account do nothing: no login, no token. For administrators',
  refuses: [...changes, 'reason_invalid'],
  request: { params, ...body(z.strictObject({ reason: z.string().min(1).max(1_000) })) },
  responses: done,
})

const enable = endpoint({
  ...about,
  method: 'delete',
  path: '/api/v1/users/{username}/disabled',
  operationId: 'enableUser',
  summary: 'Let an account do again what it could. For administrators',
  refuses: changes,
  request: { params },
  responses: done,
})

const endLogins = endpoint({
  ...about,
  method: 'delete',
  path: '/api/v1/users/{username}/logins',
  operationId: 'endLogins',
  summary: 'End every login of an account: one’s own, or, for administrators, anybody’s',
  description: 'Tokens that were asked for by name stay.',
  refuses: [...unknown, 'conflict'],
  request: { params },
  responses: done,
})

const reset = endpoint({
  ...about,
  method: 'post',
  path: '/api/v1/users/{username}/password-resets',
  operationId: 'issueReset',
  summary: 'Make a link by which somebody chooses a new password. For administrators',
  refuses: unknown,
  request: { params },
  responses: { 201: json('The link, for a day and one use.', issuedLink) },
})

/** `/api/v1/users`. */
export const users = resource()
  .openapi(list, async (c) => {
    const page = await c.var.registry.listUsers(await asking(c), withoutUndefined(c.req.valid('query')))
    return c.json({ items: page.entries.map(shown), ...(page.next === undefined ? {} : { next: page.next }) }, 200)
  })
  .openapi(read, async (c) => {
    const { stored, ...person } = await c.var.registry.readUserAccount(await asking(c), c.req.valid('param').username)
    return c.json({ ...shown(person), ...shownStored(stored) }, 200)
  })
  .openapi(remove, async (c) => {
    await c.var.registry.deleteUser(await asking(c), c.req.valid('param').username)
    return c.body(null, 204)
  })
  .openapi(setRoles, async (c) => {
    await c.var.registry.setRoles(await asking(c), c.req.valid('param').username, c.req.valid('json').roles)
    return c.body(null, 204)
  })
  .openapi(disable, async (c) => {
    await c.var.registry.disableUser(await asking(c), c.req.valid('param').username, c.req.valid('json').reason)
    return c.body(null, 204)
  })
  .openapi(enable, async (c) => {
    await c.var.registry.enableUser(await asking(c), c.req.valid('param').username)
    return c.body(null, 204)
  })
  .openapi(endLogins, async (c) => {
    await c.var.registry.endLogins(await asking(c), c.req.valid('param').username)
    return c.body(null, 204)
  })
  .openapi(reset, async (c) => {
    const link = await c.var.registry.issueReset(await asking(c), c.req.valid('param').username)
    return c.json(shownLink(c, resetPath(link.secret), link), 201)
  })

function shown({ orgs, ...person }: Person): z.infer<typeof personSchema> {
  return { ...person, organisations: orgs }
}
