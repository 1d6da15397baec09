/** What the edge's process grows by while three large packages are published at once. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { publishBody } from '../builders/publish-body.ts'
import { tarball } from '../builders/tarball.ts'
import type { Deckle } from './contestants.ts'
import { manifestOf } from './packages.ts'
import { descendants, residentBytes } from './processes.ts'
import { atMost, type Row, round } from './ratios.ts'
import { publish } from './seed.ts'

const megabyte = 1_000_000
/** Of body, which is a third more than the tarball in it. */
const bodyMegabytes = 90
const sampleEveryMs = 10

/** Growth over what the process had before, in each round; the first is the one that counts most: nothing is grown yet. */
export async function publishMemory(deckle: Deckle, rounds: number): Promise<readonly Row[]> {
  const [workerd] = descendants(deckle.pid, 'workerd')
  if (workerd === undefined) throw new Error('no workerd below npm start')
  const bodies = [0, 1, 2].map(largeBody)
  const before = residentBytes(workerd)
  const growths: number[] = []
  const times: number[] = []
  for (let number = 0; number < rounds; number += 1) {
    const named = bodies.map((make) => make(`1.0.${number}`))
    // Making them blocks for seconds: connections that the edge gave up meanwhile must be noticed before they are used
    await sleep(500)
    let peak = 0
    const sampler = setInterval(() => (peak = Math.max(peak, residentBytes(workerd))), sampleEveryMs)
    const began = performance.now()
    await Promise.all(named.map((body, index) => publish(deckle, `large-${index}`, body)))
    times.push(performance.now() - began)
    clearInterval(sampler)
    growths.push((peak - before) / megabyte)
  }
  return [
    {
      question: `edge memory, three publishes of ${bodyMegabytes} MB at once`,
      between: 'peak growth of workerd, MB',
      ratios: growths,
      numbers: `from ${round(before / megabyte)} MB; ${round(Math.max(...times) / 1000)} s for all three`,
      target: atMost(128),
    },
  ]
}

function largeBody(index: number): (version: string) => Uint8Array<ArrayBuffer> {
  const size = Math.floor((bodyMegabytes * megabyte * 3) / 4 - 20_000)
  const noise = randomBytes(size)
  return (version) => {
    const name = `large-${index}`
    const manifest = manifestOf(name, version)
    const archive = tarball()
      .file('package/package.json', JSON.stringify(manifest))
      .file('package/data.bin', noise)
      .gzip({ level: 1 })
    return publishBody({ name, version, tarball: archive, order: 'npm', manifest, access: 'public' })
  }
}
