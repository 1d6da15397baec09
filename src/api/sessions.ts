import { z } from '@hono/zod-openapi'
import { asking, requestCode } from '../http/authenticate.ts'
import type { AppEnv } from '../http/env.ts'
import { claimedAddress, visitorOf } from '../http/visitor.ts'
import type { SessionId } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Session } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { readSessionKey } from '../registry/sessions.ts'
import { body, done, endpoint, json, pageOf, paging, resource } from './resource.ts'
import { usesLeft } from './token-shapes.ts'

const sessionSchema = z
  .object({
    id: z.string(),
    isCurrent: z.boolean().openapi({ description: 'Whether it is the one that the request came with.' }),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    uses: z.int().openapi({ description: 'For how many requests it is good, in all.' }),
    usesLeft,
    client: z.string().optional().openapi({ description: 'What opened it, in its own words.', example: 'Mozilla/5.0' }),
    addressPrefix: z.string().optional().openapi({ description: 'From where.', example: '192.0.2.0/24' }),
  })
  .openapi('Session')

const own = { tags: ['sessions'], access: 'account' } as const
const params = z.object({ username: z.string() })
const unknown = ['admin_required', 'username_invalid', 'user_not_found'] as const
const listed = { 200: json('Sessions that are still good, oldest first on each page.', pageOf(sessionSchema)) }

const open = endpoint({
  method: 'post',
  path: '/api/v1/auth/sessions',
  operationId: 'openSession',
  summary: 'Log in for some hours',
  description: 'A session ends by itself, after a time and a number of uses, and is sent like a token.',
  tags: ['sessions'],
  access: 'open',
  takesCode: true,
  refuses: ['credentials_wrong', 'account_disabled', 'sessions_off'],
  request: body(z.strictObject({ username: z.string().min(1).max(200), password: z.string().min(1).max(1_000) })),
  responses: {
    201: json('Logged in.', z.object({ ...sessionSchema.shape, session: z.string() }).openapi('OpenedSession')),
  },
})

const list = endpoint({
  ...own,
  method: 'get',
  path: '/api/v1/auth/sessions',
  operationId: 'listSessions',
  summary: 'One’s own sessions',
  request: { query: paging },
  responses: listed,
})

const endAll = endpoint({
  ...own,
  method: 'delete',
  path: '/api/v1/auth/sessions',
  operationId: 'endAllSessions',
  summary: 'End all of one’s sessions and logins, this one too',
  description: 'Tokens that were asked for by name stay. Here it holds at once, everywhere within 30 seconds.',
  refuses: ['conflict'],
  responses: done,
})

const end = endpoint({
  ...own,
  method: 'delete',
  path: '/api/v1/auth/sessions/{id}',
  operationId: 'endSession',
  summary: 'End one of one’s own sessions',
  refuses: ['session_not_found'],
  request: { params: z.object({ id: z.string() }) },
  responses: done,
})

const listOf = endpoint({
  ...own,
  method: 'get',
  path: '/api/v1/users/{username}/sessions',
  operationId: 'listSessionsOfUser',
  summary: 'Somebody’s sessions. For administrators',
  refuses: unknown,
  request: { params, query: paging },
  responses: listed,
})

const endOf = endpoint({
  ...own,
  method: 'delete',
  path: '/api/v1/users/{username}/sessions/{id}',
  operationId: 'endSessionOfUser',
  summary: 'End one of somebody’s sessions. For administrators',
  refuses: [...unknown, 'session_not_found'],
  request: { params: params.extend({ id: z.string() }) },
  responses: done,
})

/** Sessions: one's own under `/api/v1/auth`, and for administrators those of each user. */
export const sessions = resource()
  .openapi(open, async (c) => {
    const { username: name, password } = c.req.valid('json')
    const code = requestCode(c)
    const credentials = { name, password, address: claimedAddress(c), ...(code === undefined ? {} : { code }) }
    const { text, session } = await c.var.registry.openSession(credentials, visitorOf(c))
    return c.json({ ...shown(session, false), session: text }, 201)
  })
  .openapi(list, async (c) => {
    const who = await asking(c)
    const { after, limit } = c.req.valid('query')
    return c.json(shownPage(await c.var.registry.listSessions(who, position(after), limit), who), 200)
  })
  .openapi(endAll, async (c) => {
    await c.var.registry.endAllSessions(await asking(c))
    return c.body(null, 204)
  })
  .openapi(end, async (c) => {
    await c.var.registry.endSession(await asking(c), c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(listOf, async (c) => {
    const who = await asking(c)
    const { after: text, limit } = c.req.valid('query')
    const after = position(text)
    const paged = { limit, ...(after === undefined ? {} : { after }) }
    return c.json(shownPage(await c.var.registry.listSessionsOf(who, c.req.valid('param').username, paged), who), 200)
  })
  .openapi(endOf, async (c) => {
    const { username, id } = c.req.valid('param')
    await c.var.registry.endSessionOf(await asking(c), username, id)
    return c.body(null, 204)
  })

function position(after: string | undefined): SessionId | undefined {
  if (after === undefined) return undefined
  const sessionId = readSessionKey(after)
  if (sessionId === undefined) throw refuse('query_invalid', { problem: 'unknown "after"' })
  return sessionId
}

type SessionPage = Awaited<ReturnType<AppEnv['Variables']['registry']['listSessions']>>

function shownPage({ sessions: listed, next }: SessionPage, who: Principal) {
  const current = who.kind === 'user' ? who.credential.id : undefined
  return {
    items: listed.map((session) => shown(session, session.sessionId === current)),
    ...(next === undefined ? {} : { next }),
  }
}

function shown(session: Session, isCurrent: boolean): z.infer<typeof sessionSchema> {
  const { sessionId, createdAt, expiresAt, uses, usesTaken = 0, client, addressPrefix } = session
  return {
    id: sessionId,
    isCurrent,
    createdAt,
    expiresAt,
    uses,
    usesLeft: uses - usesTaken,
    ...(client === undefined ? {} : { client }),
    ...(addressPrefix === undefined ? {} : { addressPrefix }),
  }
}
