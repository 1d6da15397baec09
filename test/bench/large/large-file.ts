/** A zip of gigabytes is published and downloaded by `npx deckle`, while its parts are ended by `kill -9`. */
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FileName, PackageName, Version } from '../../../src/model/ids.ts'
import { type Deckle, startDeckle } from '../contestants.ts'
import { round } from '../ratios.ts'
import { CommandRun } from './command-run.ts'
import { type Fact, say, verdictOf } from './facts.ts'
import { Watch } from './watch.ts'
import { type LargeFile, writeZip } from './zip-file.ts'

const published = { format: 'generic', name: 'large' as PackageName, version: '1.0.0' as Version } as const
const filename = 'large.zip' as FileName
/** The file, its parts or its copy, what storage has of it, and what was downloaded. */
const copiesOnDisk = 4.2
const bounds = { command: 200_000_000, validator: 300_000_000 }
/** When each is killed: so much of its stage is done. */
const killAt = { client: 0.3, edge: 0.65, validator: 0.25, download: 0.4 }

interface Stage {
  readonly deckle: Deckle
  readonly file: LargeFile
  readonly watch: Watch
  readonly home: string
  readonly target: string
}

/** @throws Error when what comes back is not what was sent, or when a part could not be killed in time */
export async function largeFileFacts(folder: string, megabytes: number): Promise<readonly Fact[]> {
  requireRoom(folder, megabytes)
  say(`Writing a zip of ${megabytes} MiB ...`)
  const file = await writeZip(join(folder, filename), megabytes)
  const home = join(folder, 'home')
  mkdirSync(home)
  const deckle = await startDeckle(folder)
  const watch = new Watch()
  const stage: Stage = { deckle, file, watch, home, target: join(folder, 'again.zip') }
  try {
    const sent = await publishKilled(stage)
    const received = await downloadKilled(stage)
    return [...sent, ...received, ...memoryFacts(watch)]
  } finally {
    watch.end()
    await deckle.close()
    rmSync(file.path)
    rmSync(stage.target, { force: true })
  }
}

function requireRoom(folder: string, megabytes: number): void {
  const { bavail, bsize } = statfsSync(folder)
  const [free, needed] = [bavail * bsize, megabytes * 1024 ** 2 * copiesOnDisk]
  if (free < needed) throw new Error(`${folder} has ${gigabytes(free)} free, and this takes ${gigabytes(needed)}`)
}

async function publishKilled(stage: Stage): Promise<readonly Fact[]> {
  const { deckle, file, watch } = stage
  const first = publish(stage)
  await first.until('uploading', killAt.client)
  watch.kill('command')
  say('killed the client')
  await first.outcome
  const standing = await partsStanding(deckle)
  const second = publish(stage)
  await second.until('uploading', killAt.edge)
  watch.kill('edge', 'supervisedEdge')
  say('killed the edge')
  await killValidator(stage)
  const { sha256 } = await second.result()
  if (sha256 !== file.sha256) throw new Error(`published as ${sha256}, not ${file.sha256}`)
  const resent = watch.all('command').at(-1)?.writtenBytes ?? 0
  const missing = file.sizeBytes - standing.sizeBytes
  const record = await deckle.stores.versions.get({ ...published, filename })
  const reads = watch.all('validator').map(({ readBytes }) => gigabytes(readBytes))
  return [
    { what: 'file', measured: `zip of ${gigabytes(file.sizeBytes)}, sha256 \`${file.sha256.slice(0, 16)}…\`` },
    {
      what: 'sent by the second run, beside what was missing',
      measured: `${gigabytes(resent)} / ${gigabytes(missing)}; ${standing.count} parts stood when the client was killed`,
      ...verdictOf(resent / missing, 1.01, '≤ 1.01 of it'),
    },
    { what: 'tries again while the edge was away', measured: `${second.retries}` },
    {
      what: 'validation',
      measured: `${record?.attempts} attempts; read ${reads.join(', then ')} by the validators one after another`,
    },
    {
      what: 'publishing, in all',
      measured: `sent in ${round(first.secondsOf('uploading'))} s and ${round(second.secondsOf('uploading'))} s, checked in ${round(second.secondsOf('validating'))} s`,
    },
  ]
}

/** The command waits for the verdict meanwhile. */
async function killValidator({ file, watch }: Stage): Promise<void> {
  const [before] = watch.all('validator')
  const from = before?.readBytes ?? 0
  const enough = () => (watch.all('validator').at(-1)?.readBytes ?? 0) - from > killAt.validator * file.sizeBytes
  while (!enough()) await sleep(20)
  watch.kill('validator')
  say('killed the validator')
}

async function downloadKilled(stage: Stage): Promise<readonly Fact[]> {
  const { file, watch, target } = stage
  const first = download(stage)
  await first.until('downloading', killAt.download)
  watch.kill('command')
  say('killed the download')
  await first.outcome
  const second = download(stage)
  await second.result()
  const sha256 = await digestOf(target)
  if (sha256 !== file.sha256) throw new Error(`downloaded ${sha256}, not ${file.sha256}`)
  return [
    { what: 'digest of what came back', measured: 'the same', bound: 'the same', verdict: 'met' },
    {
      what: 'downloading, in all',
      measured: `${round(first.secondsOf('downloading'))} s and ${round(second.secondsOf('downloading'))} s, verified in ${round(second.secondsOf('verifying'))} s`,
    },
  ]
}

function memoryFacts(watch: Watch): readonly Fact[] {
  const megabytes = (bytes: number) => `${round(bytes / 1e6)} MB`
  const bounded = (role: keyof typeof bounds): Fact => ({
    what: `most memory of the ${role}`,
    measured: megabytes(watch.peakBytes(role)),
    ...verdictOf(watch.peakBytes(role), bounds[role], `< ${megabytes(bounds[role])}`),
  })
  return [
    bounded('command'),
    bounded('validator'),
    { what: 'most memory of workerd', measured: megabytes(watch.peakBytes('edge')) },
  ]
}

function publish({ deckle, home, file }: Stage): CommandRun {
  return told(
    'publishing',
    new CommandRun(deckle, home, ['publish', file.path, `${published.name}@${published.version}`]),
  )
}

function download({ deckle, home, target }: Stage): CommandRun {
  return told('downloading', new CommandRun(deckle, home, ['download', published.name, '--output', target]))
}

function told(what: string, run: CommandRun): CommandRun {
  say(`${what} ...`)
  run.onStep(({ stage, doneBytes, totalBytes }) =>
    say(`  ${stage} ${gigabytes(doneBytes)} of ${gigabytes(totalBytes)}`),
  )
  return run
}

interface Standing {
  readonly count: number
  readonly sizeBytes: number
}

/** Of the one upload that there is. A file of 5 GB has 320 parts, which are one page. */
async function partsStanding({ actor }: Deckle): Promise<Standing> {
  const { items } = await actor.json('/api/v1/uploads')
  const { parts } = await actor.json(`/api/v1/uploads/${items[0].id}/parts`)
  const sizes: readonly number[] = parts.map(({ sizeBytes }: { sizeBytes: number }) => sizeBytes)
  return { count: sizes.length, sizeBytes: sizes.reduce((sum, size) => sum + size, 0) }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

function gigabytes(bytes: number): string {
  return `${round(bytes / 1e9)} GB`
}
