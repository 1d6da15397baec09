import { BoundedBytes } from '../../validation/bounded-bytes.ts'
import type { Check, CheckContext, CodeDoc, ContentReader } from '../../validation/check.ts'
import { printable } from '../../validation/printable.ts'
import { longestPackageJsonBytes, readPackageJson } from '../package-json.ts'
import { type Difference, type DifferenceCode, manifestDifferences, mayBeRewritten } from './differences.ts'
import { installedPath } from './notes.ts'

const why =
  'Tools that read the published manifest would see another package than the one that is installed ("manifest ' +
  'confusion"). This registry lists what the archive says.'

const codes = {
  manifest_dependencies_differ: { title: 'Dependencies differ between the archive and the published manifest', why },
  manifest_bin_differs: { title: 'Commands differ between the archive and the published manifest', why },
  manifest_scripts_differ: { title: 'Install scripts differ between the archive and the published manifest', why },
  manifest_engines_differ: { title: 'Engines differ between the archive and the published manifest', why },
  manifest_platforms_differ: { title: 'Platforms differ between the archive and the published manifest', why },
  manifest_rewritten: {
    title: 'The archive says less than the published manifest, probably on purpose',
    why:
      'A script took a field out of package.json while it was packed, and put it back: npm 11, npm 12 and yarn 1 then ' +
      'publish the field although the archive does not have it. Nothing is hidden: the archive has less, and it is listed.',
  },
} as const satisfies Record<DifferenceCode | 'manifest_rewritten', CodeDoc>

/**
 * Manifest confusion: the archive's `package.json` and the published manifest agree, after npm's normalisation, in all
 * that decides what is installed and run. Silent when the archive has no sound `package.json`: `npm-manifest` says so.
 * Holds at most 1 MiB.
 */
export const confusionCheck: Check = {
  id: 'npm-manifest-confusion',
  formats: ['npm'],
  codes,
  begin(context) {
    const { published } = context
    if (published === undefined) return {}
    const found: BoundedBytes[] = []
    return {
      entry(entry): ContentReader | undefined {
        if (entry.kind !== 'file' || installedPath(entry.path) !== 'package.json' || found.length > 1) return undefined
        const bytes = new BoundedBytes(longestPackageJsonBytes)
        found.push(bytes)
        return { chunk: (chunk) => bytes.add(chunk) }
      },
      end() {
        const [bytes, second] = found
        if (bytes === undefined || second !== undefined || bytes.isCut) return
        const reading = readPackageJson(bytes.content())
        if (reading.kind !== 'sound') return
        const isRewritten = mayBeRewritten(reading.packageJson, published)
        for (const difference of manifestDifferences(reading.packageJson, published)) {
          report(context, difference, isRewritten)
        }
      },
    }
  },
}

function report(context: CheckContext, difference: Difference, isRewritten: boolean): void {
  const { code, field, archive, published } = difference
  const path = printable(field, 200)
  const message = `The archive has ${show(archive)}, the published manifest has ${show(published)}.`
  if (isRewritten && archive === undefined) {
    const hint =
      'Nothing needs to be done; publishing the packed file (`npm pack`, then `npm publish <file>`) avoids it.'
    context.report({ code: 'manifest_rewritten', path, message, hint })
    return
  }
  const hint = isRewritten
    ? 'A script changes package.json while it is packed: publish the packed file (`npm pack`, then `npm publish <file>`).'
    : 'Publish again with a current client; the package.json in the archive is what counts.'
  context.report({ code, path, message, hint })
}

function show(value: string | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(printable(value, 80))
}
