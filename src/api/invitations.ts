import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { invitationPath } from '../http/urls.ts'
import { roles } from '../model/standing.ts'
import type { StandingInvitation } from '../registry/issued-invitations.ts'
import { withoutUndefined } from '../std/defined.ts'
import { body, done, endpoint, issuedLink, json, pageOf, paging, resource, shownLink } from './resource.ts'

const about = { tags: ['people'], access: 'account' } as const
const id = z.string().openapi({ description: 'Names it, and opens nothing.' })
const orgRole = z.enum(['admin', 'member'])
const issued = z.object({ id, ...issuedLink.shape }).openapi('IssuedInvitation')

const invitationSchema = z
  .object({
    id,
    roles: z.array(z.enum(roles)).readonly(),
    organisations: z.record(z.string(), orgRole),
    by: z.string().openapi({ description: 'A user, or `system`.' }),
    createdAt: z.iso.datetime(),
    endsAt: z.iso.datetime(),
    username: z.string().optional().openapi({ description: 'For whom it is being used: it is good for no other.' }),
  })
  .openapi('Invitation')

const invite = endpoint({
  ...about,
  method: 'post',
  path: '/api/v1/invitations',
  operationId: 'invite',
  summary: 'Make a link by which somebody makes an account. For administrators',
  refuses: ['admin_required', 'invitations_off', 'org_name_invalid', 'org_not_found'],
  request: body(
    z.strictObject({
      roles: z.array(z.enum(roles)).max(roles.length),
      organisations: z
        .record(z.string().max(80), z.enum(['admin', 'member']))
        .optional()
        .openapi({
          description: 'Organisations that the account is to be in, and as what.',
        }),
      days: z.int().min(1).max(90).optional(),
    }),
  ),
  responses: { 201: json('The link, for one account.', issued) },
})

const list = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/invitations',
  operationId: 'listInvitations',
  summary: 'Invitations that are still good. For administrators',
  description: 'Without their links, which are shown once. One that was made just now may be missing for a moment.',
  refuses: ['admin_required'],
  request: { query: paging },
  responses: { 200: json('Newest first.', pageOf(invitationSchema)) },
})

const revoke = endpoint({
  ...about,
  method: 'delete',
  path: '/api/v1/invitations/{id}',
  operationId: 'revokeInvitation',
  summary: 'Make an invitation good for nobody. For administrators',
  refuses: ['admin_required'],
  request: { params: z.object({ id: z.string() }) },
  responses: done,
})

/** `/api/v1/invitations`: made, listed and revoked by administrators. */
export const invitations = resource()
  .openapi(invite, async (c) => {
    const { organisations, ...invitation } = c.req.valid('json')
    const link = await c.var.registry.invite(await asking(c), {
      roles: invitation.roles,
      ...(invitation.days === undefined ? {} : { days: invitation.days }),
      ...(organisations === undefined ? {} : { orgs: organisations }),
    })
    return c.json({ id: link.id, ...shownLink(c, invitationPath(link.secret), link) }, 201)
  })
  .openapi(list, async (c) => {
    const { entries, next } = await c.var.registry.listInvitations(
      await asking(c),
      withoutUndefined(c.req.valid('query')),
    )
    return c.json({ items: entries.map(shown), ...(next === undefined ? {} : { next }) }, 200)
  })
  .openapi(revoke, async (c) => {
    await c.var.registry.revokeInvitation(await asking(c), c.req.valid('param').id)
    return c.body(null, 204)
  })

function shown({ orgs, endsAtMs, roles: given, ...rest }: StandingInvitation): z.infer<typeof invitationSchema> {
  return { ...rest, roles: given, organisations: orgs, endsAt: new Date(endsAtMs).toISOString() }
}
