import type { Json, JsonObject } from '../../std/json.ts'
import { BoundedBytes } from '../../validation/bounded-bytes.ts'
import type { Check, CheckContext, CodeDoc, ContentReader } from '../../validation/check.ts'
import { printable } from '../../validation/printable.ts'
import { acceptedManifest } from '../manifest.ts'
import { claimedName, claimedVersion } from '../normalise.ts'
import { longestPackageJsonBytes, readPackageJson } from '../package-json.ts'
import { installedPath, NoteTaker } from './notes.ts'

const codes = {
  package_json_missing: {
    title: 'The archive has no package.json',
    why: 'Installers read the package from the package.json at its root; without one it cannot be installed.',
  },
  package_json_repeated: {
    title: 'The archive has more than one package.json at its root',
    why: 'npm drops the first folder of each path, so two folders with a package.json overwrite one another, and clients differ in which one wins.',
  },
  package_json_too_large: {
    title: 'The package.json is too large',
    why: 'Every client reads it whole, at every install.',
  },
  package_json_invalid: {
    title: 'The package.json cannot be read',
    why: 'It must be one JSON object in UTF-8 that does not nest absurdly deep, or some clients fail on it.',
  },
  package_json_ambiguous: {
    title: 'Clients would read different things from the package.json',
    why: 'With the same key twice, or with `__proto__`, a scanner can see one dependency or script and an installer another.',
  },
  manifest_name_differs: {
    title: 'The package is published under another name than its own',
    why: 'The name in the archive must be the name that people ask for, or a package could pass for another one.',
  },
  manifest_version_differs: {
    title: 'The package is published as another version than its own',
    why: 'The version in the archive must be the version that people ask for, or an old file could pass for a new release.',
  },
} as const satisfies Record<string, CodeDoc>

const packAgain = 'Publish again from the folder of the package with a current client, without editing the archive.'

/**
 * The archive has one sound `package.json`, of the published name and version. When it does, `facts.manifest` and
 * `facts.readme` are set. Holds at most 1 MiB of it, and what `NoteTaker` holds.
 */
export const manifestCheck: Check = {
  id: 'npm-manifest',
  formats: ['npm'],
  codes,
  begin(context) {
    const notes = new NoteTaker()
    let count = 0
    const bytes = new BoundedBytes(longestPackageJsonBytes)
    return {
      entry(entry): ContentReader | undefined {
        const wanted = notes.entry(entry)
        if (entry.kind !== 'file' || installedPath(entry.path) !== 'package.json') return wanted
        count += 1
        return count === 1 ? { chunk: (chunk) => bytes.add(chunk) } : undefined
      },
      end() {
        const packageJson = findPackageJson(context, count, bytes)
        if (packageJson === undefined || !isOfThisVersion(context, packageJson)) return
        const { readme, ...rest } = notes.notes()
        context.facts.manifest = acceptedManifest(context.file, packageJson, context.published ?? {}, {
          readme,
          ...rest,
        })
        if (readme !== undefined) context.facts.readme = readme
      },
    }
  },
}

function findPackageJson(context: CheckContext, count: number, bytes: BoundedBytes): JsonObject | undefined {
  const report = (code: keyof typeof codes, message: string, hint: string) => {
    context.report({ code, path: 'package.json', message, hint })
    return undefined
  }
  if (count === 0) {
    return report('package_json_missing', 'The archive has no package.json in its top folder.', packAgain)
  }
  if (count > 1) {
    return report('package_json_repeated', `The archive has ${count} package.json files at its root.`, packAgain)
  }
  if (bytes.isCut) {
    const message = `The package.json is larger than ${longestPackageJsonBytes} bytes.`
    return report('package_json_too_large', message, 'Move data that is no manifest to a file of its own.')
  }
  const reading = readPackageJson(bytes.content())
  if (reading.kind === 'sound') return reading.packageJson
  if (reading.kind === 'invalid') {
    return report('package_json_invalid', `The package.json ${reading.problem}.`, 'Correct the file and publish again.')
  }
  const message = `The package.json ${reading.problem}: \`${printable(reading.path, 100)}\`.`
  return report('package_json_ambiguous', message, 'Leave only one of them in the file and publish again.')
}

/** Compares name and version of the archive, and of the published manifest, with what was claimed. */
function isOfThisVersion(context: CheckContext, packageJson: JsonObject): boolean {
  const { file, published } = context
  const sources = [
    ['The package.json in the archive', packageJson],
    ['The published manifest', published],
  ] as const
  let same = true
  for (const [source, manifest] of sources) {
    if (manifest === undefined) continue
    if (claimedName(manifest['name']) !== file.name) {
      same = false
      report(context, 'manifest_name_differs', source, 'name', manifest['name'], file.name)
    }
    if (claimedVersion(manifest['version']) !== file.version) {
      same = false
      report(context, 'manifest_version_differs', source, 'version', manifest['version'], file.version)
    }
  }
  return same
}

function report(
  context: CheckContext,
  code: keyof typeof codes,
  source: string,
  field: string,
  found: Json | undefined,
  expected: string,
): void {
  const shown = found === undefined ? 'nothing' : printable(JSON.stringify(found), 80)
  context.report({
    code,
    path: field,
    message: `${source} has the ${field} ${shown}, but it is published as ${JSON.stringify(printable(expected, 80))}.`,
    hint: packAgain,
  })
}
