import type { PackageRef } from '../model/ids.ts'
import type { Incoming } from '../model/incoming.ts'
import type { Visibility } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { base64ToBytes } from '../std/base64.ts'
import { isJsonObject, type Json, type JsonObject } from '../std/json.ts'
import { distTag, npmVersion, tarballName } from './names.ts'

/** The tarball that came with the document, as it was counted. */
export interface ReceivedAttachment {
  readonly name: string
  readonly decodedBytes: number
}

/**
 * Reads the document of `npm publish`, all but the tarball: one version, one tag, one attachment. Strict about what we
 * use, tolerant about what clients add. `dist.tarball` is ignored (it is wrong in several clients), the digests are
 * compared with the bytes.
 * @throws Refusal `body_invalid`, `version_invalid`, `tag_invalid`
 * @see https://github.com/npm/cli/blob/latest/workspaces/libnpmpublish/lib/publish.js
 */
export function readPublishDocument(
  ref: PackageRef,
  document: JsonObject,
  attachment: ReceivedAttachment | undefined,
): Incoming {
  if (attachment === undefined) throw invalid('it has no tarball among its _attachments')
  requireName(ref, document)
  const [key, manifest] = onlyEntry(document, 'versions')
  if (!isJsonObject(manifest)) throw invalid(`versions["${cut(key)}"] is not an object`)
  const version = npmVersion(key)
  requireManifest(ref, version, manifest)
  tarballName({ ...ref, version })
  requireAttachment(document, attachment)
  const visibility = readAccess(own(document, 'access'))
  return {
    version,
    manifest,
    tags: readTags(own(document, 'dist-tags'), version),
    ...(visibility === undefined ? {} : { visibility }),
    digests: readDigests(manifest),
  }
}

function requireName(ref: PackageRef, document: JsonObject): void {
  for (const field of ['name', '_id']) {
    const value = own(document, field)
    if (value !== undefined && value !== ref.name) throw invalid(`${field} is not "${ref.name}", as the address says`)
  }
  if (own(document, 'name') === undefined) throw invalid('name is missing')
}

function requireManifest(ref: PackageRef, version: string, manifest: JsonObject): void {
  if (own(manifest, 'name') !== ref.name) throw invalid(`the version's name is not "${ref.name}", as the address says`)
  const named = own(manifest, 'version')
  if (typeof named !== 'string' || npmVersion(named) !== version)
    throw invalid('the version is not the one it stands for')
}

function requireAttachment(document: JsonObject, attachment: ReceivedAttachment): void {
  const attachments = own(document, '_attachments')
  const described = isJsonObject(attachments) ? own(attachments, attachment.name) : undefined
  const length = isJsonObject(described) ? own(described, 'length') : undefined
  if (length !== undefined && length !== attachment.decodedBytes) {
    throw invalid(`the attachment's length is ${attachment.decodedBytes} bytes, not ${cut(JSON.stringify(length))}`)
  }
  if (attachment.decodedBytes === 0) throw invalid('the attachment is empty')
}

/** Clients send one tag: `latest`, or the one of `--tag`. */
function readTags(value: Json | undefined, version: string): readonly string[] {
  if (!isJsonObject(value)) throw invalid('dist-tags is not an object')
  const entries = Object.entries(value)
  if (entries.length > 10) throw invalid('it sets more than 10 dist-tags')
  return entries.map(([tag, target]) => {
    if (typeof target !== 'string' || npmVersion(target) !== version) {
      throw invalid(`dist-tags["${cut(tag)}"] is not the version that is published`)
    }
    return distTag(tag)
  })
}

function readAccess(value: Json | undefined): Visibility | undefined {
  if (value === undefined || value === null) return undefined
  if (value === 'public') return 'public'
  if (value === 'restricted' || value === 'private') return 'private'
  throw invalid('access is neither "public" nor "restricted"')
}

/** `dist.integrity` may hold several digests; the strongest is compared. @see https://www.w3.org/TR/SRI/ */
function readDigests(manifest: JsonObject): Incoming['digests'] {
  const dist = own(manifest, 'dist')
  if (!isJsonObject(dist)) return {}
  const integrity = own(dist, 'integrity')
  const shasum = own(dist, 'shasum')
  const sri =
    typeof integrity === 'string' ? integrity.split(/\s+/).find((part) => part.startsWith('sha512-')) : undefined
  return {
    ...(sri === undefined ? {} : { sha512: toHex(base64ToBytes(sri.slice('sha512-'.length).split('?', 1)[0] ?? '')) }),
    ...(typeof shasum === 'string' ? { sha1: shasum.toLowerCase() } : {}),
  }
}

function onlyEntry(document: JsonObject, field: string): [string, Json] {
  const value = own(document, field)
  const entries = isJsonObject(value) ? Object.entries(value) : []
  const [entry] = entries
  if (entry === undefined || entries.length > 1)
    throw invalid(`${field} must hold just one version, and holds ${entries.length}`)
  return entry
}

function own(object: JsonObject, field: string): Json | undefined {
  return Object.hasOwn(object, field) ? object[field] : undefined
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function invalid(problem: string) {
  return refuse('body_invalid', { problem })
}
