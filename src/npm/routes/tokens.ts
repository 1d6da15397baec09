import type { Context, Hono } from 'hono'
import { asking } from '../../http/authenticate.ts'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { claimedAddress } from '../../http/visitor.ts'
import type { TokenId } from '../../model/ids.ts'
import type { Token } from '../../model/records.ts'
import { refuse } from '../../model/refusals.ts'
import { expiresSoon, readTokenKey } from '../../registry/tokens.ts'
import { askedToken, newTokenBody } from './token-request.ts'

const noStore = { 'cache-control': 'no-store' }

/** `npm token list | create | revoke`. */
export const tokens: Hono<AppEnv> = routes()
  .get('/-/npm/v1/tokens', async (c) => {
    const { tokens: listed, next } = await c.var.registry.listTokens(await asking(c), position(c))
    const urls = next === undefined ? {} : { next: `${c.var.registry.config.publicUrl}/-/npm/v1/tokens?after=${next}` }
    return c.json(
      { objects: listed.map((token) => describe(token, c.var.registry.platform.now())), urls },
      200,
      noStore,
    )
  })
  .post('/-/npm/v1/tokens', async (c) => {
    const who = await asking(c)
    const asked = askedToken(await jsonBody(c, newTokenBody))
    if (asked.limits?.addresses !== undefined && !c.var.registry.config.trustAddress) {
      throw refuse('token_field_unsupported', { field: 'cidr_whitelist' })
    }
    const { token, record } = await c.var.registry.createToken(who, asked, claimedAddress(c))
    const { token: _shown, ...described } = describe(record, c.var.registry.platform.now())
    return c.json({ token, ...described }, 201, noStore)
  })
  .delete('/-/npm/v1/tokens/token/:token', async (c) => {
    await c.var.registry.revokeToken(await asking(c), c.req.param('token'))
    return c.body(null, 204)
  })

/** What npm shows of a token. `token` is how it begins: enough to find it in a file, nothing of its secret. */
function describe(token: Token, nowMs: number) {
  const { tokenId, description, note, limits, createdAt, expiresAt, lastUsed } = token
  return {
    token: `dk_${tokenId.slice(0, 6)}`,
    key: tokenId,
    name: description,
    ...(note === undefined ? {} : { description: note }),
    cidr_whitelist: limits?.addresses ?? null,
    readonly: limits?.power === 'read',
    ...(limits?.packages === undefined
      ? {}
      : { packages: limits.packages.map((pattern) => pattern.slice(pattern.indexOf('/') + 1)) }),
    created: createdAt,
    updated: createdAt,
    ...(expiresAt === undefined ? {} : { expires: expiresAt }),
    ...(expiresSoon(token, nowMs) ? { expires_soon: true } : {}),
    ...(lastUsed === undefined ? {} : { last_used: lastUsed.day }),
    ...(lastUsed?.addressPrefix === undefined ? {} : { last_used_from: lastUsed.addressPrefix }),
  }
}

/** Where the list goes on, out of our own `urls.next`. */
function position(c: Context<AppEnv>): TokenId | undefined {
  const after = c.req.query('after')
  if (after === undefined) return undefined
  const tokenId = readTokenKey(after)
  if (tokenId === undefined) throw refuse('url_invalid')
  return tokenId
}
