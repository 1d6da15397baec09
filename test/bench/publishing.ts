/** Questions of time: from `npm publish` to a version that everybody sees, and `npm install` of a tree. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder, type Contestant } from './contestants.ts'
import { abbreviated, npmHeaders, publishOf, tree } from './packages.ts'
import { atMost, median, type Row, round, type Target } from './ratios.ts'
import { inParallel, publish } from './seed.ts'

/** Counted in the code of `publish` and `settle`, with what is done side by side counted once. */
const chain =
  'seventeen requests to storage follow one another from the body to the packument, each of them a commit or what one ' +
  'stands on: staged, on record, claimed, sent, begun, read, placed, accepted, rendered, visible. Verdaccio writes two ' +
  'files, and checks nothing.'
let published = 0

/**
 * Publishes one more version, and asks for the packument until the version is in it.
 * @returns milliseconds for both
 */
async function publishToVisible(contestant: Contestant, name: string): Promise<number> {
  published += 1
  const version = `2.0.${published}`
  const body = publishOf(name, version)
  const began = performance.now()
  await publish(contestant, name, body)
  for (;;) {
    const answer = await contestant.actor.fetch(`/${name}`, { headers: { ...npmHeaders, accept: abbreviated } })
    const { versions } = (await answer.json()) as { versions: Record<string, unknown> }
    if (Object.hasOwn(versions, version)) return performance.now() - began
  }
}

/** Each round publishes to each package of each contestant in turn, so that a slow moment hits all alike. */
export async function publishes(
  deckle: Contestant,
  verdaccio: Contestant,
  counts: readonly number[],
  rounds: number,
): Promise<readonly Row[]> {
  const times = new Map<string, number[]>()
  const timesOf = (contestant: Contestant, count: number) => times.get(`${contestant.name} ${count}`) ?? []
  for (let number = -1; number < rounds; number += 1) {
    for (const count of counts) {
      for (const contestant of number % 2 === 0 ? [deckle, verdaccio] : [verdaccio, deckle]) {
        // A package that is to have one version is a new one each time
        const name = count === 1 ? `new-${number + 1}` : `many-${count}`
        if (count === 1) await publish(contestant, name, publishOf(name, '1.0.0'))
        const took = await publishToVisible(contestant, name)
        if (number >= 0) times.set(`${contestant.name} ${count}`, [...timesOf(contestant, count), took])
      }
    }
  }
  const row = (
    question: string,
    between: string,
    a: readonly number[],
    b: readonly number[],
    target?: Target,
  ): Row => ({
    question,
    between,
    ratios: a.map((time, index) => time / (b[index] ?? Number.NaN)),
    numbers: `${round(median(a))} / ${round(median(b))} ms`,
    ...(target === undefined ? {} : { target }),
  })
  const against = counts.map((count) => {
    const question = `publish to visible, ${count} existing`
    const measured = row(question, 'deckle / verdaccio', timesOf(deckle, count), timesOf(verdaccio, count), atMost(10))
    return { ...measured, obstacle: chain }
  })
  const most = Math.max(...counts)
  const growth = (contestant: Contestant, target?: Target) => {
    const between = `${contestant.name} at ${most} / at 1`
    return row('publish to visible, growth', between, timesOf(contestant, most), timesOf(contestant, 1), target)
  }
  return [...against, growth(deckle, atMost(2)), growth(verdaccio)]
}

/** `npm install` of a tree with an empty cache and no lock file, by the npm of this folder. */
export async function installs(
  contestants: readonly [Contestant, Contestant],
  folder: string,
  packages: number,
  rounds: number,
): Promise<readonly Row[]> {
  const all = tree(packages)
  for (const contestant of contestants) {
    await inParallel(contestant.name === 'deckle' ? 4 : 1, all.length, async (index) => {
      const { name = '', dependencies } = all[index] ?? {}
      await publish(contestant, name, publishOf(name, '1.0.0', dependencies))
    })
  }
  const times: [number[], number[]] = [[], []]
  for (let number = 0; number < rounds; number += 1) {
    for (const which of number % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      times[which].push(await installOnce(contestants[which], folder))
    }
  }
  return [
    {
      question: `npm install of ${packages} packages`,
      between: 'deckle / verdaccio',
      ratios: times[0].map((time, index) => time / (times[1][index] ?? Number.NaN)),
      numbers: `${round(median(times[0]))} / ${round(median(times[1]))} ms`,
    },
  ]
}

async function installOnce(contestant: Contestant, folder: string): Promise<number> {
  const project = mkdtempSync(join(folder, 'install-'))
  mkdirSync(join(project, 'cache'))
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'top', dependencies: { 'tree-0': '^1.0.0' } }))
  writeFileSync(
    join(project, '.npmrc'),
    `registry=${contestant.url}/\n//${new URL(contestant.url).host}/:_authToken=${contestant.actor.token}\n`,
  )
  const npm = join(benchFolder, 'node_modules/npm/bin/npm-cli.js')
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--cache', join(project, 'cache')]
  const began = performance.now()
  const child = spawn(process.execPath, [npm, ...args], { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`npm install from ${contestant.name} ended with code ${code}`)
  const took = performance.now() - began
  rmSync(project, { recursive: true })
  return took
}
