import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AppEnv } from '../http/env.ts'
import { type FormatId, formatIds, type PackageRef, type VersionRef } from '../model/ids.ts'
import { refuse } from '../model/refusals.ts'

export const packageParams = z.object({
  format: z.string().openapi({ example: 'npm' }),
  package: z.string().openapi({
    description: 'One segment of the path: the slash of a scoped name is written `%2f`.',
    example: '@acme/lib',
  }),
})

export const versionParams = packageParams.extend({ version: z.string().openapi({ example: '1.0.0' }) })

type PackageParams = z.infer<typeof packageParams>

/**
 * The package that an address names.
 * @throws Refusal `package_not_found` also for names that no package can have: reads must not tell the two apart
 */
export function packageRef(c: Context<AppEnv>, { format, package: name }: PackageParams): PackageRef {
  const known = formatOf(format)
  if (known === undefined) throw refuse('package_not_found')
  try {
    return { format: known, name: c.var.registry.formats[known].packageName(name) }
  } catch {
    throw refuse('package_not_found')
  }
}

/** The version that an address names, in its canonical form. @throws Refusal `package_not_found`, `version_not_found` */
export function versionRef(c: Context<AppEnv>, params: z.infer<typeof versionParams>): VersionRef {
  const ref = packageRef(c, params)
  const version = c.var.registry.formats[ref.format].canonicalVersion(params.version)
  // Nothing was looked up: it says nothing of what there is
  if (version === undefined) throw refuse('version_not_found', { version: params.version.slice(0, 100) })
  return { ...ref, version }
}

export function formatOf(text: string): FormatId | undefined {
  return formatIds.find((id) => id === text)
}
