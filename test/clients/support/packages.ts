import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { PublishOptions } from './client.ts'
import { runOk } from './process.ts'
import type { Invocation, Sandbox } from './sandbox.ts'

/** What a file is, for comparisons: its permission bits and its content's digest. */
export type Tree = Readonly<Record<string, string>>

const program = '#!/usr/bin/env node\nconsole.log("hello from " + require("../package.json").version)\n'

/** The files of a package with all that could go wrong on the way: modes, bytes, names, sizes, depth. */
export function sampleFiles(name: string, version: string): Readonly<Record<string, string | Uint8Array>> {
  return {
    'package.json': `${JSON.stringify(
      {
        name,
        version,
        description: 'A package to test with',
        license: 'MIT',
        main: 'index.js',
        bin: { [programOf(name)]: 'bin/tool.js' },
      },
      undefined,
      2,
    )}\n`,
    'README.md': `# ${name}\n\nA package to test with.\n`,
    'index.js': `exports.version = '${version}'\n`,
    'bin/tool.js': program,
    'scripts/executable.sh': '#!/bin/sh\necho executable\n',
    'lib/deep/er/file.js': 'module.exports = 1\n',
    'data/empty.txt': '',
    'data/crlf.txt': 'one\r\ntwo\r\n',
    'data/ünï çödé ✓.txt': 'ünï çödé ✓\n',
    'data/bytes.bin': noise(`${name}@${version}`, 70_000),
    '.config/settings.json': '{}\n',
  }
}

/** The program that a sample package brings. */
export function programOf(name: string): string {
  return `${name.replace(/^.*\//, '')}-tool`
}

const executables = ['bin/tool.js', 'scripts/executable.sh']

/** Puts a sample package into a sandbox, with what the client wants to find beside it. @returns its folder */
export function samplePackage(
  box: Sandbox,
  name: string,
  version: string,
  changes: Readonly<Record<string, string>> = {},
): string {
  const folder = join('packages', name.replace('/', '+'), version)
  for (const [path, content] of Object.entries({ ...sampleFiles(name, version), ...changes })) {
    chmodSync(box.write(join(folder, path), content), executables.includes(path) ? 0o755 : 0o644)
  }
  if (box.client.beforePublish !== undefined) {
    for (const [path, content] of Object.entries(box.client.projectFiles)) box.write(join(folder, path), content)
  }
  return join(box.home, folder)
}

/** Publishes a folder as its user would. @returns how the client ended */
export async function publish(box: Sandbox, folder: string, options: PublishOptions = {}, how: Invocation = {}) {
  if (box.client.beforePublish !== undefined) await box.ok(box.client.beforePublish, { cwd: folder })
  return box.run(box.client.publish(options), { ...how, cwd: folder })
}

/** @throws Error with the transcript when it is refused */
export async function publishOk(
  box: Sandbox,
  folder: string,
  options: PublishOptions = {},
  how: Invocation = {},
): Promise<void> {
  const outcome = await publish(box, folder, options, how)
  if (outcome.code !== 0) throw new Error(outcome.transcript)
}

/** The bytes that a registry serves for a version, by the link in its metadata. */
export async function download(
  registry: string,
  token: string | undefined,
  name: string,
  version: string,
): Promise<Uint8Array> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const answer = await fetch(`${registry}${name.replace('/', '%2f')}/${version}`, { headers })
  if (!answer.ok) throw new Error(`${name}@${version}: ${answer.status} ${await answer.text()}`)
  const { dist }: { dist: { tarball: string; integrity: string } } = JSON.parse(await answer.text())
  const file = await fetch(dist.tarball, { headers })
  const bytes = new Uint8Array(await file.arrayBuffer())
  const digest = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
  if (!file.ok || digest !== dist.integrity)
    throw new Error(`${dist.tarball}: ${file.status}, ${digest}, not ${dist.integrity}`)
  return bytes
}

/** What the registry serves for a version, unpacked: what an installed package is compared with. */
export async function servedTree(
  box: Sandbox,
  token: string | undefined,
  name: string,
  version: string,
  registry: string,
): Promise<Tree> {
  const folder = mkdtempSync(join(box.home, '.tmp/served-'))
  const archive = join(folder, 'archive.tgz')
  writeFileSync(archive, await download(registry, token, name, version))
  mkdirSync(join(folder, 'unpacked'))
  await runOk(['tar', '-xzpf', archive, '-C', join(folder, 'unpacked'), '--strip-components=1'], {
    cwd: folder,
    env: box.env,
  })
  return readTree(join(folder, 'unpacked'))
}

/** Every file below a folder (links followed, nested `node_modules` left out) with its mode and content. */
export function readTree(folder: string): Tree {
  const base = realpathSync(folder)
  const entries = readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !relative(base, dirname(path)).split('/').includes('node_modules'))
    .map((path) => [relative(base, path), describe(path)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function describe(path: string): string {
  const mode = (statSync(path).mode & 0o777).toString(8)
  return `${mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`
}

/**
 * The contents alone, without the manifest, which some clients write anew when they pack. Modes are left out because
 * pnpm 10 and yarn 4 pack files as 644 unless they are programs of the package.
 */
export function contents(tree: Tree): Tree {
  const entries = Object.entries(tree).filter(([path]) => path !== 'package.json')
  return Object.fromEntries(entries.map(([path, described]) => [path, described.replace(/^\d+ /, '')]))
}

/** Bytes that do not compress, the same for the same seed. */
function noise(seed: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, index) =>
    createHash('sha512').update(`${seed} ${index}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}
