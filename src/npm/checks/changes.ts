import type { JsonObject } from '../../std/json.ts'
import type { Check, CodeDoc, PreviousVersion } from '../../validation/check.ts'
import { printable } from '../../validation/printable.ts'
import { binOf, dependenciesOf, installScriptsOf } from '../normalise.ts'

const why = 'A reviewer of the new version would want to know: taken-over packages begin with a change like this.'

const codes = {
  install_script_added: { title: 'A script runs at installation that did not before', why },
  dependency_added: { title: 'A new dependency', why },
  command_added: { title: 'A new command', why },
  size_jumped: { title: 'The package is much larger than before', why },
  publisher_changed: { title: 'Somebody else publishes than before', why },
} as const satisfies Record<string, CodeDoc>

/** A version is called much larger from here on. */
const jump = { factor: 3, bytes: 1_000_000 }
const mostNames = 10
const hint = 'Nothing needs to be done if it is meant; look at what changed if it is not.'

interface Change {
  readonly code: keyof typeof codes
  readonly message: string
}

/** What changed since the version that `latest` names, one finding of each kind. Reads the two manifests only. */
export const changesCheck: Check = {
  id: 'npm-changes',
  formats: ['npm'],
  codes,
  begin: (context) => ({
    end() {
      const { previous, publisher, facts } = context
      if (previous === undefined || facts.manifest === undefined) return
      const since = `since ${printable(previous.version, 80)}`
      for (const { code, message } of [
        ...manifestChanges(previous.manifest, facts.manifest, since),
        ...sizeChange(previous, facts.unpackedSizeBytes, since),
        ...publisherChange(previous, publisher),
      ]) {
        context.report({ code, message, hint })
      }
    },
  }),
}

function manifestChanges(before: JsonObject, now: JsonObject, since: string): readonly Change[] {
  const added = (code: Change['code'], what: string, old: ReadonlySet<string>, names: Iterable<string>): Change[] => {
    const fresh = [...names].filter((name) => !old.has(name))
    if (fresh.length === 0) return []
    const more = fresh.length > mostNames ? ` and ${fresh.length - mostNames} more` : ''
    const shown = fresh.slice(0, mostNames).map((name) => printable(name, 60))
    return [{ code, message: `New ${what} ${since}: ${shown.join(', ')}${more}.` }]
  }
  const scripts = (manifest: JsonObject) => new Set(installScriptsOf(manifest).keys())
  const commands = (manifest: JsonObject) => new Set(binOf(manifest).keys())
  return [
    ...added('install_script_added', 'install scripts', scripts(before), scripts(now)),
    ...added('dependency_added', 'dependencies', installedNames(before), installedNames(now)),
    ...added('command_added', 'commands', commands(before), commands(now)),
  ]
}

/** Peers are the business of whoever installs it. */
function installedNames(manifest: JsonObject): ReadonlySet<string> {
  const all = dependenciesOf(manifest)
  return new Set([...(all.get('dependencies')?.keys() ?? []), ...(all.get('optionalDependencies')?.keys() ?? [])])
}

function sizeChange({ unpackedSizeBytes: before }: PreviousVersion, now: number, since: string): readonly Change[] {
  if (now < before * jump.factor || now - before < jump.bytes) return []
  const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(1)
  return [{ code: 'size_jumped', message: `It grew ${since} from ${megabytes(before)} MB to ${megabytes(now)} MB.` }]
}

function publisherChange(previous: PreviousVersion, publisher: string | undefined): readonly Change[] {
  if (publisher === undefined || publisher === previous.publisher) return []
  const [then, now] = [printable(previous.publisher, 60), printable(publisher, 60)]
  return [{ code: 'publisher_changed', message: `${now} publishes; ${previous.version} was published by ${then}.` }]
}
