import { type Context, type ExecutionContext, Hono, type MiddlewareHandler, type Next } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { RouterRoute } from 'hono/types'
import { api, document } from './api/api.ts'
import { apiProblem } from './api/problems.ts'
import { downloads as genericDownloads } from './generic/routes/downloads.ts'
import { listings as genericListings } from './generic/routes/listings.ts'
import { requestPath } from './http/canonical-path.ts'
import { drain } from './http/drain.ts'
import type { AppEnv, Served } from './http/env.ts'
import { flatPath } from './http/flat-path.ts'
import { requireSafe } from './http/home-region.ts'
import { paceOf } from './http/pace.ts'
import { problemOf } from './http/problem.ts'
import { Traffic } from './http/traffic.ts'
import { type Walls, within } from './http/walls.ts'
import { formatIds } from './model/ids.ts'
import { refuse } from './model/refusals.ts'
import { access } from './npm/routes/access.ts'
import { audit } from './npm/routes/audit.ts'
import { distTags } from './npm/routes/dist-tags.ts'
import { downloads } from './npm/routes/downloads.ts'
import { npmError } from './npm/routes/errors.ts'
import { grants } from './npm/routes/grants.ts'
import { orgs } from './npm/routes/orgs.ts'
import { owners } from './npm/routes/owners.ts'
import { packument } from './npm/routes/packument.ts'
import { profile } from './npm/routes/profile.ts'
import { publish } from './npm/routes/publish.ts'
import { revisions } from './npm/routes/revisions.ts'
import { search } from './npm/routes/search.ts'
import { session } from './npm/routes/session.ts'
import { stars } from './npm/routes/stars.ts'
import { tarball, tarballRemoval } from './npm/routes/tarball.ts'
import { teams } from './npm/routes/teams.ts'
import { tokens } from './npm/routes/tokens.ts'
import { webLogin } from './npm/routes/web-login.ts'
import { release } from './release.ts'
import { randomId } from './std/base62.ts'
import { log } from './std/log.ts'
import { apiDocs } from './web/api-docs.ts'
import { assets } from './web/assets.ts'
import { cliLogin } from './web/cli-login.ts'
import { edgeIdentity } from './web/edge-identity.ts'
import { invitation } from './web/invitation.ts'
import { login } from './web/login.ts'
import { answerProblemPage } from './web/page.ts'
import { passwordReset } from './web/password-reset.ts'
import { secondFactor } from './web/second-factor.ts'
import { security } from './web/security.ts'
import type { Registry } from './wiring.ts'

export interface App {
  readonly fetch: (request: Request, env: object | undefined, context: ExecutionContext) => Response | Promise<Response>
  readonly routes: readonly RouterRoute[]
}

/** The table of routes, which takes a hundredth of a second to build: one for all apps of a process. */
let table: Hono<AppEnv> | undefined

/** A registry as it answers HTTP. The same app runs on Workers, on Lambda (within its walls) and on Node. */
export function createApp(registry: Registry, walls?: Walls): App {
  table ??= createTable()
  const { routes, fetch } = table
  const served: Served = { registry, traffic: new Traffic(registry.config.traffic, registry.platform), walls }
  return { routes, fetch: (request, env, context) => fetch(request, { ...env, SERVED: served }, context) }
}

/** The product's table of contents. */
function createTable(): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ getPath: (request) => flatPath(request.method, requestPath(request)) })
  app.onError(answerProblem)
  app.notFound((c) => answerProblem(refuse('not_found'), c))
  app.use(frame)
  app.use(limits)
  app.get('/', (c) => {
    const { publicUrl } = c.var.registry.config
    return c.json({ name: 'deckle', version: release, registry: publicUrl, formats: formatIds })
  })
  app.route('/', api)
  app.route('/', apiDocs(document))
  app.route('/', genericDownloads)
  app.route('/', genericListings)
  app.route('/', session)
  app.route('/', webLogin)
  app.route('/', cliLogin)
  app.route('/', invitation)
  app.route('/', passwordReset)
  app.route('/', assets)
  app.route('/', edgeIdentity)
  app.route('/', secondFactor)
  app.route('/', login)
  app.route('/', security)
  app.route('/', tokens)
  app.route('/', profile)
  app.route('/', distTags)
  app.route('/', orgs)
  app.route('/', teams)
  app.route('/', owners)
  app.route('/', access)
  app.route('/', grants)
  app.route('/', stars)
  app.route('/', search)
  app.route('/', audit)
  // What is left under /-/ must never be read as a package named "-"
  app.all('/-/*', () => {
    throw refuse('not_found')
  })
  app.route('/', downloads)
  app.route('/', tarball)
  app.route('/', tarballRemoval)
  app.route('/', revisions)
  app.route('/', packument)
  app.route('/', publish)
  return app
}

/** What stands around every request: its id, its log line, and the events that it left. */
const frame: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { registry, traffic } = c.env.SERVED
  const startedAt = registry.platform.now()
  const requestId = givenId(c.req.header('cf-ray')) ?? randomId(registry.platform, 16)
  c.set('registry', registry)
  c.set('traffic', traffic)
  c.set('requestId', requestId)
  c.set('pace', paceOf(registry.platform))
  await traced(registry, c, next)
  if (c.res.status >= 400) await drain(c.req.raw.body, 2 * registry.config.maxPublishBytes, c.var.pace)
  c.res.headers.set('x-request-id', requestId)
  c.res.headers.set('x-content-type-options', 'nosniff')
  registry.flushNotes((work) => c.executionCtx.waitUntil(work))
  measure(registry, c, (registry.platform.now() - startedAt) / 1_000)
  log('info', 'request_served', `${routeOf(c)} ${c.res.status}`, {
    request_id: requestId,
    status: c.res.status,
    duration_ms: registry.platform.now() - startedAt,
    ...(c.var.refusal === undefined ? {} : { code: c.var.refusal }),
  })
}

/** What cannot be served here is refused before its body is read. */
const limits: MiddlewareHandler<AppEnv> = (c, next) => {
  const { registry, walls } = c.env.SERVED
  if (registry.config.storage.isReplica) requireSafe(c.req.method)
  return walls === undefined ? next() : within(walls, c, next)
}

/** A trace that begins elsewhere goes on here. */
function traced({ telemetry: { tracer } }: Registry, c: Context<AppEnv>, next: Next): Promise<void> {
  if (tracer === undefined) return next()
  const traceparent = c.req.header('traceparent')
  return tracer.begin('request', { kind: 'server', traceparent }, async (span) => {
    await next()
    const [method, route] = routeOf(c).split(' ', 2)
    span.name = routeOf(c)
    span.failed = c.res.status >= 500
    span.attributes['http.request.method'] = method ?? ''
    span.attributes['http.route'] = route ?? ''
    span.attributes['http.response.status_code'] = c.res.status
    span.attributes['deckle.request_id'] = c.var.requestId
    if (c.var.refusal !== undefined) span.attributes['deckle.refusal'] = c.var.refusal
  })
}

function measure({ telemetry: { metrics } }: Registry, c: Context<AppEnv>, seconds: number): void {
  const route = routeOf(c)
  metrics?.count('requests', { route, status: `${Math.floor(c.res.status / 100)}xx` })
  metrics?.observe('requestSeconds', { route }, seconds)
  if (c.var.refusal !== undefined) metrics?.count('refusals', { code: c.var.refusal })
}

/** Cloudflare's name of the request, if it is one. */
function givenId(header: string | undefined): string | undefined {
  return header !== undefined && /^[\w-]{1,64}$/.test(header) ? header : undefined
}

const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Method and pattern that matched, never the address itself: that may hold a token. */
function routeOf(c: Context<AppEnv>): string {
  const route = matchedRoutes(c).find(({ path }) => !path.endsWith('*'))
  return `${known.has(c.req.method) ? c.req.method : 'OTHER'} ${route?.path ?? 'no route'}`
}

/** Pages for people, as far as they are not package names. */
function isPage(path: string): boolean {
  return ['/-/cli/', '/-/second/', '/-/log', '/-/account/', '/-/invite/', '/-/reset/'].some((start) =>
    path.startsWith(start),
  )
}

/** Words a problem as the protocol of its address expects it. */
function answerProblem(error: unknown, c: Context<AppEnv>): Response | Promise<Response> {
  const problem = problemOf(error, c.var.requestId)
  c.set('refusal', problem.code)
  if (isPage(c.req.path)) return answerProblemPage(c, problem)
  return /^\/(?:api|generic)\//.test(c.req.path) ? apiProblem(c, problem) : npmError(c, problem)
}
