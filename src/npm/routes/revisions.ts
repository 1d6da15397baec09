import type { Hono } from 'hono'
import { asking } from '../../http/authenticate.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { refuse } from '../../model/refusals.ts'
import { readOwners, readRemaining } from '../packument-change.ts'
import { packumentBody } from './packument-body.ts'
import { packageParam } from './params.ts'

/**
 * Changes of what a client has read, with the revision that it read in the address: `npm owner` sends `maintainers`,
 * `npm unpublish` of a version the packument without it; deleting the address is `npm unpublish` of the package.
 */
export const revisions: Hono<AppEnv> = routes()
  .put('/:package/-rev/:revision', async (c) => {
    const who = await asking(c)
    if (who.kind === 'anonymous') throw refuse('login_required')
    const ref = packageParam(c)
    const revision = c.req.param('revision')
    const document = await packumentBody(c)
    if (Object.hasOwn(document, 'versions')) {
      await c.var.registry.unpublishAllBut(who, ref, { revision, kept: readRemaining(ref, document) })
    } else {
      await c.var.registry.replaceOwners(who, ref, { revision, owners: readOwners(ref, document) })
    }
    return c.json({ ok: true, id: ref.name }, 201)
  })
  .delete('/:package/-rev/:revision', async (c) => {
    const revision = c.req.param('revision')
    await c.var.registry.unpublishAllBut(await asking(c), packageParam(c), { revision, kept: 'none' })
    return c.json({ ok: true })
  })
