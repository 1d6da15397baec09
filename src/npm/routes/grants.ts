import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { asking } from '../../http/authenticate.ts'
import { jsonBody } from '../../http/body.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import type { OrgName, PackageRef } from '../../model/ids.ts'
import { refuse } from '../../model/refusals.ts'
import type { HeldPackage, HeldPage } from '../../registry/held-packages.ts'
import { orgName } from '../../registry/org-name.ts'
import { npmPackage } from '../names.ts'

const grantBody = z.object({
  package: z.string().min(1).max(300),
  permissions: z.enum(['read-only', 'read-write']),
})
const revokeBody = grantBody.pick({ package: true })

/** npm asks for one list and prints it: the first ones by name. */
const mostPackages = 1_000
const pageSize = 100
const personal = { 'cache-control': 'private, no-store' }

/**
 * `npm access grant | revoke | list packages`. npm asks for the packages of an organisation, and when there is none, for
 * those of the user of that name. `DELETE` has a body.
 * @see libnpmaccess lib/index.js, pnpm registry-access/commands/src/access.ts
 */
export const grants: Hono<AppEnv> = routes()
  .put('/-/team/:org/:team/package', async (c) => {
    const who = await asking(c)
    if (who.kind === 'anonymous') throw refuse('login_required')
    const body = await jsonBody(c, grantBody)
    const right = body.permissions === 'read-only' ? 'read' : 'write'
    await c.var.registry.grantAccess(who, namedPackage(body.package), teamParam(c), right)
    return c.json({ ok: true }, 201)
  })
  .delete('/-/team/:org/:team/package', async (c) => {
    const who = await asking(c)
    if (who.kind === 'anonymous') throw refuse('login_required')
    const body = await jsonBody(c, revokeBody)
    await c.var.registry.revokeAccess(who, namedPackage(body.package), teamParam(c))
    return c.json({ ok: true })
  })
  .get('/-/team/:org/:team/package', async (c) => {
    const who = await asking(c)
    return listed(c, (paging) => c.var.registry.packagesOfTeam(who, 'npm', teamParam(c), paging))
  })
  .get('/-/org/:org/package', async (c) => {
    const who = await asking(c)
    return listed(c, (paging) => c.var.registry.packagesOfOrg(who, 'npm', orgParam(c), paging))
  })
  .get('/-/user/:user/package', async (c) => {
    const who = await asking(c)
    return listed(c, (paging) => c.var.registry.packagesOfUser(who, 'npm', c.req.param('user'), paging))
  })
  // pnpm's own, for whoever asks
  .get('/-/-/package', async (c) => {
    const who = await asking(c)
    if (who.kind === 'anonymous') throw refuse('login_required')
    return listed(c, (paging) => c.var.registry.packagesOfUser(who, 'npm', who.username, paging))
  })

type Read = (paging: { readonly limit: number; readonly after?: string }) => Promise<HeldPage>

/** npm knows two rights: whoever manages also writes. */
async function listed(c: Context<AppEnv>, read: Read): Promise<Response> {
  const found: HeldPackage[] = []
  let after: string | undefined
  do {
    const page = await read({ limit: pageSize, ...(after === undefined ? {} : { after }) })
    found.push(...page.entries)
    after = page.next
  } while (after !== undefined && found.length < mostPackages)
  const rights = found.map(({ name, right }) => [name, right === 'read' ? 'read' : 'write'])
  return c.json(Object.fromEntries(rights), 200, personal)
}

/** A name that no organisation can have is one that none has. */
function orgParam(c: Context<AppEnv>): OrgName {
  const text = c.req.param('org') ?? ''
  try {
    return orgName(text)
  } catch {
    throw refuse('org_not_found', { org: text.slice(0, 80) })
  }
}

function teamParam(c: Context<AppEnv>) {
  return { kind: 'team', org: orgParam(c), name: c.req.param('team') ?? '' } as const
}

/** @throws Refusal `package_not_found` for a name that no package can have */
function namedPackage(name: string): PackageRef {
  try {
    return npmPackage(name)
  } catch {
    throw refuse('package_not_found')
  }
}
