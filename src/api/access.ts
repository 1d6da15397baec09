import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { asking } from '../http/authenticate.ts'
import type { AppEnv } from '../http/env.ts'
import { rights, visibilities } from '../model/records.ts'
import type { Receiver } from '../registry/grants.ts'
import { orgName } from '../registry/org-name.ts'
import { packageParams, packageRef } from './package-params.ts'
import { body, done, endpoint, json, resource, restriction } from './resource.ts'

const about = { tags: ['settings'], access: 'account' } as const
const manage = ['package_not_found', 'not_owner', 'conflict'] as const
const team = ['team_foreign', 'org_not_found', 'org_name_invalid', 'team_not_found'] as const
const path = '/api/v1/packages/{format}/{package}'
const params = packageParams
const userParams = params.extend({ username: z.string() })
const teamParams = params.extend({ organisation: z.string(), team: z.string() })
const right = body(z.strictObject({ right: z.enum(rights) }))

const read = endpoint({
  tags: ['settings'],
  access: 'anyone',
  method: 'get',
  path: `${path}/access`,
  operationId: 'readAccess',
  summary: 'Who may do what with a package',
  description: 'All but visibility and owners is for those who may change the package, auditors and administrators.',
  refuses: ['package_not_found', 'package_blocked'],
  request: { params },
  responses: {
    200: json(
      'Rights and restrictions.',
      z
        .object({
          visibility: z.enum(visibilities),
          owners: z.array(z.string()).readonly(),
          org: z.string().optional(),
          grants: z
            .record(z.string(), z.enum(rights))
            .optional()
            .openapi({ description: 'By `user/<name>` or `team/<organisation>/<name>~<id>`.' }),
          sensitive: z.object({ groups: z.array(z.string()).readonly() }).optional(),
          lock: restriction.optional(),
          block: restriction.optional(),
          blockedVersions: z.record(z.string(), z.string()).optional(),
          secondFactor: z.enum(['publish', 'automation']).optional(),
        })
        .openapi('Access'),
    ),
  },
})

const grantUser = endpoint({
  ...about,
  method: 'put',
  path: `${path}/access/users/{username}`,
  operationId: 'grantToUser',
  summary: 'Give a user a right, in place of what they had',
  refuses: [...manage, 'user_not_found', 'too_many_grants'],
  request: { params: userParams, ...right },
  responses: done,
})

const revokeUser = endpoint({
  ...about,
  method: 'delete',
  path: `${path}/access/users/{username}`,
  operationId: 'revokeFromUser',
  summary: 'Take away what a user was given',
  refuses: [...manage, 'user_not_found'],
  request: { params: userParams },
  responses: done,
})

const grantTeam = endpoint({
  ...about,
  method: 'put',
  path: `${path}/access/teams/{organisation}/{team}`,
  operationId: 'grantToTeam',
  summary: 'Give a team of the package’s organisation a right, in place of what it had',
  refuses: [...manage, ...team, 'too_many_grants'],
  request: { params: teamParams, ...right },
  responses: done,
})

const revokeTeam = endpoint({
  ...about,
  method: 'delete',
  path: `${path}/access/teams/{organisation}/{team}`,
  operationId: 'revokeFromTeam',
  summary: 'Take away what a team was given',
  refuses: [...manage, ...team],
  request: { params: teamParams },
  responses: done,
})

const sensitive = endpoint({
  ...about,
  method: 'put',
  path: `${path}/sensitive`,
  operationId: 'makeSensitive',
  summary: 'Let only these teams read a package, and record every download before it is answered',
  refuses: [...manage, ...team, 'org_required', 'too_many_groups'],
  request: { params, ...body(z.strictObject({ teams: z.array(z.string().min(1).max(80)).max(100) })) },
  responses: done,
})

const insensitive = endpoint({
  ...about,
  method: 'delete',
  path: `${path}/sensitive`,
  operationId: 'endSensitivity',
  summary: 'Give a package back to all that could read it otherwise',
  refuses: manage,
  request: { params },
  responses: done,
})

const transfer = endpoint({
  ...about,
  method: 'put',
  path: `${path}/holder`,
  operationId: 'transferPackage',
  summary: 'Give a package to other owners, or to an organisation',
  description: 'What is left out stays; `null` takes it out of its organisation. What users and teams were given ends.',
  refuses: [
    ...manage,
    'org_not_found',
    'org_name_invalid',
    'org_right_required',
    'scope_fixed',
    'user_not_found',
    'owner_not_member',
    'last_owner',
    'too_many_owners',
  ],
  request: {
    params,
    ...body(
      z.strictObject({
        owners: z.array(z.string().min(1).max(80)).max(100).optional(),
        organisation: z.string().min(1).max(80).nullable().optional(),
      }),
    ),
  },
  responses: done,
})

/** Rights in a package: who has which, given and taken away. */
export const access = resource()
  .openapi(read, async (c) => {
    const who = await asking(c)
    return c.json(await c.var.registry.readAccess(who, packageRef(c, c.req.valid('param'))), 200)
  })
  .openapi(grantUser, async (c) => {
    const { username, ...named } = c.req.valid('param')
    return grant(c, named, { kind: 'user', name: username }, c.req.valid('json').right)
  })
  .openapi(revokeUser, async (c) => {
    const { username, ...named } = c.req.valid('param')
    return revoke(c, named, { kind: 'user', name: username })
  })
  .openapi(grantTeam, async (c) => {
    const { organisation, team: name, ...named } = c.req.valid('param')
    return grant(c, named, { kind: 'team', org: orgName(organisation), name }, c.req.valid('json').right)
  })
  .openapi(revokeTeam, async (c) => {
    const { organisation, team: name, ...named } = c.req.valid('param')
    return revoke(c, named, { kind: 'team', org: orgName(organisation), name })
  })
  .openapi(sensitive, async (c) => {
    const who = await asking(c)
    await c.var.registry.makeSensitive(who, packageRef(c, c.req.valid('param')), c.req.valid('json').teams)
    return c.body(null, 204)
  })
  .openapi(insensitive, async (c) => {
    const who = await asking(c)
    await c.var.registry.endSensitivity(who, packageRef(c, c.req.valid('param')))
    return c.body(null, 204)
  })
  .openapi(transfer, async (c) => {
    const who = await asking(c)
    const { owners, organisation } = c.req.valid('json')
    await c.var.registry.transferPackage(who, packageRef(c, c.req.valid('param')), {
      ...(owners === undefined ? {} : { owners }),
      ...(organisation === undefined ? {} : { org: organisation === null ? null : orgName(organisation) }),
    })
    return c.body(null, 204)
  })

type Named = z.infer<typeof packageParams>

async function grant(c: Context<AppEnv>, named: Named, receiver: Receiver, given: (typeof rights)[number]) {
  await c.var.registry.grantAccess(await asking(c), packageRef(c, named), receiver, given)
  return c.body(null, 204)
}

async function revoke(c: Context<AppEnv>, named: Named, receiver: Receiver) {
  await c.var.registry.revokeAccess(await asking(c), packageRef(c, named), receiver)
  return c.body(null, 204)
}
