import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServerName } from './names.ts'
import type { PreparedServer } from './prepared-server.ts'

const cache = fileURLToPath(new URL('../../../node_modules/.cache/deckle/servers', import.meta.url))

/**
 * The folder of a server, installed unless this version is there already. Its last step is a note of the version, so
 * that an installation that broke off is begun again.
 */
export async function ensureInstalled(
  name: ServerName,
  server: PreparedServer,
  say: (line: string) => void,
): Promise<string> {
  const folder = join(cache, name)
  const note = join(folder, 'installed')
  if (existsSync(note) && (await readFile(note, 'utf8')) === server.title) return folder
  say(`Installing ${server.title} ...`)
  const began = performance.now()
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await server.install(folder)
  await writeFile(note, server.title)
  say(`Installed in ${((performance.now() - began) / 1_000).toFixed(0)} s`)
  return folder
}
