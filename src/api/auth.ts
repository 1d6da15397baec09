import { z } from '@hono/zod-openapi'
import { asking, leaving, requestCode, requestToken } from '../http/authenticate.ts'
import { printable } from '../http/printable.ts'
import { claimedAddress, visitorOf } from '../http/visitor.ts'
import type { User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { orgRoles, roles } from '../model/standing.ts'
import { orgsOf } from '../registry/access.ts'
import type { StoringAccount } from '../registry/stored-accounts.ts'
import { withoutUndefined } from '../std/defined.ts'
import { body, done, endpoint, json, resource } from './resource.ts'
import { shownStored, storedFields } from './stored-shape.ts'
import { limitsSchema } from './token-shapes.ts'

const login = endpoint({
  method: 'post',
  path: '/api/v1/auth/login',
  operationId: 'login',
  summary: 'Log in with a password',
  description: 'Makes a token as good as its owner’s password, less changes of it, until it expires or is ended.',
  tags: ['auth'],
  access: 'open',
  takesCode: true,
  refuses: ['credentials_wrong', 'account_disabled'],
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

const profileSchema = z
  .object({
    username: z.string(),
    email: z.string().optional(),
    fullName: z.string().optional(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime().optional(),
  })
  .openapi('Profile')

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
        profile: profileSchema.optional().openapi({ description: 'Absent where there are limits.' }),
        ...storedFields,
      }),
    ),
  },
})

const changeMe = endpoint({
  method: 'patch',
  path: '/api/v1/auth/me',
  operationId: 'changeMe',
  summary: 'Change one’s e-mail address, name or password',
  description:
    'What is left out stays; `null` takes a value away. A new password ends every other login, and every session; tokens that were asked for by name stay.',
  tags: ['auth'],
  access: 'account',
  refuses: ['credentials_wrong', 'email_invalid', 'password_too_short', 'password_weak', 'conflict'],
  request: body(
    z.strictObject({
      email: z.string().min(3).max(254).nullable().optional(),
      fullName: z.string().min(1).max(254).nullable().optional(),
      password: z
        .strictObject({ old: z.string().min(1).max(1_000), new: z.string().min(1).max(1_000) })
        .optional()
        .openapi({ description: 'The one that there is, and the next.' }),
    }),
  ),
  responses: { 200: json('The account as it is now.', profileSchema) },
})

/** `/api/v1/auth`: in, out, and who is asking. */
export const auth = resource()
  .openapi(login, async (c) => {
    const { username, password } = c.req.valid('json')
    const code = requestCode(c)
    const token = await c.var.registry.login(
      { name: username, password, address: claimedAddress(c), ...(code === undefined ? {} : { code }) },
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
        organisations: orgsOf(who),
        credential: { kind: credential.kind, id: credential.id },
        ...(limits === undefined ? shownAccount(await c.var.registry.readOwnAccount(who)) : { limits: { ...limits } }),
      },
      200,
    )
  })
  .openapi(changeMe, async (c) => {
    const who = await asking(c)
    const { fullName, ...change } = withoutUndefined(c.req.valid('json'))
    const name = fullName === undefined ? {} : { fullName: fullName === null ? null : printable(fullName) }
    const user = await c.var.registry.changeProfile(who, { ...change, ...name }, claimedAddress(c))
    return c.json(shownProfile(user), 200)
  })

function shownAccount({ stored, ...user }: StoringAccount<User>) {
  return { profile: shownProfile(user), ...shownStored(stored) }
}

function shownProfile({ username, email, fullName, createdAt, updatedAt }: User): z.infer<typeof profileSchema> {
  return withoutUndefined({ username, email, fullName, createdAt, updatedAt })
}
