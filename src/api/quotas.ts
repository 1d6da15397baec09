import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { mostOpenUploads, mostQuotaBytes } from '../model/quota.ts'
import { withoutUndefined } from '../std/defined.ts'
import { body, done, endpoint, resource } from './resource.ts'

const bytes = z.int().max(mostQuotaBytes)

/** What an administrator has said that an account may have. */
export const quotaSchema = z
  .strictObject({
    storedBytes: bytes.min(0).optional().openapi({ description: 'Of all published files that it pays for.' }),
    openUploads: z.int().min(1).max(mostOpenUploads).optional(),
    openUploadBytes: bytes.min(1).optional().openapi({ description: 'Of all files of open uploads.' }),
  })
  .openapi('Quota')

const about = { tags: ['people'], access: 'account' } as const
const ofUser = {
  ...about,
  path: '/api/v1/users/{username}/quota',
  refuses: ['admin_required', 'user_not_found', 'username_invalid', 'conflict'],
} as const
const userParams = z.object({ username: z.string() })

const setOfUser = endpoint({
  ...ofUser,
  method: 'put',
  operationId: 'setUserQuota',
  summary: 'Say how much somebody may have. For administrators',
  description: 'Replaces what was said before. What is left out is as the settings say; what is there stays.',
  request: { params: userParams, ...body(quotaSchema) },
  responses: done,
})

const removeOfUser = endpoint({
  ...ofUser,
  method: 'delete',
  operationId: 'removeUserQuota',
  summary: 'Let somebody have what the settings say. For administrators',
  request: { params: userParams },
  responses: done,
})

const ofOrganisation = {
  ...about,
  tags: ['organisations'],
  path: '/api/v1/organisations/{organisation}/quota',
  refuses: ['admin_required', 'org_not_found', 'org_name_invalid', 'conflict'],
} as const
const orgParams = z.object({ organisation: z.string() })

const setOfOrganisation = endpoint({
  ...ofOrganisation,
  method: 'put',
  operationId: 'setOrganisationQuota',
  summary: 'Say how much an organisation may have. For administrators of the registry',
  description:
    'Replaces what was said before. What is left out is as the settings say; what is there stays. Of open uploads, those ' +
    'count that are opened from then on.',
  request: { params: orgParams, ...body(quotaSchema) },
  responses: done,
})

const removeOfOrganisation = endpoint({
  ...ofOrganisation,
  method: 'delete',
  operationId: 'removeOrganisationQuota',
  summary: 'Let an organisation have what the settings say. For administrators of the registry',
  request: { params: orgParams },
  responses: done,
})

/** `/api/v1/users/…/quota` and `/api/v1/organisations/…/quota`. */
export const quotas = resource()
  .openapi(setOfUser, async (c) => {
    const quota = withoutUndefined(c.req.valid('json'))
    await c.var.registry.setUserQuota(await asking(c), c.req.valid('param').username, quota)
    return c.body(null, 204)
  })
  .openapi(removeOfUser, async (c) => {
    await c.var.registry.setUserQuota(await asking(c), c.req.valid('param').username, undefined)
    return c.body(null, 204)
  })
  .openapi(setOfOrganisation, async (c) => {
    const quota = withoutUndefined(c.req.valid('json'))
    await c.var.registry.setOrgQuota(await asking(c), c.req.valid('param').organisation, quota)
    return c.body(null, 204)
  })
  .openapi(removeOfOrganisation, async (c) => {
    await c.var.registry.setOrgQuota(await asking(c), c.req.valid('param').organisation, undefined)
    return c.body(null, 204)
  })
