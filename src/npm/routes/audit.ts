import type { Hono } from 'hono'
import { type AppEnv, routes } from '../../http/env.ts'
import { refuse } from '../../model/refusals.ts'

/**
 * `npm audit`, `pnpm audit`, and what every `npm install` asks beside its work. There is no advisory source yet, and an
 * empty list would say that all is well: so it is an error, which installers ignore and audits print. The body, gzipped
 * or not, is thrown away like that of every request that is refused.
 */
export const audit: Hono<AppEnv> = routes().on(
  'POST',
  ['/-/npm/v1/security/advisories/bulk', '/-/npm/v1/security/audits', '/-/npm/v1/security/audits/quick'],
  () => {
    throw refuse('advisories_unavailable')
  },
)
