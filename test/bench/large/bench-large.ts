/**
 * `npm run bench:large`: what large files and many packages cost, with processes killed on the way. Each area writes its
 * own piece of docs/performance.md.
 *
 *   npm run bench:large                      everything, a quarter of an hour and 22 GB of disk
 *   npm run bench:large -- --only file       some of: file, workload, decisions
 *   npm run bench:large -- --quick           small sizes; writes nothing
 *   npm run bench:large -- --megabytes 500   a file of that many MiB instead of 5,120; writes nothing
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureInstalled } from '../installed.ts'
import { writePiece } from '../page.ts'
import { table } from '../ratios.ts'
import { decisionCosts } from './decisions.ts'
import { factTable } from './facts.ts'
import { largeFileFacts } from './large-file.ts'
import { methods } from './methods.ts'
import type { Piece } from './section.ts'
import { workload } from './workload.ts'

const full = {
  megabytes: 5_120,
  workload: { packages: 500, clients: 100, artifactBytes: 24_800_000, rounds: 3 },
  decisions: { packageCounts: [10, 1_000, 100_000], versions: 5_000, rounds: 9, seconds: 2 } as const,
}
type Size = Omit<typeof full, 'decisions'> & { readonly decisions: Parameters<typeof decisionCosts>[1] }
const quick: Size = {
  megabytes: 300,
  workload: { packages: 50, clients: 10, artifactBytes: 2_000_000, rounds: 1 },
  decisions: { packageCounts: [10, 100, 1_000], versions: 100, rounds: 1, seconds: 1 },
}

interface Area {
  readonly piece: Piece
  /** Its table. */
  measure(folder: string, size: Size): Promise<string>
}

const areas: Readonly<Record<string, Area>> = {
  file: {
    piece: 'A file of gigabytes',
    measure: async (folder, { megabytes }) => factTable(await largeFileFacts(folder, megabytes)),
  },
  workload: {
    piece: 'A hundred downloads at once',
    measure: async (folder, size) => table(await workload(folder, size.workload)),
  },
  decisions: {
    piece: 'Decisions among many packages',
    measure: async (folder, size) => table(await decisionCosts(folder, size.decisions)),
  },
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      megabytes: { type: 'string' },
      only: { type: 'string', multiple: true },
    },
  })
  const wanted = Object.keys(areas).filter((area) => values.only?.includes(area) ?? true)
  if (wanted.length === 0) throw new Error(`--only is one of: ${Object.keys(areas).join(', ')}`)
  const usual: Size = values.quick ? quick : full
  const megabytes = Number(values.megabytes ?? usual.megabytes)
  if (!(Number.isInteger(megabytes) && megabytes > 0)) throw new Error('--megabytes is a whole number above 0')
  ensureInstalled()
  const isWritten = !values.quick && values.megabytes === undefined
  for (const area of wanted) await run(area, { ...usual, megabytes }, isWritten)
}

async function run(name: string, size: Size, isWritten: boolean): Promise<void> {
  const area = areas[name]
  if (area === undefined) throw new Error(`no area ${name}`)
  const began = new Date()
  const folder = mkdtempSync(join(tmpdir(), `deckle-${name}-`))
  try {
    const measured = await area.measure(folder, size)
    console.log(`${measured}\n`)
    if (isWritten) writePiece(area.piece, measured, methods[area.piece], began)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

await main()
