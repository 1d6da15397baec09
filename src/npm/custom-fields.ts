import type { Json, JsonObject } from '../std/json.ts'
import { describedFields, withoutPrototypes } from './describe.ts'
import { dependencyKinds, platformFields } from './normalise.ts'

/** As JSON, of one field and of all of a version: the full packument repeats them for each version. */
const longestFieldCharacters = 4_096
const longestCharacters = 8_192

/**
 * Fields that are never taken over as they stand: those that the manifest has in npm's normal form, or not at all when
 * the publisher's form is not understood, and those that only the registry may say.
 */
const spokenFor = new Set<string>([
  ...describedFields,
  ...dependencyKinds,
  ...platformFields,
  ...['name', 'version', 'devDependencies', 'bundleDependencies', 'bundledDependencies', 'peerDependenciesMeta'],
  ...['dependenciesMeta', 'bin', 'directories', 'scripts', 'engines', 'gypfile', 'hasInstallScript', 'hasShrinkwrap'],
  ...['dist', 'dist-tags', 'deprecated', 'maintainers', 'users', 'time', 'versions', 'modified', 'id', 'rev', 'access'],
  ...['integrity', 'shasum', 'signatures', 'attestations', 'readme', 'readmeFilename', 'gitHead', 'stars', 'cursor'],
])

/**
 * The publisher's own fields of `package.json`, as npm's registry keeps them: tools read them with `npm view`, no
 * installer does. They mean nothing to the registry. What begins with `_`, or has the name of a property of every
 * object, is left out; so is what is over 4 KiB, or would make more than 8 KiB of them. Deterministic.
 */
export function customFields(packageJson: JsonObject): JsonObject {
  const kept: Record<string, Json> = {}
  let left = longestCharacters
  for (const [field, value] of Object.entries(packageJson)) {
    if (field.startsWith('_') || field in {} || spokenFor.has(field)) continue
    const copy = withoutPrototypes(value) ?? null
    const characters = JSON.stringify(field).length + JSON.stringify(copy).length
    if (characters > longestFieldCharacters || characters > left) continue
    kept[field] = copy
    left -= characters
  }
  return kept
}
