import semverParse from 'semver/functions/parse.js'
import semverValidRange from 'semver/ranges/valid.js'
import type { FileName, PackageName, PackageRef, Version, VersionRef } from '../model/ids.ts'
import { refuse } from '../model/refusals.ts'

/** npm's own limit, scope and slash included. @see https://docs.npmjs.com/cli/configuring-npm/package-json#name */
const longestName = 214
/** A file name is one path segment of the store, with room for what a store on disk adds to it. */
const longestFileName = 230
const longestTag = 100

/** One part of a name: the scope, or what follows it. Starts with no dot, dash or underscore: no path, no option. */
const namePart = /^[a-z0-9~][a-z0-9._~-]*$/

/** Names that no package can have, because file systems or npm itself give them another meaning. */
const reservedNames = new Set(['node_modules', 'favicon.ico', 'package.json', 'robots.txt'])

/**
 * Accepts the name of an npm package as new packages may have it: lower case, URL-safe, 214 characters at most.
 * @throws Refusal `package_name_invalid`
 * @see https://github.com/npm/validate-npm-package-name (the rules for new packages)
 */
export function packageName(text: string): PackageName {
  const problem = nameProblem(text)
  if (problem !== undefined) throw refuse('package_name_invalid', { problem })
  return text as PackageName
}

function nameProblem(text: string): string | undefined {
  if (text.length === 0) return 'it is empty'
  if (text.length > longestName) return `it is longer than ${longestName} characters`
  const [first, second, ...rest] = text.split('/')
  const scoped = first?.startsWith('@') === true
  const parts = scoped ? [first?.slice(1) ?? '', second ?? ''] : [first ?? '']
  if (rest.length > 0 || (!scoped && second !== undefined)) return 'it has a "/" where none belongs; use @scope/name'
  if (scoped && second === undefined) return 'a scope is not a package; use @scope/name'
  if (text !== text.toLowerCase()) return 'it must be in lower case'
  if (!parts.every((part) => namePart.test(part))) {
    return 'use only a-z, 0-9, "-", "_", "." and "~", and begin each part with a letter, a digit or "~"'
  }
  if (reservedNames.has(parts.at(-1) ?? '')) return `"${parts.at(-1)}" is reserved`
  return undefined
}

export function npmPackage(text: string): PackageRef {
  return { format: 'npm', name: packageName(text) }
}

/**
 * Accepts a semantic version, and leaves out its build part: npm, pnpm and yarn 1 strip it before they publish, and
 * `1.0.0` and `1.0.0+build` would be one version to every range.
 * @throws Refusal `version_invalid`
 */
export function npmVersion(text: string): Version {
  const parsed = text.length <= 256 ? semverParse(text) : null
  if (parsed === null) {
    throw refuse('version_invalid', { version: text.slice(0, 64), problem: 'it is not a semantic version like 1.2.3' })
  }
  return parsed.version as Version
}

/** Like `npmVersion`, but for text out of a URL: anything that is not the canonical form is no version. */
export function canonicalVersion(text: string): Version | undefined {
  if (text.length > 256) return undefined
  const parsed = semverParse(text)
  return parsed !== null && parsed.version === text ? (text as Version) : undefined
}

const baseName = (name: PackageName) => name.slice(name.indexOf('/') + 1)

/**
 * `<name without scope>-<version>.tgz`: the only name under which a tarball is served, since pnpm rebuilds it by
 * convention. @see pnpm/pnpm#11276
 * @throws Refusal `version_invalid` when name and version together are too long for one path segment
 */
export function tarballName(ref: VersionRef): FileName {
  const text = `${baseName(ref.name)}-${ref.version}.tgz`
  if (text.length > longestFileName) {
    throw refuse('version_invalid', {
      version: ref.version.slice(0, 64),
      problem: `with the package's name it makes a file name of over ${longestFileName} characters`,
    })
  }
  return text as FileName
}

/** The version that a tarball's name stands for, or undefined when it is no tarball of this package. */
export function tarballVersion(name: PackageName, filename: string): Version | undefined {
  const prefix = `${baseName(name)}-`
  if (!filename.startsWith(prefix) || !filename.endsWith('.tgz')) return undefined
  return canonicalVersion(filename.slice(prefix.length, -'.tgz'.length))
}

/**
 * Accepts a dist-tag: short, printable, safe in a URL, and nothing that a client would take for a version or range.
 * @throws Refusal `tag_invalid`
 */
export function distTag(text: string): string {
  const shown = text.slice(0, 64)
  if (text.length === 0 || text.length > longestTag) {
    throw refuse('tag_invalid', { tag: shown, problem: `it must have 1 to ${longestTag} characters` })
  }
  if (!/^[A-Za-z0-9_][A-Za-z0-9._~-]*$/.test(text)) {
    throw refuse('tag_invalid', { tag: shown, problem: 'use only letters, digits, ".", "_", "~" and "-"' })
  }
  if (text in {}) throw refuse('tag_invalid', { tag: shown, problem: 'it is the name of a property of every object' })
  if (semverValidRange(text) !== null) {
    throw refuse('tag_invalid', { tag: shown, problem: 'it would be read as a version or a range' })
  }
  return text
}
