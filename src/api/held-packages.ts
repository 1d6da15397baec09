import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { formatIds } from '../model/ids.ts'
import { rights } from '../model/records.ts'
import type { HeldPage } from '../registry/held-packages.ts'
import { orgName } from '../registry/org-name.ts'
import { withoutUndefined } from '../std/defined.ts'
import { endpoint, json, pageOf, paging, resource } from './resource.ts'

const about = { tags: ['packages'], method: 'get' } as const
const query = paging.extend({ format: z.enum(formatIds).default('npm') })
const responses = {
  200: json(
    'Packages that the asker may read, by name.',
    pageOf(z.object({ name: z.string(), right: z.enum(rights) }).openapi('HeldPackage')),
  ),
} as const

const ofUser = endpoint({
  ...about,
  access: 'anyone',
  path: '/api/v1/users/{username}/packages',
  operationId: 'listPackagesOfUser',
  summary: 'The packages that a user owns or was given',
  request: { params: z.object({ username: z.string() }), query },
  responses,
})

const ofOrg = endpoint({
  ...about,
  access: 'account',
  path: '/api/v1/organisations/{organisation}/packages',
  operationId: 'listPackagesOfOrganisation',
  summary: 'The packages of an organisation',
  refuses: ['org_not_found', 'org_name_invalid'],
  request: { params: z.object({ organisation: z.string() }), query },
  responses,
})

const ofTeam = endpoint({
  ...about,
  access: 'account',
  path: '/api/v1/organisations/{organisation}/teams/{team}/packages',
  operationId: 'listPackagesOfTeam',
  summary: 'The packages that a team was given',
  refuses: ['org_not_found', 'org_name_invalid', 'team_not_found'],
  request: { params: z.object({ organisation: z.string(), team: z.string() }), query },
  responses,
})

/** Packages by who has a right in them. */
export const heldPackages = resource()
  .openapi(ofUser, async (c) => {
    const { format, ...asked } = c.req.valid('query')
    const { username } = c.req.valid('param')
    const page = await c.var.registry.packagesOfUser(await asking(c), format, username, withoutUndefined(asked))
    return c.json(shown(page), 200)
  })
  .openapi(ofOrg, async (c) => {
    const { format, ...asked } = c.req.valid('query')
    const org = orgName(c.req.valid('param').organisation)
    return c.json(shown(await c.var.registry.packagesOfOrg(await asking(c), format, org, withoutUndefined(asked))), 200)
  })
  .openapi(ofTeam, async (c) => {
    const { format, ...asked } = c.req.valid('query')
    const { organisation, team: name } = c.req.valid('param')
    const who = await asking(c)
    const team = { org: orgName(organisation), name }
    return c.json(shown(await c.var.registry.packagesOfTeam(who, format, team, withoutUndefined(asked))), 200)
  })

function shown({ entries, next }: HeldPage) {
  return { items: [...entries], ...(next === undefined ? {} : { next }) }
}
