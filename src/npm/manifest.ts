import type { PackageName, Version } from '../model/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../std/json.ts'
import { customFields } from './custom-fields.ts'
import { describingFields, withoutPrototypes } from './describe.ts'
import {
  baseName,
  binDirectoryOf,
  binOf,
  bundledOf,
  dependenciesOf,
  dependencyMap,
  enginesOf,
  gypScript,
  installScriptsOf,
  platformFields,
  platformOf,
  scriptsOf,
} from './normalise.ts'

/** What the publisher's client says about the publishing itself: nothing is decided by it. */
const publishingFields = ['gitHead', '_nodeVersion', '_npmVersion'] as const
const longestPublishingField = 128

/** What the rest of the archive says about a package, gathered in the one pass. */
export interface ArchiveNotes {
  readonly readme: string | undefined
  readonly hasGypFile: boolean
  readonly hasShrinkwrap: boolean
  /** Paths of files, without the top folder. */
  readonly files: readonly string[]
}

/**
 * The manifest that the packument lists under `versions[v]`, less `dist` and whatever the registry itself adds (`_id`,
 * `_npmUser`, `deprecated`). All that installers act on comes from the archive, in npm's normal form, so that what
 * they read is what they get; nothing that the publisher says about hashes, owners or local paths is taken over.
 * The publisher's own fields come along within bounds. Deterministic.
 */
export function acceptedManifest(
  ref: { readonly name: PackageName; readonly version: Version },
  packageJson: JsonObject,
  published: JsonObject,
  notes: ArchiveNotes,
): JsonObject {
  return {
    ...customFields(packageJson),
    name: ref.name,
    version: ref.version,
    ...describingFields(packageJson),
    ...dependencyFields(packageJson),
    ...linkingFields(packageJson, notes),
    ...scriptFields(packageJson, notes),
    ...hostFields(packageJson),
    ...(notes.hasShrinkwrap ? { _hasShrinkwrap: true } : {}),
    ...publishing(published),
  }
}

function dependencyFields(packageJson: JsonObject): JsonObject {
  const fields: Record<string, Json> = {}
  for (const [kind, dependencies] of dependenciesOf(packageJson)) setMap(fields, kind, dependencies)
  setMap(fields, 'devDependencies', dependencyMap(packageJson['devDependencies']))
  const bundled = bundledOf(packageJson)
  if (bundled.length > 0) fields['bundleDependencies'] = bundled
  for (const field of ['peerDependenciesMeta', 'dependenciesMeta']) {
    const meta = packageJson[field]
    if (isJsonObject(meta) && Object.keys(meta).length > 0) fields[field] = withoutPrototypes(meta) ?? {}
  }
  return fields
}

function linkingFields(packageJson: JsonObject, notes: ArchiveNotes): JsonObject {
  const fields: Record<string, Json> = {}
  const folder = binDirectoryOf(packageJson)
  setMap(fields, 'bin', folder === undefined ? binOf(packageJson) : binFiles(folder, notes.files))
  const directories = packageJson['directories']
  if (isJsonObject(directories)) setMap(fields, 'directories', dependencyMap(directories))
  return fields
}

/** The commands of `directories.bin`: each file in it or below, by its name. npm leaves hidden ones out. */
function binFiles(folder: string, files: readonly string[]): ReadonlyMap<string, string> {
  const inside = files.filter((path) => path.startsWith(`${folder}/`) && !path.slice(folder.length).includes('/.'))
  return new Map(inside.sort().map((path) => [baseName(path), path]))
}

function scriptFields(packageJson: JsonObject, notes: ArchiveNotes): JsonObject {
  const fields: Record<string, Json> = {}
  const scripts = new Map(scriptsOf(packageJson))
  const running = installScriptsOf(packageJson)
  if (notes.hasGypFile && packageJson['gypfile'] !== false && !running.has('install') && !running.has('preinstall')) {
    scripts.set('install', gypScript)
    fields['gypfile'] = true
  }
  setMap(fields, 'scripts', scripts)
  // Even with `gypfile: false`: only npm heeds that; pnpm and yarn 1 build all the same
  if (running.size > 0 || notes.hasGypFile) fields['hasInstallScript'] = true
  return fields
}

function hostFields(packageJson: JsonObject): JsonObject {
  const fields: Record<string, Json> = {}
  setMap(fields, 'engines', enginesOf(packageJson))
  for (const field of platformFields) {
    const listed = platformOf(packageJson, field)
    if (listed !== undefined) fields[field] = listed
  }
  return fields
}

function publishing(published: JsonObject): JsonObject {
  const fields: Record<string, Json> = {}
  for (const field of publishingFields) {
    const value = published[field]
    if (typeof value === 'string' && value.length <= longestPublishingField) fields[field] = value
  }
  return fields
}

function setMap(fields: Record<string, Json>, field: string, map: ReadonlyMap<string, string>): void {
  if (map.size > 0) fields[field] = Object.fromEntries(map)
}
