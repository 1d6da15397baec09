/** The workload that an earlier system of this kind is measured by: many clients, one file each, all at once. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FileName, PackageName, Version } from '../../../src/model/ids.ts'
import { choosePort } from '../../../src/node/local/ports.ts'
import { Passwords } from '../../../src/registry/passwords.ts'
import { webPlatform } from '../../../src/std/platform.ts'
import { account } from '../../builders/account.ts'
import { json } from '../../support/actor.ts'
import { Uploader } from '../../support/uploader.ts'
import { type Deckle, startDeckle, untilListening } from '../contestants.ts'
import { benchAddress } from '../enumeration.ts'
import { endProcess, startProcess } from '../processes.ts'
import { atLeast, atMost, median, type Row, round } from '../ratios.ts'
import { inParallel, seedHeads } from '../seed.ts'
import { ask, askForText, Line, mean, percentile, type Rush, together } from './clients.ts'
import { say } from './facts.ts'

/** Of which each is downloaded by as many clients. */
const artifacts = 10
const megabyte = 1_000_000
/** A gigabit a second, as most machines have it. */
const lineBytesPerSecond = 125 * megabyte

export interface WorkloadSize {
  readonly packages: number
  readonly clients: number
  readonly artifactBytes: number
  readonly rounds: number
}

interface Client {
  readonly username: string
  readonly headers: Readonly<Record<string, string>>
  readonly token: string
  readonly artifact: number
}

interface Scene {
  readonly deckle: Deckle
  readonly clients: readonly Client[]
  /** Addresses of the artifacts at the file server, and links to them at the storage server. */
  readonly served: readonly string[]
  readonly links: readonly string[]
  readonly size: WorkloadSize
  /** What all clients share, if it is not the machine alone that limits them. */
  readonly line?: Line
}

const contestants = ['deckle', 'storage', 'server'] as const
type Name = (typeof contestants)[number]

export async function workload(folder: string, size: WorkloadSize): Promise<readonly Row[]> {
  const deckle = await startDeckle(folder)
  try {
    const files = await seed(deckle, folder, size)
    const clients = await logIns(deckle, size)
    const server = await startFileServer(files, clients)
    try {
      const links = await Promise.all(Array.from({ length: artifacts }, (_, index) => linkTo(deckle, index)))
      const served = links.map((_, index) => `${server.url}/artifact-${index}.bin`)
      const scene: Scene = { deckle, clients, served, links, size }
      const unlimited = await measure(scene)
      return [...rowsOf(unlimited, size), ...lineRows(await measureOverLine(scene), size)]
    } finally {
      await server.close()
    }
  } finally {
    await deckle.close()
  }
}

/** Ten packages that are published as users do, with the same bytes on disk for the file server; and many others. */
async function seed(deckle: Deckle, folder: string, size: WorkloadSize): Promise<string> {
  say(`seeding ${size.packages} packages, ${artifacts} of them with ${round(size.artifactBytes / megabyte)} MB ...`)
  const files = join(folder, 'files')
  mkdirSync(files)
  const uploader = new Uploader(deckle.actor)
  for (let index = 0; index < artifacts; index += 1) {
    const content = randomBytes(size.artifactBytes)
    writeFileSync(join(files, `artifact-${index}.bin`), content)
    const sent = { package: `artifact-${index}`, version: '1.0.0', filename: 'model.bin', content }
    const answer = await uploader.publish({ ...sent, more: { visibility: 'internal' } })
    if (!answer.ok) throw new Error(`artifact-${index}: ${answer.status} ${await answer.text()}`)
    await untilPublished(uploader, await answer.json())
  }
  await seedHeads(
    deckle,
    Array.from({ length: size.packages - artifacts }, (_, index) => `other-${index}`),
  )
  return files
}

async function untilPublished(uploader: Uploader, answer: unknown): Promise<void> {
  const { id } = answer as { id: string }
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await uploader.read(id))['state'] === 'published') return
    await webPlatform.sleep(200)
  }
  throw new Error(`${id} is not published`)
}

/** Each client is somebody else, at an address of its own, and logs in with a password. */
async function logIns({ stores, actor }: Deckle, { clients: count }: WorkloadSize): Promise<readonly Client[]> {
  const password = randomBytes(16).toString('hex')
  const passwordHash = new Passwords(webPlatform).hash(password)
  const clients: Client[] = []
  const began = performance.now()
  await inParallel(8, count, async (index) => {
    const username = `client-${index}`
    await stores.users.claim(account(username, { passwordHash }))
    const { headers, ...sent } = json('POST', { username, password })
    const answer = await fetch(`${actor.url}/api/v1/auth/login`, {
      ...sent,
      headers: { ...(headers as Record<string, string>), 'cf-connecting-ip': benchAddress(index) },
    })
    if (answer.status !== 201) throw new Error(`${username} cannot log in: ${answer.status} ${await answer.text()}`)
    const { token } = (await answer.json()) as { token: string }
    clients.push({ username, token, headers: { authorization: `Bearer ${token}` }, artifact: index % artifacts })
  })
  say(`${count} clients logged in within ${round((performance.now() - began) / 1000)} s`)
  return clients
}

async function startFileServer(files: string, clients: readonly Client[]) {
  const port = await choosePort()
  const digests = clients.map(({ token }) => createHash('sha256').update(token).digest('hex'))
  const child = startProcess({
    command: process.execPath,
    args: [join(import.meta.dirname, 'file-server.ts'), String(port), files, JSON.stringify(digests)],
    cwd: files,
    logFile: join(files, '../file-server.log'),
  })
  const url = `http://127.0.0.1:${port}`
  await untilListening(url)
  return { url, close: () => endProcess(child) }
}

function linkTo({ stores }: Deckle, index: number): Promise<string> {
  const name = `artifact-${index}` as PackageName
  const file = { format: 'generic', name, version: '1.0.0' as Version, filename: 'model.bin' as FileName } as const
  return stores.files.presign(file, { at: webPlatform.now(), expiresInS: 3600 })
}

/** All contestants directly after one another, and in another order each time. The first round is to get warm. */
async function measure(scene: Scene): Promise<Readonly<Record<Name, readonly Rush[]>>> {
  const rushes: Record<Name, Rush[]> = { deckle: [], storage: [], server: [] }
  for (let number = 0; number <= scene.size.rounds; number += 1) {
    const first = number % contestants.length
    for (const name of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      const rush = await together(scene.clients, works[name](scene))
      say(`round ${number}: ${name} ${numbersOf(rush, scene.size)}`)
      const read = name === 'deckle' ? await histories(scene, number) : 0
      if (number > 0) rushes[name].push({ ...rush, total: rush.total + read })
    }
  }
  return rushes
}

/** The same of two of them, over a line that is slower than the machine: what is compared is no longer its processor. */
async function measureOverLine(scene: Scene): Promise<Readonly<Record<'deckle' | 'storage', readonly Rush[]>>> {
  const rushes = { deckle: [] as Rush[], storage: [] as Rush[] }
  for (let number = 1; number <= scene.size.rounds; number += 1) {
    for (const name of number % 2 === 0 ? (['deckle', 'storage'] as const) : (['storage', 'deckle'] as const)) {
      const rush = await together(scene.clients, works[name]({ ...scene, line: new Line(lineBytesPerSecond) }))
      say(`over a line, round ${number}: ${name} ${numbersOf(rush, scene.size)}`)
      rushes[name].push(rush)
    }
  }
  return rushes
}

type Work = (scene: Scene) => (client: Client) => Promise<number>

/** What a client does. Returned is what the edge answered, in bytes. */
const works: Readonly<Record<Name, Work>> = {
  deckle: ({ deckle, size, line }) => {
    const edge = deckle.url.replace('localhost', '127.0.0.1')
    return async ({ headers, artifact }) => {
      const decision = await ask(`${edge}/generic/artifact-${artifact}/1.0.0/model.bin`, headers)
      if (decision.location === undefined) throw new Error(`no link, but ${decision.status}`)
      await readWhole(size, decision.location, { line })
      return decision.wireBytes
    }
  },
  storage: ({ links, size, line }) => {
    return ({ artifact }) => readWhole(size, links[artifact] ?? '', { line })
  },
  server: ({ served, size }) => {
    return ({ artifact, headers }) => readWhole(size, served[artifact] ?? '', { headers })
  },
}

interface HowToRead {
  readonly headers?: Readonly<Record<string, string>>
  readonly line?: Line | undefined
}

async function readWhole(size: WorkloadSize, url: string, { headers, line }: HowToRead): Promise<0> {
  const { status, sizeBytes } = await ask(url, headers, line)
  if (status === 200 && sizeBytes === size.artifactBytes) return 0
  throw new Error(`${new URL(url).pathname}: ${status} with ${sizeBytes} bytes`)
}

/** Every client reads its history until the download is there. @returns what the edge answered, in bytes */
async function histories({ deckle, clients }: Scene, number: number): Promise<number> {
  const read = await together(clients, async ({ username, headers }) => {
    let answered = 0
    for (let tries = 0; tries < 50; tries += 1) {
      const { status, body, wireBytes } = await askForText(`${deckle.url}/api/v1/history/${username}`, headers)
      answered += wireBytes
      const { items = [] }: { items?: readonly { status: string }[] } = JSON.parse(body)
      if (status !== 200 || items.some((item) => item.status !== 'allowed')) throw new Error(`${username}: ${body}`)
      // Those that are alike may stand together within a minute
      if (items.length > 0) return answered
      await webPlatform.sleep(200)
    }
    throw new Error(`the history of ${username} is empty`)
  })
  say(`round ${number}: ${clients.length} histories read within ${round(read.seconds)} s`)
  return read.total
}

function rowsOf(rushes: Readonly<Record<Name, readonly Rush[]>>, size: WorkloadSize): readonly Row[] {
  const { clients, artifactBytes } = size
  const question = `${clients} downloads of ${round(artifactBytes / megabyte)} MB at once`
  const labels = { storage: 'storage read directly', server: 'plain file server' }
  const all = clients * artifactBytes
  const measures = {
    throughput: { unit: 'MB/s', of: ({ seconds }: Rush) => all / megabyte / seconds },
    'mean time': { unit: 's', of: ({ times }: Rush) => mean(times) },
    'p99 time': { unit: 's', of: ({ times }: Rush) => percentile(times, 0.99) },
  }
  const against = (other: 'storage' | 'server', what: keyof typeof measures): Row => {
    const { unit, of } = measures[what]
    const [ours, theirs] = [rushes.deckle.map(of), rushes[other].map(of)]
    return {
      question: `${question}, ${what}`,
      between: `deckle / ${labels[other]}`,
      ratios: ours.map((value, index) => value / (theirs[index] ?? Number.NaN)),
      numbers: `${round(median(ours))} / ${round(median(theirs))} ${unit}`,
    }
  }
  const ofEdge = rushes.deckle.map(({ total }) => total)
  return [
    { ...against('storage', 'throughput'), target: atLeast(0.95) },
    against('storage', 'mean time'),
    against('storage', 'p99 time'),
    against('server', 'throughput'),
    against('server', 'mean time'),
    against('server', 'p99 time'),
    {
      question: `${question}, bytes of the edge`,
      between: 'what the edge answered / all',
      ratios: ofEdge.map((bytes) => bytes / (bytes + all)),
      numbers: `${round(median(ofEdge) / 1000)} KB / ${round(all / megabyte)} MB`,
      target: atMost(0.01),
    },
  ]
}

function lineRows(
  { deckle, storage }: Awaited<ReturnType<typeof measureOverLine>>,
  size: WorkloadSize,
): readonly Row[] {
  const rate = ({ seconds }: Rush) => (size.clients * size.artifactBytes) / megabyte / seconds
  const [ours, theirs] = [deckle.map(rate), storage.map(rate)]
  return [
    {
      question: `the same over a line of ${round(lineBytesPerSecond / megabyte)} MB/s, throughput`,
      between: 'deckle / storage read directly',
      ratios: ours.map((value, index) => value / (theirs[index] ?? Number.NaN)),
      numbers: `${round(median(ours))} / ${round(median(theirs))} MB/s`,
      target: atLeast(0.95),
    },
  ]
}

/** For the terminal. */
function numbersOf({ seconds, times }: Rush, { clients, artifactBytes }: WorkloadSize): string {
  const rate = round((clients * artifactBytes) / megabyte / seconds)
  return `${rate} MB/s, mean ${round(mean(times))} s, p99 ${round(percentile(times, 0.99))} s`
}
