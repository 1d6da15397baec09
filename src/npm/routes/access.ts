import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { asking } from '../../http/authenticate.ts'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { refuse } from '../../model/refusals.ts'
import type { PublishFactor } from '../../registry/publish-factor.ts'
import type { PackageAccess } from '../../registry/visibility.ts'
import { packageParam } from './params.ts'

const accessBody = z
  .object({
    access: z.enum(['public', 'restricted', 'private']).optional(),
    publish_requires_tfa: z.boolean().optional(),
    automation_token_overrides_tfa: z.boolean().optional(),
  })
  .refine((body) => body.access !== undefined || body.publish_requires_tfa !== undefined, {
    message: 'neither access nor publish_requires_tfa is there',
  })

const personal = { 'cache-control': 'private, no-store' }

/**
 * `npm access get status | set status | set mfa | list collaborators`. npm knows public and private only: what is for
 * whoever is signed in is private to it.
 * @see libnpmaccess lib/index.js, pnpm registry-access/commands/src/access.ts
 */
export const access: Hono<AppEnv> = routes()
  .get('/-/package/:package/visibility', async (c) => {
    const { visibility } = await c.var.registry.readAccess(await asking(c), packageParam(c))
    return c.json({ public: visibility === 'public' }, 200, personal)
  })
  .get('/-/package/:package/access', async (c) => {
    const { visibility } = await c.var.registry.readAccess(await asking(c), packageParam(c))
    return c.json({ access: visibility === 'public' ? 'public' : 'restricted' }, 200, personal)
  })
  .post('/-/package/:package/access', async (c) => {
    const who = await asking(c)
    if (who.kind === 'anonymous') throw refuse('login_required')
    const body = await jsonBody(c, accessBody)
    const ref = packageParam(c)
    if (body.access !== undefined) {
      await c.var.registry.setVisibility(who, ref, body.access === 'public' ? 'public' : 'private')
    }
    const factor = factorOf(body)
    if (factor !== undefined) await c.var.registry.setPublishFactor(who, ref, factor)
    return c.json({ ok: true })
  })
  // npm reads an object; pnpm, which alone asks for `format=cli`, a list
  .get('/-/package/:package/collaborators', async (c) => {
    const collaborators = collaboratorsOf(await c.var.registry.readAccess(await asking(c), packageParam(c)))
    const wanted = c.req.query('user')
    const named = [...collaborators].filter(([name]) => wanted === undefined || name === wanted)
    return answerCollaborators(c, named)
  })

/** pnpm leaves out whether automation tokens are let off: then they are not. */
function factorOf(body: z.infer<typeof accessBody>): PublishFactor | undefined {
  if (body.publish_requires_tfa === undefined) return undefined
  if (!body.publish_requires_tfa) return 'none'
  return body.automation_token_overrides_tfa === true ? 'automation' : 'publish'
}

/** Users by name, and teams as npm writes them, `acme:developers`. npm knows two rights: whoever manages also writes. */
function collaboratorsOf({ owners, grants = {} }: PackageAccess): ReadonlyMap<string, 'read' | 'write'> {
  const granted = Object.entries(grants).map(([grantee, right]) => {
    const [, kind, name = ''] = /^(user|team)\/([^~]+)/.exec(grantee) ?? []
    return [kind === 'team' ? name.replace('/', ':') : name, right === 'read' ? 'read' : 'write'] as const
  })
  return new Map([...granted, ...owners.map((owner) => [owner, 'write'] as const)])
}

function answerCollaborators(c: Context<AppEnv>, named: readonly (readonly [string, 'read' | 'write'])[]): Response {
  if (c.req.query('format') !== 'cli') return c.json(Object.fromEntries(named), 200, personal)
  const list = named.map(([user, right]) => ({
    user,
    email: '',
    permissions: `read-${right === 'read' ? 'only' : 'write'}`,
  }))
  return c.json(list, 200, personal)
}
