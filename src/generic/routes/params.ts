import type { Context } from 'hono'
import { asking } from '../../http/authenticate.ts'
import type { AppEnv } from '../../http/env.ts'
import type { FileRef, PackageRef, Version } from '../../model/ids.ts'
import { refuse } from '../../model/refusals.ts'
import { gunzip } from '../../std/compress.ts'
import type { Json } from '../../std/json.ts'
import { restoreVersions, versionsDocument } from '../documents.ts'
import { canonicalVersion, fileName, highestIn, packageName, tagName, versionRange } from '../names.ts'

/** A name of this format begins with a letter or a digit: what else lies below `/generic/` is npm's. */
export const nameParam = ':package{[@a-z0-9][^/]*}'

/** Of the document that a range is looked for in. */
const mostVersionsBytes = 32_000_000

/** @throws Refusal `package_not_found` for a name that no package can have: reads must not tell the two apart */
export function packageParam(c: Context<AppEnv>): PackageRef {
  return { format: 'generic', name: orNotFound(() => packageName(c.req.param('package') ?? '')) }
}

/** The file of a text out of a URL. @throws Refusal `package_not_found` for a name that no file can have */
export function fileOf(ref: PackageRef & { readonly version: Version }, text: string): FileRef {
  return { ...ref, filename: orNotFound(() => fileName(text)) }
}

function orNotFound<T>(read: () => T): T {
  try {
    return read()
  } catch {
    throw refuse('package_not_found')
  }
}

/** The version that an address names: exactly, or by a tag or a range, for which the address moves. */
export type NamedVersion = { readonly exact: Version } | { readonly moved: Version }

/**
 * Who asks is looked at only where there is something to look for: whatever is begun here is waited for here.
 * A range chooses the highest version that is not yanked; a tag names one, whatever it is.
 * @throws Refusal `package_not_found`, `package_blocked`, `login_required`, `version_not_found`
 */
export async function versionParam(c: Context<AppEnv>, ref: PackageRef): Promise<NamedVersion> {
  const text = c.req.param('version') ?? ''
  const exact = canonicalVersion(text)
  if (exact !== undefined) return { exact }
  const range = versionRange(text)
  const moved = range === undefined ? await tagged(c, ref, text) : await inRange(c, ref, range)
  if (moved === undefined) throw refuse('version_not_found', { version: text.slice(0, 100) })
  return { moved }
}

async function tagged(c: Context<AppEnv>, ref: PackageRef, text: string): Promise<Version | undefined> {
  const tag = orNotFound(() => tagName(text))
  return c.var.registry.taggedVersion(asking(c), ref, tag)
}

/** Reads a document that has only numbers; the more versions, the longer: an exact address needs none of it. */
async function inRange(c: Context<AppEnv>, ref: PackageRef, range: string): Promise<Version | undefined> {
  const document = await c.var.registry.openDocument(asking(c), ref, versionsDocument, false)
  const text = new TextDecoder().decode(gunzip(await document.read('gzip'), mostVersionsBytes))
  return highestIn(restoreVersions(JSON.parse(text) as Json), range)
}

/** To the exact address, which tomorrow may be another one. */
export function movedTo(location: string): Response {
  return new Response(null, { status: 302, headers: { location, 'cache-control': 'private, no-cache' } })
}
