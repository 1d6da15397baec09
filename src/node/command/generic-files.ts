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
  const path = await resolved(registry, genericPath(name, selector))
  const { versions } = await registry.get(path, listingSchema)
  const [listed, ...others] = Object.entries(versions)
  if (listed === undefined || others.length > 0) {
    throw new Failure('not_found', `${name} has no version "${selector}".`, { code: 'version_not_found' })
  }
  const [version, { files }] = listed
  return { version, files: new Map(Object.entries(files)) }
}

/** A tag or a range is answered with the address of its version, which lies in the same registry. */
async function resolved(registry: Registry, path: string): Promise<string> {
  const answer = await registry.ask({ method: 'HEAD', path })
  const location = answer.headers.get('location')
  if (answer.status < 300 || location === null) return path
  const to = new URL(location, `${registry.address}${path}`).href
  if (to.startsWith(`${registry.address}/generic/`)) return to.slice(registry.address.length)
  throw new Failure('failed', 'The registry sends elsewhere for its own list.', { code: 'answer_invalid', where: path })
}
