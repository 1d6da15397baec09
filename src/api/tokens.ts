import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { claimedAddress } from '../http/visitor.ts'
import { refuse } from '../model/refusals.ts'
import { readTokenKey } from '../registry/tokens.ts'
import { body, done, endpoint, json, pageOf, paging, resource } from './resource.ts'
import { askedToken, newTokenSchema, shownToken, tokenSchema } from './token-shapes.ts'

const about = { tags: ['tokens'], access: 'account' } as const
const one = { params: z.object({ id: z.string() }) }

const list = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/tokens',
  operationId: 'listTokens',
  summary: 'One’s own tokens that are still good',
  request: { query: paging },
  responses: { 200: json('Tokens, oldest first on each page.', pageOf(tokenSchema)) },
})

const create = endpoint({
  ...about,
  method: 'post',
  path: '/api/v1/tokens',
  operationId: 'createToken',
  summary: 'Make a token',
  description: 'It is shown once. If the answer is lost, end the token in the list and make another.',
  refuses: [
    'credentials_wrong',
    'too_many_attempts',
    'token_field_unsupported',
    'package_name_invalid',
    'org_name_invalid',
  ],
  request: body(newTokenSchema),
  responses: { 201: json('The token.', z.object({ ...tokenSchema.shape, token: z.string() }).openapi('CreatedToken')) },
})

const read = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/tokens/{id}',
  operationId: 'readToken',
  summary: 'One of one’s own tokens',
  refuses: ['token_not_found'],
  request: one,
  responses: { 200: json('The token, without its secret.', tokenSchema) },
})

const revoke = endpoint({
  ...about,
  method: 'delete',
  path: '/api/v1/tokens/{id}',
  operationId: 'revokeToken',
  summary: 'End one of one’s own tokens',
  refuses: ['token_not_found'],
  request: one,
  responses: done,
})

/** `/api/v1/tokens`: the asker's own. */
export const tokens = resource()
  .openapi(list, async (c) => {
    const { after, limit } = c.req.valid('query')
    const position = after === undefined ? undefined : readTokenKey(after)
    if (after !== undefined && position === undefined) throw refuse('query_invalid', { problem: 'unknown "after"' })
    const { tokens: listed, next } = await c.var.registry.listTokens(await asking(c), position, limit)
    return c.json({ items: listed.map(shownToken), ...(next === undefined ? {} : { next }) }, 200)
  })
  .openapi(create, async (c) => {
    const who = await asking(c)
    const { token, record } = await c.var.registry.createToken(
      who,
      askedToken(c, c.req.valid('json')),
      claimedAddress(c),
    )
    return c.json({ ...shownToken(record), token }, 201)
  })
  .openapi(read, async (c) => {
    return c.json(shownToken(await c.var.registry.readToken(await asking(c), c.req.valid('param').id)), 200)
  })
  .openapi(revoke, async (c) => {
    await c.var.registry.revokeToken(await asking(c), c.req.valid('param').id)
    return c.body(null, 204)
  })
