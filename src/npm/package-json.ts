import { isJsonObject, type JsonObject } from '../std/json.ts'
import { type DoubtfulKey, doubtfulKeys, jsonDepth } from '../std/json-keys.ts'

/**
 * The largest `package.json` that is read. The biggest that real packages have (editor extensions, which keep their
 * settings in it) are some hundred KiB, and every client parses it whole.
 */
export const longestPackageJsonBytes = 1_048_576

/** Real ones nest about ten deep (conditional exports); writing deep JSON back is recursive in most engines. */
const deepestNesting = 64

/** What reading a `package.json` comes to: `problem` completes the sentence "it …". */
export type PackageJsonReading =
  | { readonly kind: 'sound'; readonly packageJson: JsonObject }
  | { readonly kind: 'invalid'; readonly problem: string }
  | { readonly kind: 'ambiguous'; readonly path: string; readonly problem: string }

/** Everything below these decides what is installed or run. */
const decidingFields = new Set([
  'name',
  'version',
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'acceptDependencies',
  'dependenciesMeta',
  'bundleDependencies',
  'bundledDependencies',
  'bin',
  'directories',
  'engines',
  'os',
  'cpu',
  'libc',
])
const decidingScripts = new Set(['preinstall', 'install', 'postinstall'])

// As npm's reader does (json-parse-even-better-errors), one byte order mark is left out
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** Reads the bytes of a `package.json` as strictly as the strictest client does: UTF-8, one JSON object, no doubt. */
export function readPackageJson(bytes: Uint8Array): PackageJsonReading {
  const text = decode(bytes)
  if (text === undefined) return { kind: 'invalid', problem: 'is not UTF-8' }
  if (jsonDepth(text) > deepestNesting) {
    return { kind: 'invalid', problem: `nests deeper than ${deepestNesting} levels` }
  }
  const value = parse(text)
  if (value === undefined) return { kind: 'invalid', problem: 'is not JSON' }
  if (!isJsonObject(value)) return { kind: 'invalid', problem: 'is not a JSON object' }
  const doubt = doubtfulKeys(text).find(matters)
  if (doubt === undefined) return { kind: 'sound', packageJson: value }
  const problem =
    doubt.kind === 'prototype'
      ? 'has the key `__proto__`, which some readers take for something else than a key'
      : 'has this key twice with different values; clients differ in which one they take'
  return { kind: 'ambiguous', path: doubt.path.join('.'), problem }
}

function matters({ path, kind }: DoubtfulKey): boolean {
  const [top = '', next = ''] = path
  if (path.length === 1) return kind === 'prototype' || decidingFields.has(top) || top === 'scripts'
  if (top === 'scripts') return kind === 'prototype' || decidingScripts.has(next)
  return decidingFields.has(top)
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
