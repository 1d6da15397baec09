import { z } from '@hono/zod-openapi'
import { asking, leaving, requestToken } from '../http/authenticate.ts'
import { claimedAddress, visitorOf } from '../http/visitor.ts'
import { refuse } from '../model/refusals.ts'
import { orgRoles, roles } from '../model/standing.ts'
import { body, done, endpoint, json, resource } from './resource.ts'
import { limitsSchema } from './token-shapes.ts'

const login = endpoint({
  method: 'post',
  path: '/api/v1/auth/login',
  operationId: 'login',
  summary: 'Log in with a password',
  description: 'Makes a token as good as its owner’s password, less changes of it, until it expires or is ended.',
  tags: ['auth'],
  access: 'open',
  refuses: ['credentials_wrong', 'too_many_attempts', 'account_disabled'],
  request: body(z.strictObject({ username: z.string().min(1).max(200), password: z.string().min(1).max(1_000) })),
  responses: { 201: json('Logged in.', z.object({ username: z.string(), token: z.string() })) },
})

const logout = endpoint({
  method: 'post',
  path: '/api/v1/auth/logout',
  operationId: 'logout',
  summary: 'End the token that is shown',
  tags: ['auth'],
  access: 'account',
  responses: done,
})

const me = endpoint({
  method: 'get',
  path: '/api/v1/auth/me',
  operationId: 'me',
  summary: 'Who one is, and what the credentials that are shown may do',
  tags: ['auth'],
  access: 'account',
  responses: {
    200: json(
      'Whoever is asking.',
      z.object({
        username: z.string(),
        roles: z.array(z.enum(roles)),
        organisations: z.record(z.string(), z.enum(orgRoles)).openapi({ description: 'The role in each, by name.' }),
        credential: z.object({ kind: z.enum(['token', 'session']), id: z.string() }),
        limits: limitsSchema.optional().openapi({ description: 'Absent: may do what its owner may.' }),
      }),
    ),
  },
})

/** `/api/v1/auth`: in, out, and who is asking. */
export const auth = resource()
  .openapi(login, async (c) => {
    const { username, password } = c.req.valid('json')
    const token = await c.var.registry.login(
      { name: username, password, address: claimedAddress(c) },
      `login by ${visitorOf(c).client ?? 'the API'}`,
    )
    return c.json({ username, token }, 201)
  })
  .openapi(logout, async (c) => {
    const token = requestToken(c)
    if (token === undefined) throw refuse('login_required')
    await c.var.registry.logout(await leaving(c), token)
    return c.body(null, 204)
  })
  .openapi(me, async (c) => {
    const who = await asking(c)
    if (who.kind !== 'user') throw refuse('login_required')
    const { username, standing, credential, limits } = who
    return c.json(
      {
        username,
        roles: [...standing.roles],
        organisations: standing.orgs,
        credential: { kind: credential.kind, id: credential.id },
        ...(limits === undefined ? {} : { limits: { ...limits } }),
      },
      200,
    )
  })
