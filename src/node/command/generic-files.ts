import { z } from 'zod'
import { Failure } from './failure.ts'
import type { Registry } from './registry.ts'

const fileSchema = z.object({
  sizeBytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
const listingSchema = z.object({
  name: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
  versions: z.record(z.string(), z.object({ files: z.record(z.string(), fileSchema) })),
})

export type ListedFile = z.infer<typeof fileSchema>

/** Where the registry serves a package of files, a version of it, or a file: names keep their slash. */
export function genericPath(name: string, ...below: readonly string[]): string {
  return `/generic/${[name.split('/').map(encodeURIComponent).join('/'), ...below.map(encodeURIComponent)].join('/')}`
}

export interface ListedVersion {
  readonly version: string
  readonly files: ReadonlyMap<string, ListedFile>
}

/**
 * The files of a version.
 * @param selector a version, a tag or a range; the registry says which version that is
 * @throws Failure `not_found`
 */
export async function listVersion(registry: Registry, name: string, selector: string): Promise<ListedVersion> {
  const version = await exactVersion(registry, name, selector)
  const { versions } = await registry.get(genericPath(name, version), listingSchema)
  const listed = Object.hasOwn(versions, version) ? versions[version] : undefined
  if (listed !== undefined) return { version, files: new Map(Object.entries(listed.files)) }
  throw new Failure('not_found', `${name} has no version "${version}".`, { code: 'version_not_found' })
}

/**
 * A tag or a range is answered with the address of its version. Only the version is taken out of it: the registry may
 * call itself by another name than we do, and our token goes to the one that we know.
 */
async function exactVersion(registry: Registry, name: string, selector: string): Promise<string> {
  if (/^\d+\.\d+\.\d+(?:[-+]|$)/.test(selector)) return selector
  const { status, headers } = await registry.headers({ path: genericPath(name, selector) })
  const location = headers.get('location')
  if (status < 300 || location === null) return selector
  return decodeURIComponent(/\/([^/?#]+)(?:[?#].*)?$/.exec(location)?.[1] ?? selector)
}
