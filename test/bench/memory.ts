/** What the edge's process grows by while large bodies come in, three at once. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { publishBody } from '../builders/publish-body.ts'
import { tarball } from '../builders/tarball.ts'
import { type Deckle, startDeckle } from './contestants.ts'
import { manifestOf, publishHeaders, publishOf } from './packages.ts'
import { descendants, residentBytes } from './processes.ts'
import { atMost, type Row, round } from './ratios.ts'
import { publish } from './seed.ts'

const megabyte = 1_000_000
/** Of body, which is a third more than the tarball in it. */
const publishMegabytes = 90
/** Of a packument that is sent back; the registry takes 12. */
const packumentMegabytes = 11.9
const parsed =
  'a packument that is sent back is held as text and as objects, some four times its size. Two at once fit; an isolate ' +
  'that gets three of the largest at the same moment is ended by Workers, and the clients try again.'
const sampleEveryMs = 10
const atOnce = [0, 1, 2]
/** All that an isolate has on Workers. */
const isolate = atMost(128)

interface Growth {
  readonly beforeBytes: number
  readonly grownBytes: number
  readonly tookMs: number
}

/** Each sample has a registry of its own: a process keeps much of what it once took, so a second round says less. */
export async function edgeMemory(folder: string, samples: number): Promise<readonly Row[]> {
  const bodies = atOnce.map(largeBody)
  const publishes: Growth[] = []
  const deprecations: Growth[] = []
  for (let number = 0; number < samples; number += 1) {
    publishes.push(await inOwnDeckle(join(folder, `publish-${number}`), async () => bodies))
    const packuments = (deckle: Deckle) => Promise.all(atOnce.map((index) => largePackument(deckle, `many-${index}`)))
    deprecations.push(await inOwnDeckle(join(folder, `deprecate-${number}`), packuments))
  }
  return [
    row(`edge memory, three publishes of ${publishMegabytes} MB at once`, publishes),
    {
      ...row(`edge memory, three packuments of ${packumentMegabytes} MB sent back at once`, deprecations),
      obstacle: parsed,
    },
  ]
}

interface Body {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Starts a registry, sends it all bodies at once, and watches its workerd. */
async function inOwnDeckle(folder: string, make: (deckle: Deckle) => Promise<readonly Body[]>): Promise<Growth> {
  mkdirSync(folder)
  const deckle = await startDeckle(folder)
  try {
    const bodies = await make(deckle)
    const [workerd] = descendants(deckle.pid, 'workerd')
    if (workerd === undefined) throw new Error('no workerd below npm start')
    // Making them blocks for seconds: connections that the edge gave up meanwhile must be noticed before they are used
    await sleep(500)
    const beforeBytes = residentBytes(workerd)
    let peak = beforeBytes
    const sampler = setInterval(() => (peak = Math.max(peak, residentBytes(workerd))), sampleEveryMs)
    const began = performance.now()
    await Promise.all(bodies.map((body) => send(deckle, body)))
    clearInterval(sampler)
    return { beforeBytes, grownBytes: peak - beforeBytes, tookMs: performance.now() - began }
  } finally {
    await deckle.close()
  }
}

/** The verdict may take longer than the edge waits for it (202): its memory is what counts. */
async function send({ actor }: Deckle, { name, bytes }: Body): Promise<void> {
  const answer = await actor.fetch(`/${name}`, { method: 'PUT', headers: publishHeaders, body: bytes })
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
  await answer.arrayBuffer()
}

function row(question: string, growths: readonly Growth[]): Row {
  const before = Math.max(...growths.map(({ beforeBytes }) => beforeBytes))
  const slowest = Math.max(...growths.map(({ tookMs }) => tookMs))
  return {
    question,
    between: 'peak growth of workerd, MB',
    ratios: growths.map(({ grownBytes }) => grownBytes / megabyte),
    numbers: `from ${round(before / megabyte)} MB; ${round(slowest / 1000)} s for all three`,
    target: isolate,
  }
}

function largeBody(index: number): Body {
  const size = Math.floor((publishMegabytes * megabyte * 3) / 4 - 20_000)
  const name = `large-${index}`
  const version = '1.0.0'
  const manifest = manifestOf(name, version)
  const archive = tarball()
    .file('package/package.json', JSON.stringify(manifest))
    .file('package/data.bin', randomBytes(size))
    .gzip({ level: 1 })
  return { name, bytes: publishBody({ name, version, tarball: archive, order: 'npm', manifest, access: 'public' }) }
}

/** As `npm deprecate` sends it, of a package with 4,000 versions of some 3 KB each. */
async function largePackument(deckle: Deckle, name: string): Promise<Body> {
  await publish(deckle, name, publishOf(name, '1.0.0'))
  const answer = await deckle.actor.fetch(`/${name}?write=true`, { headers: { accept: 'application/json' } })
  const packument = (await answer.json()) as { versions: Record<string, object> }
  const count = 4_000
  const document = { ...packument.versions['1.0.0'], deprecated: 'no longer maintained' }
  const missing = (packumentMegabytes * megabyte) / count - JSON.stringify(document).length - 20
  const padded = { ...document, description: 'long '.repeat(Math.max(0, missing / 5)) }
  const versions = Object.fromEntries(Array.from({ length: count }, (_, index) => [`1.0.${index}`, padded]))
  return { name, bytes: new TextEncoder().encode(JSON.stringify({ ...packument, versions })) }
}
