import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { writeConformance } from './conformance.ts'
import { ensureClients } from './install.ts'
import { type RegistryAddress, type RunningRegistry, startRegistry } from './registry.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The registry that all files share, unless they break it. */
    registry: RegistryAddress
    /** Where tests note what passed, for the docs. */
    cellsFile: string
  }
}

let registry: RunningRegistry | undefined
const folder = mkdtempSync(join(tmpdir(), 'deckle-cells-'))
const cellsFile = join(folder, 'passed.jsonl')

/** Before the first test: the clients, and one registry. */
export async function setup(project: TestProject): Promise<void> {
  await ensureClients((line) => process.stdout.write(`${line}\n`))
  // So that every client asks for the password itself; the login in a browser has tests of its own
  registry = await startRegistry({ DECKLE_WEB_LOGIN: 'false' })
  project.provide('registry', registry.address)
  project.provide('cellsFile', cellsFile)
}

/** After the last test: the docs. */
export async function teardown(): Promise<void> {
  await registry?.stop()
  process.stdout.write(`${writeConformance(cellsFile)}\n`)
  rmSync(folder, { recursive: true, force: true })
}
