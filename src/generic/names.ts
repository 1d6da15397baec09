import semverParse from 'semver/functions/parse.js'
import semverMaxSatisfying from 'semver/ranges/max-satisfying.js'
import semverValidRange from 'semver/ranges/valid.js'
import type { FileName, PackageName, Version } from '../model/ids.ts'
import { refuse } from '../model/refusals.ts'

/** Of one part of a name: the scope, or what follows it. */
const longestPart = 100
const longestFileName = 200
const longestVersion = 200
const longestTag = 100
const longestRange = 200
const digestSuffix = '.sha256'

/** One part of a name. Starts with no dot, dash or underscore: no path, no option. */
const namePart = /^[a-z0-9][a-z0-9._-]*$/
const fileText = /^[A-Za-z0-9][A-Za-z0-9._+~-]*$/
/** Names that Windows takes for a device, whatever follows the first dot. */
const deviceName = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i

/**
 * Accepts a name as npm's scheme has it, so that organisations own scopes here too: `name` or `@org/name`.
 * @throws Refusal `package_name_invalid`
 */
export function packageName(text: string): PackageName {
  const scoped = text.startsWith('@')
  const parts = (scoped ? text.slice(1) : text).split('/')
  const problem = parts.length === (scoped ? 2 : 1) ? parts.map(partProblem).find(Boolean) : 'use "name" or "@org/name"'
  if (problem !== undefined) throw refuse('package_name_invalid', { problem })
  return text as PackageName
}

function partProblem(part: string): string | undefined {
  if (part.length === 0 || part.length > longestPart) return `each part has 1 to ${longestPart} characters`
  if (namePart.test(part)) return undefined
  return 'use only a-z, 0-9, "-", "_" and ".", and begin each part with a letter or a digit'
}

/**
 * Accepts a version of SemVer 2 in its one form, build metadata included in none: two files must not have one version
 * for every range and two for the store.
 * @throws Refusal `version_invalid`
 */
export function genericVersion(text: string): Version {
  const version = canonicalVersion(text)
  if (version !== undefined) return version
  throw refuse('version_invalid', { version: text.slice(0, 64), problem: versionProblem(text) })
}

function versionProblem(text: string): string {
  const [, major, minor = '0', patch = '0'] = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?$/.exec(text) ?? []
  if (major !== undefined) return `write it as ${[major, minor, patch].map(Number).join('.')}`
  if (text.includes('+')) return 'it has build metadata ("+…"), which no range tells apart; leave it out'
  return 'it is no semantic version; write one like 1.2.3 or 1.2.3-rc.1'
}

/** Like `genericVersion`, but for text out of a URL. */
export function canonicalVersion(text: string): Version | undefined {
  if (text.length > longestVersion) return undefined
  const parsed = semverParse(text)
  return parsed !== null && parsed.version === text ? (text as Version) : undefined
}

/**
 * Accepts the name of a file: safe as one segment of a path, on every file system, and not that of a digest's twin.
 * @throws Refusal `filename_invalid`
 */
export function fileName(text: string): FileName {
  const problem = fileProblem(text)
  if (problem !== undefined) throw refuse('filename_invalid', { filename: text.slice(0, 64), problem })
  return text as FileName
}

function fileProblem(text: string): string | undefined {
  if (text.length === 0 || text.length > longestFileName) return `it must have 1 to ${longestFileName} characters`
  if (!fileText.test(text)) {
    return 'use only letters, digits, ".", "_", "+", "~" and "-", and begin with a letter or a digit'
  }
  if (text.endsWith('.')) return 'it must not end in a dot'
  if (deviceName.test(text)) return 'Windows takes it for a device'
  if (text.endsWith(digestSuffix)) return `the registry itself serves "${digestSuffix}" beside each file`
  return undefined
}

/** The file whose digest a text out of a URL asks for, if it does. */
export function fileOfDigest(text: string): string | undefined {
  return text.endsWith(digestSuffix) ? text.slice(0, -digestSuffix.length) : undefined
}

/**
 * Accepts a tag: short, safe in a URL, and nothing that would be read as a version or a range.
 * @throws Refusal `tag_invalid`
 */
export function tagName(text: string): string {
  const problem = tagProblem(text)
  if (problem !== undefined) throw refuse('tag_invalid', { tag: text.slice(0, 64), problem })
  return text
}

function tagProblem(text: string): string | undefined {
  if (text.length === 0 || text.length > longestTag) return `it must have 1 to ${longestTag} characters`
  if (!/^[A-Za-z0-9_][A-Za-z0-9._~-]*$/.test(text)) return 'use only letters, digits, ".", "_", "~" and "-"'
  if (text in {}) return 'it is the name of a property of every object'
  return semverValidRange(text) === null ? undefined : 'it would be read as a version or a range'
}

/** A range of versions, if a text out of a URL is one. */
export function versionRange(text: string): string | undefined {
  return text.length <= longestRange && semverValidRange(text) !== null ? text : undefined
}

/** The highest of the versions that is in the range; pre-releases only where the range names one. */
export function highestIn(versions: readonly string[], range: string): Version | undefined {
  return (semverMaxSatisfying(versions, range) as Version | null) ?? undefined
}
