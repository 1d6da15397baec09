import type { Context } from 'hono'
import type { AppEnv } from '../../http/env.ts'
import type { PackageRef } from '../../model/ids.ts'
import { refuse } from '../../model/refusals.ts'
import { packageName } from '../names.ts'

/**
 * The package that a route's `:package` names, decoded once, for every route alike.
 * @throws Refusal `package_not_found` for a name that no package can have: reads must not tell the two apart
 */
export function packageParam(c: Context<AppEnv>): PackageRef {
  try {
    return publishedName(c)
  } catch {
    throw refuse('package_not_found')
  }
}

/** Like `packageParam`, for a publish: says what is wrong with the name. @throws Refusal `package_name_invalid` */
export function publishedName(c: Context<AppEnv>): PackageRef {
  return { format: 'npm', name: packageName(c.req.param('package') ?? '') }
}

/** Whether the client asks for what is true now (`Cache-Control: no-cache`, or npm's `?write=true`). */
export function wantsFresh(c: Context<AppEnv>): boolean {
  return (c.req.header('cache-control') ?? '').includes('no-cache') || c.req.query('write') === 'true'
}
