import normalizePackageBin from 'npm-normalize-package-bin'
import semverParse from 'semver/functions/parse.js'
import { isJsonObject, type Json, type JsonObject } from '../std/json.ts'

/**
 * The fields that decide what is installed and run, as npm understands them. Clients differ in what they publish
 * beside the archive: npm and yarn 1 send their normal form, pnpm, yarn 4 and bun mostly the file as it is. So both
 * sides are brought to npm's form before they are compared, and the archive's is what gets listed.
 * @see @npmcli/package-json lib/normalize.js and lib/normalize-data.js
 */

export const dependencyKinds = [
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'acceptDependencies',
] as const
export type DependencyKind = (typeof dependencyKinds)[number]

export const installScriptNames = ['preinstall', 'install', 'postinstall'] as const
export const platformFields = ['os', 'cpu', 'libc'] as const

/** npm's own install script for packages with native code. */
export const gypScript = 'node-gyp rebuild'

/**
 * A version as it is claimed: npm, pnpm and yarn 1 take off blanks, a leading `v` or `=` and the build part before
 * they publish, and complete loose ones (`1.2.3beta`); the file in the archive keeps what its author wrote.
 */
export function claimedVersion(value: Json | undefined): string | undefined {
  if (typeof value !== 'string' || value.length > 256) return undefined
  return semverParse(value.trim().replace(/^[=v]+/, ''), { loose: true })?.version
}

/** npm takes blanks around a name off, yarn 4 leaves them. */
export function claimedName(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value.trim() : undefined
}

/** Name and specifier of each dependency of a kind. Names in `optionalDependencies` stand only there. */
export function dependenciesOf(manifest: JsonObject): ReadonlyMap<DependencyKind, ReadonlyMap<string, string>> {
  const read = new Map(dependencyKinds.map((kind) => [kind, dependencyMap(manifest[kind])]))
  const dependencies = read.get('dependencies') ?? new Map()
  // npm adds what is bundled and not depended on, so that it is not thrown away at the next install
  for (const name of bundledOf(manifest)) if (!dependencies.has(name)) dependencies.set(name, '*')
  // npm ignores the double; yarn 1 publishes without it
  for (const name of read.get('optionalDependencies')?.keys() ?? []) dependencies.delete(name)
  return read
}

/** An object of specifiers; npm also takes a list or a text of `name@range`, as packages had it in the beginning. */
export function dependencyMap(value: Json | undefined): Map<string, string> {
  if (isJsonObject(value)) return stringMap(value)
  const items = typeof value === 'string' ? value.trim().split(/[\s,]+/) : Array.isArray(value) ? value : []
  const found = new Map<string, string>()
  for (const item of items) {
    if (typeof item !== 'string') continue
    const [name = '', ...range] = item.trim().split(/(:?[@\s><=])/)
    if (name !== '') found.set(name, range.join('').replace(/^@/, '').trim())
  }
  return found
}

/** Names of the bundled dependencies, sorted. `true` means all of `dependencies`; `false`, none and nothing are one. */
export function bundledOf(manifest: JsonObject): readonly string[] {
  const value = manifest['bundleDependencies'] ?? manifest['bundledDependencies']
  if (value === true) return [...dependencyMap(manifest['dependencies']).keys()].sort()
  if (Array.isArray(value)) return [...new Set(value.filter(isText))].sort()
  return isJsonObject(value) ? Object.keys(value).sort() : []
}

/** Peer dependencies that may be missing, sorted. */
export function optionalPeersOf(manifest: JsonObject): readonly string[] {
  const meta = manifest['peerDependenciesMeta']
  if (!isJsonObject(meta)) return []
  return Object.keys(meta)
    .filter((name) => isJsonObject(meta[name]) && meta[name]['optional'] === true)
    .sort()
}

/** Command names and their files, as npm links them: no path in a name, none that leaves the package. */
export function binOf(manifest: JsonObject): ReadonlyMap<string, string> {
  const value = manifest['bin']
  // The library expects a list to hold only texts
  const bin = Array.isArray(value) ? value.filter(isText) : isJsonObject(value) ? { ...value } : value
  const name = claimedName(manifest['name'])
  const normal = normalizePackageBin(name === undefined ? { bin } : { name, bin })
  return new Map(Object.entries(normal.bin ?? {}))
}

/** `directories.bin` without `./`, and only when it counts: a `bin` field goes before it. */
export function binDirectoryOf(manifest: JsonObject): string | undefined {
  const directories = manifest['directories']
  const directory = isJsonObject(directories) ? directories['bin'] : undefined
  if (typeof directory !== 'string' || manifest['bin']) return undefined
  return binOf({ bin: { directory } }).get('directory')?.replace(/\/$/, '')
}

/** The scripts that run at an installation. npm takes the path of its own tools off; an empty one does not run. */
export function installScriptsOf(manifest: JsonObject): ReadonlyMap<string, string> {
  const scripts = scriptsOf(manifest)
  const found = new Map<string, string>()
  for (const name of installScriptNames) {
    const script = scripts.get(name)
    if (script) found.set(name, script)
  }
  return found
}

export function scriptsOf(manifest: JsonObject): ReadonlyMap<string, string> {
  const scripts = isJsonObject(manifest['scripts']) ? stringMap(manifest['scripts']) : new Map<string, string>()
  for (const [name, script] of scripts) {
    scripts.set(name, script.replace(/^(\.[/\\])?node_modules[/\\].bin[\\/]/, ''))
  }
  return scripts
}

/** Engines and their ranges; yarn 1 also makes an object of the old form `["node >= 0.4"]`. */
export function enginesOf(manifest: JsonObject): ReadonlyMap<string, string> {
  const value = manifest['engines']
  if (isJsonObject(value)) return stringMap(value)
  const items = Array.isArray(value) ? value.filter(isText) : isText(value) ? [value] : []
  return new Map(
    items.map((item) => {
      const [name = '', ...range] = item.trim().split(/ +/)
      return [name, range.join(' ')]
    }),
  )
}

/** `os`, `cpu` or `libc`: a text counts as a list of one. Undefined when nothing is said. */
export function platformOf(
  manifest: JsonObject,
  field: (typeof platformFields)[number],
): readonly string[] | undefined {
  const value = manifest[field]
  if (isText(value)) return [value]
  return Array.isArray(value) ? value.filter(isText) : undefined
}

/** The last part of a path that is written with `/`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function stringMap(value: JsonObject): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, text] of Object.entries(value)) if (isText(text) && name !== '__proto__') found.set(name, text)
  return found
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
