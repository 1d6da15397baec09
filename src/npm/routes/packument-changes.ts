import type { Context } from 'hono'
import type { AppEnv } from '../../http/env.ts'
import type { PackageRef } from '../../model/ids.ts'
import type { Principal } from '../../model/principal.ts'
import type { JsonObject } from '../../std/json.ts'
import { readDeprecations } from '../packument-change.ts'

/** `npm deprecate`: the whole packument comes back, with `deprecated` in some versions. */
export async function changePackument(
  c: Context<AppEnv>,
  who: Principal,
  ref: PackageRef,
  document: JsonObject,
): Promise<Response> {
  await c.var.registry.deprecate(who, ref, readDeprecations(ref, document))
  return c.json({ ok: true, id: ref.name })
}
