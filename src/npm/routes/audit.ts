import type { Hono } from 'hono'
import { drain } from '../../http/drain.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { refuse } from '../../model/refusals.ts'

/** The list of a large project's dependencies, many times over. What is longer is not read to its end. */
const mostBytes = 10_000_000

/**
 * `npm audit`, `pnpm audit`, and what every `npm install` asks beside its work. There is no advisory source yet, and an
 * empty list would say that all is well: so it is an error, which installers ignore and audits print. The body, gzipped
 * or not, is thrown away as it comes.
 */
export const audit: Hono<AppEnv> = routes().on(
  'POST',
  ['/-/npm/v1/security/advisories/bulk', '/-/npm/v1/security/audits', '/-/npm/v1/security/audits/quick'],
  async (c) => {
    await drain(c.req.raw.body, mostBytes, c.var.pace)
    throw refuse('advisories_unavailable')
  },
)
