import type { Hono } from 'hono'
import { type AppEnv, routes } from '../http/env.ts'
import { refuse } from '../model/refusals.ts'

const configurationPath = '/.well-known/openid-configuration'
const keysPath = '/.well-known/jwks.json'
/** Everybody may read it, and whoever verifies may keep it for so long. */
const cacheControl = { 'cache-control': 'public, max-age=300' }

/** Who this registry is to AWS, for AWS to verify. No package's name begins with a dot. */
export const edgeIdentity: Hono<AppEnv> = routes()
  .get(configurationPath, (c) => {
    const { identity, config } = c.var.registry
    if (identity === undefined) throw refuse('not_found')
    return c.json(identity.configuration(`${config.publicUrl}${keysPath}`), 200, cacheControl)
  })
  .get(keysPath, (c) => {
    const { identity } = c.var.registry
    if (identity === undefined) throw refuse('not_found')
    return c.json(identity.publicKeys(), 200, cacheControl)
  })
