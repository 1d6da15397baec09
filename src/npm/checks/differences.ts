import { isJsonObject, type JsonObject } from '../../std/json.ts'
import {
  baseName,
  binDirectoryOf,
  binOf,
  bundledOf,
  dependenciesOf,
  dependencyKinds,
  enginesOf,
  gypScript,
  installScriptNames,
  installScriptsOf,
  optionalPeersOf,
  platformFields,
  platformOf,
  scriptsOf,
} from '../normalise.ts'
import { sameSpecifier } from '../specifier.ts'

export type DifferenceCode =
  | 'manifest_dependencies_differ'
  | 'manifest_bin_differs'
  | 'manifest_scripts_differ'
  | 'manifest_engines_differ'
  | 'manifest_platforms_differ'

/** A field that says one thing in the archive and another in the published manifest; undefined = not there. */
export interface Difference {
  readonly code: DifferenceCode
  readonly field: string
  readonly archive: string | undefined
  readonly published: string | undefined
}

type Texts = ReadonlyMap<string, string>

/**
 * All differences between the archive's `package.json` and the published manifest in what decides which packages are
 * installed, which commands are linked, which scripts run and where it may be installed, after npm's normalisation.
 */
export function manifestDifferences(archive: JsonObject, published: JsonObject): readonly Difference[] {
  return [
    ...dependencyDifferences(archive, published),
    ...binDifferences(archive, published),
    ...scriptDifferences(archive, published),
    ...compare('manifest_engines_differ', 'engines.', enginesOf(archive), enginesOf(published)),
    ...platformFields.flatMap((field) => platformDifferences(field, archive, published)),
  ]
}

/**
 * Whether a script may have changed `package.json` while it was packed, and put it back. npm 11 and 12 publish what
 * they read after `postpack`, yarn 1 what it read before `prepublishOnly`; tools such as pinst and clean-package take
 * fields out for just the time between.
 */
export function mayBeRewritten(archive: JsonObject, published: JsonObject): boolean {
  const packing = ['prepack', 'prepare', 'prepublish', 'prepublishOnly']
  return [archive, published].some((manifest) => packing.some((name) => scriptsOf(manifest).has(name)))
}

function dependencyDifferences(archive: JsonObject, published: JsonObject): readonly Difference[] {
  const code = 'manifest_dependencies_differ'
  const ours = dependenciesOf(archive)
  const theirs = dependenciesOf(published)
  return [
    ...dependencyKinds.flatMap((kind) =>
      compare(code, `${kind}.`, ours.get(kind) ?? new Map(), theirs.get(kind) ?? new Map(), sameSpecifier),
    ),
    ...compare(code, 'bundleDependencies.', listed(bundledOf(archive)), listed(bundledOf(published))),
    ...compare(code, 'peerDependenciesMeta.', listed(optionalPeersOf(archive)), listed(optionalPeersOf(published))),
  ]
}

function binDifferences(archive: JsonObject, published: JsonObject): readonly Difference[] {
  const code = 'manifest_bin_differs'
  const theirs = binOf(published)
  const directory = binDirectoryOf(archive)
  if (directory !== undefined) {
    // npm, yarn 1 and bun list the folder's files, each somewhat differently; pnpm and yarn 4 leave it to the installer
    const foreign = [...theirs].filter(([name, file]) => !file.startsWith(`${directory}/`) || baseName(file) !== name)
    return compare(code, 'bin.', new Map(), new Map(foreign))
  }
  const ours = binOf(archive)
  const odd = oddBins(archive)
  return compare(code, 'bin.', ours, theirs).filter(
    ({ field, published: file }) => file !== undefined || !odd.has(field.slice('bin.'.length)),
  )
}

/** Commands that yarn 1 does not publish: names that are no plain file name, files that are not inside the package. */
function oddBins(archive: JsonObject): ReadonlySet<string> {
  const bin = archive['bin']
  const named = typeof bin === 'string' ? { '': bin } : isJsonObject(bin) ? bin : {}
  const odd = Object.entries(named).filter(
    ([name, file]) =>
      (typeof bin !== 'string' && !/^(?!\.{0,2}$)[a-z0-9._-]+$/i.test(name)) ||
      (typeof file === 'string' && /^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)/i.test(file)),
  )
  return new Set(
    odd.flatMap(([name, file]) => [...binOf({ ...archive, bin: name === '' ? file : { [name]: file } }).keys()]),
  )
}

function scriptDifferences(archive: JsonObject, published: JsonObject): readonly Difference[] {
  const ours = installScriptsOf(archive)
  const theirs = new Map(installScriptsOf(published))
  // npm adds it for any *.gyp in the author's folder, packed or not; yarn 1 even beside a `preinstall`
  if (theirs.get('install') === gypScript && !ours.has('install')) theirs.delete('install')
  return compare('manifest_scripts_differ', 'scripts.', ours, theirs).toSorted(
    (a, b) => scriptOrder(a.field) - scriptOrder(b.field),
  )
}

function scriptOrder(field: string): number {
  return installScriptNames.findIndex((name) => field === `scripts.${name}`)
}

function platformDifferences(
  field: (typeof platformFields)[number],
  archive: JsonObject,
  published: JsonObject,
): readonly Difference[] {
  const show = (list: readonly string[] | undefined) => list && [...list].sort().join(', ')
  const [ours, theirs] = [show(platformOf(archive, field)), show(platformOf(published, field))]
  return ours === theirs ? [] : [{ code: 'manifest_platforms_differ', field, archive: ours, published: theirs }]
}

function compare(
  code: DifferenceCode,
  prefix: string,
  ours: Texts,
  theirs: Texts,
  same: (a: string, b: string) => boolean = (a, b) => a === b,
): readonly Difference[] {
  const found: Difference[] = []
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const [archive, published] = [ours.get(name), theirs.get(name)]
    if (archive !== undefined && published !== undefined && same(archive, published)) continue
    found.push({ code, field: `${prefix}${name}`, archive, published })
  }
  return found
}

function listed(names: readonly string[]): Texts {
  return new Map(names.map((name) => [name, 'listed']))
}
