import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { writeConformance } from './conformance.ts'
import { ensureClients } from './install.ts'
import { type RegistryAddress, type RunningRegistry, startRegistry } from './registry.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The registry that all files share, unless they break it: open to new accounts, without logins in a browser. */
    registry: RegistryAddress
    /** Another, open to new accounts too, where nothing can be read without a login, and clients log in by a browser. */
    closedRegistry: RegistryAddress
    /** Where tests note what passed, for the docs. */
    cellsFile: string
  }
}

let running: readonly RunningRegistry[] = []
const folder = mkdtempSync(join(tmpdir(), 'deckle-cells-'))
const cellsFile = join(folder, 'passed.jsonl')

/** Before the first test: the clients, and two registries. */
export async function setup(project: TestProject): Promise<void> {
  await ensureClients((line) => process.stdout.write(`${line}\n`))
  // One after the other: each takes the whole machine while it starts
  const open = await startRegistry({ DECKLE_WEB_LOGIN: 'false', DECKLE_REGISTRATION: 'open' })
  running = [open]
  const closed = await startRegistry({ DECKLE_REQUIRE_LOGIN: 'true', DECKLE_REGISTRATION: 'open' })
  running = [open, closed]
  project.provide('registry', open.address)
  project.provide('closedRegistry', closed.address)
  project.provide('cellsFile', cellsFile)
}

/** After the last test: the docs. */
export async function teardown(): Promise<void> {
  await Promise.all(running.map((registry) => registry.stop()))
  process.stdout.write(`${writeConformance(cellsFile)}\n`)
  rmSync(folder, { recursive: true, force: true })
}
