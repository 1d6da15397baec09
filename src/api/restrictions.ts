import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { packageParams, packageRef, versionParams, versionRef } from './package-params.ts'
import { body, done, endpoint, resource } from './resource.ts'

const about = { tags: ['settings'], access: 'account', responses: done } as const
const reason = body(
  z.strictObject({ reason: z.string().min(1).max(1_000).openapi({ description: 'Whoever is refused is told it.' }) }),
)
const lockPath = '/api/v1/packages/{format}/{package}/lock'
const blockPath = '/api/v1/packages/{format}/{package}/block'
const versionPath = '/api/v1/packages/{format}/{package}/versions/{version}/block'

const lock = endpoint({
  ...about,
  method: 'put',
  path: lockPath,
  operationId: 'lockPackage',
  summary: 'Lock a package: nothing can be published or changed',
  refuses: ['package_not_found', 'not_owner', 'reason_invalid', 'conflict'],
  request: { params: packageParams, ...reason },
})

const unlock = endpoint({
  ...about,
  method: 'delete',
  path: lockPath,
  operationId: 'unlockPackage',
  summary: 'Unlock a package',
  refuses: ['package_not_found', 'not_owner', 'conflict'],
  request: { params: packageParams },
})

const block = endpoint({
  ...about,
  method: 'put',
  path: blockPath,
  operationId: 'blockPackage',
  summary: 'Block a package: nothing of it can be read. For administrators',
  refuses: ['admin_required', 'package_not_found', 'reason_invalid', 'conflict'],
  request: { params: packageParams, ...reason },
})

const unblock = endpoint({
  ...about,
  method: 'delete',
  path: blockPath,
  operationId: 'unblockPackage',
  summary: 'Give a blocked package back. For administrators',
  refuses: ['admin_required', 'package_not_found', 'conflict'],
  request: { params: packageParams },
})

const blockOne = endpoint({
  ...about,
  method: 'put',
  path: versionPath,
  operationId: 'blockVersion',
  summary: 'Block one version. For administrators',
  refuses: ['admin_required', 'package_not_found', 'version_not_found', 'reason_invalid', 'conflict'],
  request: { params: versionParams, ...reason },
})

const unblockOne = endpoint({
  ...about,
  method: 'delete',
  path: versionPath,
  operationId: 'unblockVersion',
  summary: 'Give a blocked version back. For administrators',
  refuses: ['admin_required', 'package_not_found', 'version_not_found', 'conflict'],
  request: { params: versionParams },
})

/** Locks and blocks, of packages and of versions. */
export const restrictions = resource()
  .openapi(lock, async (c) => {
    const who = await asking(c)
    await c.var.registry.lockPackage(who, packageRef(c, c.req.valid('param')), c.req.valid('json').reason)
    return c.body(null, 204)
  })
  .openapi(unlock, async (c) => {
    const who = await asking(c)
    await c.var.registry.unlockPackage(who, packageRef(c, c.req.valid('param')))
    return c.body(null, 204)
  })
  .openapi(block, async (c) => {
    const who = await asking(c)
    await c.var.registry.blockPackage(who, packageRef(c, c.req.valid('param')), c.req.valid('json').reason)
    return c.body(null, 204)
  })
  .openapi(unblock, async (c) => {
    const who = await asking(c)
    await c.var.registry.unblockPackage(who, packageRef(c, c.req.valid('param')))
    return c.body(null, 204)
  })
  .openapi(blockOne, async (c) => {
    const who = await asking(c)
    await c.var.registry.blockVersion(who, versionRef(c, c.req.valid('param')), c.req.valid('json').reason)
    return c.body(null, 204)
  })
  .openapi(unblockOne, async (c) => {
    const who = await asking(c)
    await c.var.registry.unblockVersion(who, versionRef(c, c.req.valid('param')))
    return c.body(null, 204)
  })
