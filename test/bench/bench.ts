/**
 * `npm run bench`: Deckle, the floor and Verdaccio, measured side by side on this machine, as ratios.
 *
 *   npm run bench                      everything, some minutes; writes docs/performance.md
 *   npm run bench -- --quick           a smoke run, about a minute; writes nothing
 *   npm run bench -- --rounds 9        more rounds of load than 5, for a busy machine
 *   npm run bench -- --only download   some of: download, packument, revalidation, publish, install, memory, permission,
 *                                      enumeration
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Contestant, type Deckle, startDeckle, startFloor, startVerdaccio, type Verdaccio } from './contestants.ts'
import { enumeration } from './enumeration.ts'
import { ensureInstalled } from './installed.ts'
import { edgeMemory } from './memory.ts'
import { writePage } from './page.ts'
import { permissionChecks } from './permission.ts'
import { installs, publishes } from './publishing.ts'
import { type Row, table } from './ratios.ts'
import { downloadDecisions, packuments, revalidations } from './reading.ts'
import { seedDeckle, seedVerdaccio } from './seed.ts'

const areas = [
  'download',
  'packument',
  'revalidation',
  'publish',
  'install',
  'memory',
  'permission',
  'enumeration',
] as const
type Area = (typeof areas)[number]

const full = { rounds: 5, seconds: 1, publishRounds: 9, counts: [1, 100, 1_000], packages: 200, memorySamples: 3 }
const quick = { rounds: 1, seconds: 1, publishRounds: 2, counts: [1, 100], packages: 30, memorySamples: 1 }
type Size = typeof full

interface Arena {
  readonly deckle: Deckle
  readonly verdaccio: Verdaccio
  readonly floor: Contestant
  readonly folder: string
}

const questions: Readonly<Record<Area, (arena: Arena, size: Size) => Promise<readonly Row[]>>> = {
  memory: ({ folder }, size) => edgeMemory(folder, size.memorySamples),
  download: ({ deckle, floor }, size) => downloadDecisions(deckle, floor, size),
  packument: ({ deckle, verdaccio }, size) => packuments(deckle, verdaccio, size.counts, size),
  revalidation: ({ deckle, verdaccio }, size) => revalidations(deckle, verdaccio, Math.max(...size.counts), size),
  publish: ({ deckle, verdaccio }, size) => publishes(deckle, verdaccio, size.counts, size.publishRounds),
  permission: async (_, size) => permissionChecks(size.rounds),
  enumeration: ({ deckle }, size) => enumeration(deckle, size.rounds),
  install: ({ deckle, verdaccio, folder }, size) =>
    installs([deckle, verdaccio], folder, size.packages, Math.min(3, size.rounds)),
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true },
    },
  })
  const wanted = areas.filter((area) => values.only?.includes(area) ?? true)
  if (wanted.length === 0) throw new Error(`--only is one of: ${areas.join(', ')}`)
  const sizeOf = values.quick ? quick : full
  const rounds = Number(values.rounds ?? sizeOf.rounds)
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds is a whole number above 0')
  const size = { ...sizeOf, rounds }
  ensureInstalled()
  const folder = mkdtempSync(join(tmpdir(), 'deckle-bench-'))
  const began = new Date()
  const arena = await openArena(folder)
  const rows: Row[] = []
  try {
    await seed(arena, size.counts)
    for (const area of Object.keys(questions) as Area[]) {
      if (!wanted.includes(area)) continue
      const measured = await questions[area](arena, size)
      console.log(`${table(measured)}\n`)
      rows.push(...measured)
    }
  } finally {
    await Promise.all([arena.deckle.close(), arena.verdaccio.close(), arena.floor.close()])
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
  console.log(table(rows))
  if (!values.quick && wanted.length === areas.length) writePage(rows, began, size)
}

async function openArena(folder: string): Promise<Arena> {
  console.log('Starting Deckle, Verdaccio and the floor ...')
  const deckle = await startDeckle(folder)
  const verdaccio = await startVerdaccio(folder)
  const floor = await startFloor(folder)
  return { deckle, verdaccio, floor, folder }
}

async function seed({ deckle, verdaccio }: Arena, counts: readonly number[]): Promise<void> {
  for (const count of counts) {
    console.log(`Seeding a package of ${count} versions ...`)
    await seedDeckle(deckle, `many-${count}`, count)
    await seedVerdaccio(verdaccio, `many-${count}`, count)
  }
}

await main()
