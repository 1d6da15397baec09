import { isJsonObject, type Json, type JsonObject } from '../../../std/json.ts'
import type { Check, CodeDoc } from '../../../validation/check.ts'
import { printable } from '../../../validation/printable.ts'
import { FileSet } from './file-set.ts'

const why = 'Whoever imports, runs or type-checks the package gets an error that names a file that is not there.'

const codes = {
  entry_point_missing: { title: 'An entry point is not in the archive', why },
  types_missing: { title: 'The types are not in the archive', why },
  command_missing: { title: 'The file of a command is not in the archive', why },
} as const satisfies Record<string, CodeDoc>

/** Targets that are looked at: a hostile `exports` may hold thousands, each a look through all paths. */
const mostTargets = 500

interface Target {
  readonly code: keyof typeof codes
  readonly field: string
  readonly file: string
  /** Endings that a resolver tries. */
  readonly endings: readonly string[]
}

const scriptEndings = ['', '.js', '.json', '.node', '/index.js', '/index.json', '/index.node', '/package.json']
const typeEndings = ['', '.d.ts', '.ts', '/index.d.ts', '.d.mts', '.d.cts']

/**
 * What `main`, `module`, `browser`, `exports`, `types`, `typesVersions` and `bin` point to is in the archive, found as
 * Node, bundlers and TypeScript look for it. Holds the paths of 20,000 files.
 * @see Node.js, "Modules: Packages"; TypeScript handbook, "Publishing", typesVersions; package-browser-field-spec
 */
export const entryPointsCheck: Check = {
  id: 'npm-entry-points',
  formats: ['npm'],
  codes,
  begin(context) {
    const files = new FileSet()
    return {
      entry(entry) {
        files.add(entry)
        return undefined
      },
      end() {
        const { manifest } = context.facts
        if (manifest === undefined) return
        for (const { code, field, file, endings } of targetsOf(manifest).slice(0, mostTargets)) {
          if (isThere(files, file, endings)) continue
          const message = `\`${printable(field, 80)}\` names ${JSON.stringify(printable(file, 120))}, which is not in the archive.`
          const hint = 'Build before you publish, and see that `files` in package.json has it (`npm pack --dry-run`).'
          context.report({ code, path: field, message, hint })
        }
      },
    }
  },
}

function targetsOf(manifest: JsonObject): readonly Target[] {
  const targets: Target[] = []
  const add = (code: Target['code'], field: string, file: Json | undefined, endings: readonly string[]) => {
    if (typeof file === 'string' && file !== '') targets.push({ code, field, file, endings })
  }
  add('entry_point_missing', 'main', manifest['main'], scriptEndings)
  add('entry_point_missing', 'module', manifest['module'], scriptEndings)
  for (const [field, file] of browserFiles(manifest['browser'])) add('entry_point_missing', field, file, scriptEndings)
  // Where there is a `typesVersions`, it decides what these mean
  for (const field of isJsonObject(manifest['typesVersions']) ? [] : ['types', 'typings']) {
    add('types_missing', field, manifest[field], typeEndings)
  }
  for (const [field, file] of versionedTypes(manifest['typesVersions'])) add('types_missing', field, file, typeEndings)
  const bin = manifest['bin']
  if (isJsonObject(bin))
    for (const [name, file] of Object.entries(bin)) add('command_missing', `bin.${name}`, file, [''])
  for (const [field, file] of exported(manifest['exports'], 'exports')) {
    const isTypes = /(^|\.)types(@[^.]*)?$/.test(field)
    add(isTypes ? 'types_missing' : 'entry_point_missing', field, file, [''])
  }
  return targets
}

/** What bundlers for browsers take instead: of the whole package, or of single files. Other packages are not ours. */
function* browserFiles(value: Json | undefined): Generator<readonly [field: string, file: string]> {
  if (typeof value === 'string') yield ['browser', value]
  if (!isJsonObject(value)) return
  for (const [key, file] of Object.entries(value)) {
    if (typeof file === 'string' && /^\.\.?\//.test(file)) yield [`browser.${key}`, file]
  }
}

/** By range of TypeScript and by path a list of places, of which the first counts. */
function* versionedTypes(value: Json | undefined): Generator<readonly [field: string, file: string]> {
  if (!isJsonObject(value)) return
  for (const [range, paths] of Object.entries(value)) {
    if (!isJsonObject(paths)) continue
    for (const [path, places] of Object.entries(paths)) {
      const first = Array.isArray(places) ? places[0] : undefined
      if (typeof first === 'string') yield [`typesVersions.${range}.${path}`, first]
    }
  }
}

/** Every file that `exports` names: the first of a list counts, and `null` closes a path. */
function* exported(value: Json | undefined, field: string): Generator<readonly [field: string, file: string]> {
  if (typeof value === 'string') yield [field, value]
  else if (Array.isArray(value))
    yield* exported(
      value.find((item) => item !== null),
      field,
    )
  else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) yield* exported(item, `${field}.${key}`)
  }
}

function isThere(files: FileSet, file: string, endings: readonly string[]): boolean {
  const path = plain(file)
  // Folders, and what leaves the package: other readers' business
  if (path === '' || path.startsWith('../') || (path.endsWith('/') && files.hasLike(path, ''))) return true
  const star = path.indexOf('*')
  if (star !== -1) return files.hasLike(path.slice(0, star), path.slice(path.lastIndexOf('*') + 1))
  return files.has(path.replace(/\/$/, ''), endings)
}

/** Without `.` segments and doubled slashes. */
function plain(file: string): string {
  const segments = file
    .split('/')
    .filter((segment, index, all) => segment !== '.' && (segment !== '' || index === all.length - 1))
  return segments.join('/')
}
