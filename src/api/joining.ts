import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { invitationPath } from '../http/urls.ts'
import { claimedAddress, visitorOf } from '../http/visitor.ts'
import { roles } from '../model/standing.ts'
import { body, endpoint, issuedLink, json, resource, shownLink } from './resource.ts'

const name = z.string().min(1).max(200)
const password = z.string().min(1).max(1_000)
const email = z.string().min(3).max(254)
const secret = z.string().min(1).max(200).openapi({ description: 'The last part of the link.' })
const account = ['username_invalid', 'user_exists', 'email_invalid', 'password_too_short', 'password_weak'] as const
const named = json('The account.', z.object({ username: z.string() }))

const register = endpoint({
  method: 'post',
  path: '/api/v1/auth/register',
  operationId: 'register',
  summary: 'Make an account, where the settings let people do so',
  description: 'Sent again with the same password, it logs in.',
  tags: ['people'],
  access: 'open',
  refuses: [...account, 'registration_closed', 'credentials_wrong', 'too_many_attempts', 'account_disabled'],
  request: body(z.strictObject({ username: name, password, email })),
  responses: { 201: json('Logged in.', z.object({ username: z.string(), token: z.string() })) },
})

const invite = endpoint({
  method: 'post',
  path: '/api/v1/invitations',
  operationId: 'invite',
  summary: 'Make a link by which somebody makes an account. For administrators',
  tags: ['people'],
  access: 'account',
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
  responses: { 201: json('The link, for one account.', issuedLink) },
})

const accept = endpoint({
  method: 'post',
  path: '/api/v1/invitations/accept',
  operationId: 'acceptInvitation',
  summary: 'Make the account that one was invited to',
  description: 'Sent again with the same name and password, it completes what was cut off.',
  tags: ['people'],
  access: 'open',
  refuses: [...account, 'invitation_over', 'invitations_off', 'org_not_found', 'too_many_memberships', 'conflict'],
  request: body(z.strictObject({ secret, username: name, password, email })),
  responses: { 201: named },
})

const reset = endpoint({
  method: 'post',
  path: '/api/v1/auth/reset',
  operationId: 'resetPassword',
  summary: 'Choose a new password by a link',
  tags: ['people'],
  access: 'open',
  refuses: ['reset_over', 'account_disabled', 'password_too_short', 'password_weak', 'conflict'],
  request: body(z.strictObject({ secret, password })),
  responses: { 200: named },
})

/** How accounts come about, and come back to those who lost their password. */
export const joining = resource()
  .openapi(register, async (c) => {
    const { username, ...rest } = c.req.valid('json')
    const by = `login by ${visitorOf(c).client ?? 'the API'}`
    const token = await c.var.registry.login({ name: username, ...rest, address: claimedAddress(c) }, by)
    return c.json({ username, token }, 201)
  })
  .openapi(invite, async (c) => {
    const { organisations, ...invitation } = c.req.valid('json')
    const link = await c.var.registry.invite(await asking(c), {
      roles: invitation.roles,
      ...(invitation.days === undefined ? {} : { days: invitation.days }),
      ...(organisations === undefined ? {} : { orgs: organisations }),
    })
    return c.json(shownLink(c, invitationPath(link.secret), link), 201)
  })
  .openapi(accept, async (c) => {
    const { secret: shown, ...asked } = c.req.valid('json')
    return c.json({ username: await c.var.registry.acceptInvitation(shown, asked) }, 201)
  })
  .openapi(reset, async (c) => {
    const { secret: shown, password: chosen } = c.req.valid('json')
    return c.json({ username: await c.var.registry.useReset(shown, chosen) }, 200)
  })
