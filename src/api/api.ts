import type { Context } from 'hono'
import { readBytes } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { mostScriptBytes } from '../model/check-script.ts'
import { refuse } from '../model/refusals.ts'
import { access } from './access.ts'
import { audit } from './audit.ts'
import { auth } from './auth.ts'
import { checkScript } from './check-script.ts'
import { flat, partBelongsElsewhere } from './flat.ts'
import { heldPackages } from './held-packages.ts'
import { history } from './history.ts'
import { invitations } from './invitations.ts'
import { joining } from './joining.ts'
import { about, describe } from './openapi.ts'
import { organisations } from './organisations.ts'
import { packages } from './packages.ts'
import { passkeys } from './passkeys.ts'
import { quotas } from './quotas.ts'
import { reports } from './reports.ts'
import { resource } from './resource.ts'
import { restrictions } from './restrictions.ts'
import { secondFactor } from './second-factor.ts'
import { sessions } from './sessions.ts'
import { packageSettings } from './settings.ts'
import { stats } from './stats.ts'
import { statsLists } from './stats-lists.ts'
import { teams } from './teams.ts'
import { tokens } from './tokens.ts'
import { uploads } from './uploads.ts'
import { users } from './users.ts'
import { versions } from './versions.ts'

/** Bodies of the API are a few fields each, or a check script. */
const mostBytes = mostScriptBytes

/** Every operation of `/api/v1`, and what holds for all of them. */
export const api = resource()

api.use('/api/*', async (c, next) => {
  await next()
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'private, no-store')
})
api.use('/api/packages/:id/part', partBelongsElsewhere)
/** Read whole before anything looks at it, so that a body that is too large or comes too slowly says so. */
api.use('/api/*', async (c, next) => {
  if (c.req.raw.body !== null) c.req.raw = new Request(c.req.raw, { body: await readBytes(c, mostBytes) })
  await next()
})
for (const routes of [auth, sessions, secondFactor, passkeys]) api.route('/', routes)
for (const routes of [joining, invitations, users, quotas, organisations, teams, tokens]) api.route('/', routes)
for (const routes of [packages, heldPackages, uploads, flat, versions, reports]) api.route('/', routes)
for (const routes of [packageSettings, access, restrictions, checkScript, audit, history]) api.route('/', routes)
for (const routes of [stats, statsLists]) api.route('/', routes)
api.route(
  '/',
  about(() => document()),
)
api.all('/api/*', (c) => {
  const allow = methodsAt(c)
  if (allow.length === 0) throw refuse('not_found')
  throw refuse('method_not_allowed', { allow: allow.join(', ') })
})

let described: ReturnType<typeof describe> | undefined

/** The OpenAPI document of all this. Written when it is first asked for: the same for every registry. */
export function document() {
  described ??= describe(api)
  return described
}

/** The methods that the address of a request takes, as `Allow` names them (RFC 9110, 10.2.1). */
function methodsAt(c: Context<AppEnv>): readonly string[] {
  const methods = [...new Set(api.routes.map(({ method }) => method))].filter((method) => method !== 'ALL')
  const taken = methods.filter((method) =>
    api.router.match(method, c.req.path)[0].some(([[, route]]) => route.method === method),
  )
  return [...taken, ...(taken.includes('GET') ? ['HEAD'] : [])].sort()
}
