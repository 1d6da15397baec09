/**
 * `npm run bench:archives`: what it takes to look into an archive of 5 GB, of each kind. Fails when a walk takes more
 * than 300 MB of memory, the process and what makes the archive included. Some minutes; xz takes most of them.
 *
 *   npm run bench:archives -- --megabytes 500   smaller ones
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { largeKinds } from '../builders/large-archive.ts'
import type { LargeWalk } from '../unit/validation/archive/large-process.ts'

const mostResidentBytes = 300_000_000
const child = new URL('../unit/validation/archive/large-process.ts', import.meta.url).pathname
const { values } = parseArgs({ options: { megabytes: { type: 'string', default: '5120' } } })

for (const kind of largeKinds) {
  const { stdout, stderr } = spawnSync(process.execPath, [child, kind, values.megabytes], { encoding: 'utf8' })
  if (stderr !== '') throw new Error(stderr)
  const walk: LargeWalk = JSON.parse(stdout)
  const resident = `${Math.round(walk.residentBytes / 1_000_000)} MB resident`
  const gigabytes = (walk.contentBytes / 1e9).toFixed(2)
  console.log(`${kind.padEnd(12)} ${gigabytes} GB  ${resident}  ${Math.round(walk.megabytesPerSecond)} MB/s`)
  const isRight = walk.complete && walk.codes.length === 0 && walk.residentBytes < mostResidentBytes
  if (!isRight) throw new Error(`${kind}: ${stdout}`)
}
