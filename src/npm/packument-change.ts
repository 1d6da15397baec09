import type { PackageRef } from '../model/ids.ts'
import { refuse } from '../model/refusals.ts'
import { isJsonObject, type Json, type JsonObject } from '../std/json.ts'

/**
 * Older commands of npm change a package by sending its whole packument back, changed. Nothing of it is taken over but
 * the one thing that the command is for; the rest may be as old as what the client has read.
 * @see npm/cli lib/commands/deprecate.js, libnpmpublish lib/unpublish.js, lib/commands/owner.js
 */

/** npm's own limit, in characters. */
const longestText = 1_024

/** A whole packument, as it is sent to deprecate. @throws Refusal `body_invalid` */
export function readDeprecations(
  ref: PackageRef,
  document: JsonObject,
): { readonly revision: string; readonly texts: ReadonlyMap<string, string> } {
  requireSubject(ref, document)
  const versions = own(document, 'versions')
  if (!isJsonObject(versions)) {
    throw invalid('it is neither a publish (with _attachments) nor a packument whose versions are deprecated')
  }
  const revision = own(document, '_rev')
  if (typeof revision !== 'string') throw invalid('_rev is missing: read the package first, with ?write=true')
  return { revision, texts: new Map(Object.entries(versions).map(([version, it]) => [version, deprecation(it)])) }
}

/** Names in a list of `maintainers`, as `npm owner` sends it. @throws Refusal `body_invalid` */
export function readOwners(ref: PackageRef, document: JsonObject): readonly string[] {
  requireSubject(ref, document)
  const maintainers = own(document, 'maintainers')
  if (!Array.isArray(maintainers)) throw invalid('it has neither maintainers nor versions')
  return maintainers.map((maintainer) => {
    const name = isJsonObject(maintainer) ? own(maintainer, 'name') : undefined
    if (typeof name !== 'string') throw invalid('one of its maintainers has no name')
    return name
  })
}

/**
 * The versions that a packument has left, as `npm unpublish` sends it. None is refused: nobody removes a whole package
 * by a document that happens to be empty.
 * @throws Refusal `body_invalid`
 */
export function readRemaining(ref: PackageRef, document: JsonObject): ReadonlySet<string> {
  requireSubject(ref, document)
  const versions = own(document, 'versions')
  if (!isJsonObject(versions)) throw invalid('versions is not an object')
  const remaining = new Set(Object.keys(versions))
  if (remaining.size === 0) throw invalid('it has no versions left: to remove the whole package, send DELETE')
  return remaining
}

/** pnpm and others leave the field out, or send `false`, where npm sends an empty text. */
function deprecation(document: Json): string {
  if (!isJsonObject(document)) throw invalid('one of its versions is not an object')
  const text = own(document, 'deprecated') ?? ''
  if (text === false) return ''
  if (typeof text !== 'string') throw invalid('deprecated is not a text')
  if (text.length > longestText) throw invalid(`deprecated is longer than ${longestText} characters`)
  return text
}

function requireSubject(ref: PackageRef, document: JsonObject): void {
  for (const field of ['name', '_id']) {
    const value = own(document, field)
    if (value !== undefined && value !== ref.name) throw invalid(`${field} is not "${ref.name}", as the address says`)
  }
}

function own(object: JsonObject, field: string): Json | undefined {
  return Object.hasOwn(object, field) ? object[field] : undefined
}

function invalid(problem: string) {
  return refuse('body_invalid', { problem })
}
