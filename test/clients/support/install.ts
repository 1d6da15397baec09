import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runOk } from './process.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
export const modules = join(folder, 'node_modules')

/** The checkout that is under test. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * Installs the package managers of the lock file, unless they are there. Their install scripts do not run: those with
 * a native program bring it in a package of its own.
 * @throws Error with npm's output
 */
export async function ensureClients(say: (line: string) => void): Promise<void> {
  if (isInstalled()) return
  say('Installing the package managers that this suite drives (once, about 270 MB unpacked)')
  const began = performance.now()
  await runOk(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: { ...inheritedEnvironment(), ...npmSettings() },
    timeoutMs: 280_000,
  })
  say(`Installed in ${((performance.now() - began) / 1000).toFixed(0)} s`)
}

/**
 * Where npm finds the machine's own settings, a certificate authority for example: it looks for them beside the Node
 * that runs it, and here that is the one of this checkout.
 */
function npmSettings(): Record<string, string> {
  const names = ['npm_config_globalconfig', 'npm_config_userconfig'] as const
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

function isInstalled(): boolean {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record)) return false
  const wanted = readVersions(join(folder, 'package-lock.json'))
  const found = readVersions(record)
  return Object.entries(wanted).every(([path, { version, optional }]) =>
    path === '' ? true : found[path] === undefined ? optional === true : found[path].version === version,
  )
}

interface Locked {
  readonly version?: string
  readonly optional?: boolean
}

function readVersions(file: string): Readonly<Record<string, Locked>> {
  const lock: { packages: Readonly<Record<string, Locked>> } = JSON.parse(readFileSync(file, 'utf8'))
  return lock.packages
}

/** The environment of this process, less what `npm run` and vitest put there for their own children. */
export function inheritedEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ||
    /^(npm_(?!config_cache$|config_registry$)|VITEST|NODE_ENV|NODE_OPTIONS|INIT_CWD|DECKLE_|AWS_)/.test(name)
      ? []
      : [[name, value] as const],
  )
  return Object.fromEntries(kept)
}

/** The version of a package manager, by its folder in `node_modules`. */
export function versionOf(name: string): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'))
  return manifest.version
}

/** The native program that a package brings for this machine, below a scope in `node_modules`. */
export function nativeProgram(scope: string, prefix: string, program: string): string {
  const names = existsSync(join(modules, scope)) ? readdirSync(join(modules, scope)) : []
  const paths = names.filter((name) => name.startsWith(prefix)).map((name) => join(modules, scope, name, program))
  const [found] = paths.filter((path) => existsSync(path))
  if (found === undefined) throw new Error(`${scope}/${prefix}* is not installed: is there one for this machine?`)
  return found
}
