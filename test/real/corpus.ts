import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { JsonObject } from '../../src/std/json.ts'

/** One package as the public registry has it. */
export interface RealPackage {
  readonly name: string
  readonly version: string
  /** What its publisher's client sent beside the bytes, and what the registry added since. */
  readonly published: JsonObject
  /** Where the cache of npm keeps the tarball. */
  readonly file: string
}

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      name: z.string().optional(),
      version: z.string().optional(),
      integrity: z.string().optional(),
    }),
  ),
})
const cacheEntrySchema = z.object({ key: z.string(), integrity: z.string().nullable() })
const packumentSchema = z.object({ versions: z.record(z.string(), z.record(z.string(), z.json())) })

/**
 * Installs the packages of `roots.json` and all that they need into a folder, without running their scripts, once; and
 * gives what npm then has in its cache. One ordinary installation asks the registry for no more than it needs.
 */
export function realPackages(roots: string, folder: string): readonly RealPackage[] {
  const project = join(folder, 'tree')
  const cache = join(folder, 'cache', '_cacache')
  install(readFileSync(roots, 'utf8'), project, join(folder, 'cache'))
  const registry = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).stdout.trim()
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')))
  const found = new Map<string, RealPackage>()
  for (const [place, entry] of Object.entries(lock.packages)) {
    const { version, integrity } = entry
    const name = entry.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
    if (version === undefined || integrity === undefined) continue
    const file = contentFile(cache, integrity)
    const published = packument(cache, registry, name)?.versions[version]
    // Those for another system are in the lock file only
    if (!existsSync(file) || published === undefined) continue
    found.set(`${name}@${version}`, { name, version, published, file })
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version))
}

function install(packageJson: string, project: string, cache: string): void {
  const file = join(project, 'package.json')
  const isDone = existsSync(join(project, 'package-lock.json')) && readFileSync(file, 'utf8') === packageJson
  if (isDone) return
  mkdirSync(project, { recursive: true })
  writeFileSync(file, packageJson)
  // `--force`: some are for other systems; their peers are not what is asked for
  const options = ['--ignore-scripts', '--force', '--legacy-peer-deps', '--no-audit', '--no-fund', '--cache', cache]
  const { status } = spawnSync('npm', ['install', ...options], { cwd: project, stdio: 'inherit' })
  if (status !== 0) throw new Error('npm install failed: this needs the public npm registry')
}

const packuments = new Map<string, z.infer<typeof packumentSchema> | undefined>()

/** The full packument that npm asked for, from its cache. @see cacache, "index-v5" */
function packument(cache: string, registry: string, name: string): z.infer<typeof packumentSchema> | undefined {
  if (packuments.has(name)) return packuments.get(name)
  const url = new URL(name.replace('/', '%2f'), registry).href
  const key = `make-fetch-happen:request-cache:${url}`
  const hash = createHash('sha256').update(key).digest('hex')
  const bucket = join(cache, 'index-v5', hash.slice(0, 2), hash.slice(2, 4), hash.slice(4))
  packuments.set(name, existsSync(bucket) ? readPackument(cache, key, readFileSync(bucket, 'utf8')) : undefined)
  return packuments.get(name)
}

function readPackument(cache: string, key: string, bucket: string): z.infer<typeof packumentSchema> | undefined {
  const entries = bucket
    .split('\n')
    .filter((line) => line.includes('\t'))
    .map((line) => cacheEntrySchema.parse(JSON.parse(line.slice(line.indexOf('\t') + 1))))
  const integrity = entries.findLast((entry) => entry.key === key)?.integrity
  if (integrity === undefined || integrity === null) return undefined
  return packumentSchema.parse(JSON.parse(readFileSync(contentFile(cache, integrity), 'utf8')))
}

/** @see cacache, "content-v2" */
function contentFile(cache: string, integrity: string): string {
  const [digest = ''] = integrity.split(' ')
  const dash = digest.indexOf('-')
  const hash = Buffer.from(digest.slice(dash + 1), 'base64').toString('hex')
  return join(cache, 'content-v2', digest.slice(0, dash), hash.slice(0, 2), hash.slice(2, 4), hash.slice(4))
}
