import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../../src/config.ts'
import { expire, openStorage } from '../../src/node/local/s3-server.ts'
import { type LocalStack, startLocal } from '../../src/node/local/stack.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { type Stores, wireIdentity, wireStores } from '../../src/wiring.ts'
import { account } from '../builders/account.ts'
import { Actor } from '../support/actor.ts'
import { expectFiles, expectRebuilt, expectRelease, expectTag, isSettled, readEndState } from './support/end-state.ts'
import { Ledger } from './support/ledger.ts'
import { deeds, Publisher, type Step } from './support/publisher.ts'

/**
 * The registry as `npm start` runs it, while its processes are killed at random and several people publish, install and
 * change packages. At the end nothing that was promised is lost, changed or stuck.
 */
const kills = Number(process.env['CRASH_KILLS'] ?? 100)
const publishers = 5
const parts = ['workerd', 'edge', 'validator', 's3', 'dynamodb', 'sqs'] as const
/** A job whose validator was killed is given out again after a minute, and the sweeper looks every 15 seconds. */
const settledWithinMs = 110_000
const dayMs = 86_400_000
/** For requests to get through between two strikes. */
const mostWaitMs = 4_000

const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000)
/** What the launcher sets: halves the time that a part takes to start. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/deckle', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'deckle-crash-'))
let stack: LocalStack
let stores: Stores
let actor: Actor

beforeAll(async () => {
  // Parts that are killed again and again come back soon, and nobody waits long for a verdict
  const env = {
    ...process.env,
    DECKLE_ADMIN_PASSWORD: 'three-words-and-a-comma',
    DECKLE_PUBLISH_WAIT_MS: '3000',
    NODE_COMPILE_CACHE: compileCache,
  }
  stack = await startLocal({ port: 0, dataDirectory: folder, env, longestRestartMs: 200 })
  const config = parseConfig(stack.settings)
  stores = wireStores(config, webPlatform)
  const user = account('ana')
  await stores.users.claim(user)
  actor = new Actor(stack.url, (await wireIdentity(config, stores, webPlatform).tokens.issue(user, 'test', 1)).token)
})
afterAll(async () => {
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test(`after ${kills} kills nothing is lost, changed or stuck`, async () => {
  process.stdout.write(`CRASH_SEED=${seed}\n`)
  const began = performance.now()
  const ledger = new Ledger()
  const people = Array.from({ length: publishers }, (_, index) => new Publisher(actor, ledger, index))
  const over = new AbortController()
  const working = Promise.all(people.map((person, index) => person.run(stepsOf(index), over.signal)))
  await Promise.race([killParts(ledger), working])
  over.abort()
  await working
  const killed = performance.now()
  await allUp(new Set())
  await expect.poll(() => isSettled(stores), { timeout: settledWithinMs, interval: 500 }).toBe(true)
  const counts = JSON.stringify(ledger.counts)
  process.stdout.write(`${ms(killed - began)} of kills, settled after ${ms(performance.now() - killed)}: ${counts}\n`)

  expect(ledger.wrong).toEqual([])
  // Enough got through for the rest to mean something
  expect(ledger.counts['publish 201']).toBeGreaterThan(10)
  await expectAll(ledger)
  const absent = await absentOf(ledger)
  for (const release of absent) {
    expect(await people[0]?.publishAgain(release), `${release.name}@${release.version} again`).toBe(true)
    release.standing = 'listed'
  }
  await expect.poll(() => isSettled(stores), { timeout: 20_000 }).toBe(true)
  expect(ledger.wrong).toEqual([])
  await expectAll(ledger)
  await expectNothingStaged()
})

/** Kills one or more parts at a time, once all are up and a few requests have got through: in the middle of others. */
async function killParts(ledger: Ledger): Promise<void> {
  const victims = fc.shuffledSubarray([...parts], { minLength: 1 })
  const killed = new Set<number>()
  for (const strike of fc.sample(fc.record({ victims, successes: fc.nat(5), waitMs: fc.nat(200) }), {
    seed,
    numRuns: kills,
  })) {
    await allUp(killed)
    const enough = ledger.successes + strike.successes
    await until(() => ledger.successes >= enough, mostWaitMs)
    await sleep(strike.waitMs)
    for (const part of strike.victims.slice(0, kills - killed.size)) {
      const pid = stack.pids()[part]
      if (pid === undefined) continue // it went with another: workerd with the process that started it
      process.kill(pid, 'SIGKILL')
      killed.add(pid)
    }
    if (killed.size === kills) return
  }
}

/** Waits until each part runs again, in another process than those that were killed, and somebody answers. */
async function allUp(killed: ReadonlySet<number>): Promise<void> {
  const pid = (part: string) => stack.pids()[part] ?? 0
  const isAnother = () => parts.every((part) => pid(part) !== 0 && !killed.has(pid(part)))
  await expect.poll(isAnother, { timeout: 20_000, interval: 20 }).toBe(true)
  await Promise.all(parts.map((part) => stack.up(part)))
  const ping = async () => (await fetch(`${stack.url}/-/ping`).catch(() => undefined))?.ok
  await expect.poll(ping, { timeout: 20_000, interval: 20 }).toBe(true)
}

function stepsOf(publisher: number): readonly Step[] {
  const often = ['publish', 'publish', 'publish', 'publish_shared', 'install'] as const
  const step = fc.record({ deed: fc.constantFrom(...deeds, ...often), pick: fc.nat(1_000_000) })
  return fc.sample(step, { seed: seed + 1 + publisher, numRuns: 20_000 })
}

async function expectAll(ledger: Ledger): Promise<void> {
  const names = ledger.names()
  const state = await readEndState(actor, stores, names)
  for (const release of ledger.releases) await expectRelease(actor, state, release)
  for (const tag of ledger.tags) expectTag(state, tag)
  await expectRebuilt(stores, stack.url, names)
  await expectFiles(stores, state)
}

/** Uploads that somebody was killed over stay in staging, until the rule that holds for all of it removes them. */
async function expectNothingStaged(): Promise<void> {
  await stack.stop()
  const storage = await openStorage(join(folder, 's3'))
  const staged = async () =>
    (await storage.objects.list('deckle', { prefix: 'staging/', after: '', limit: 1_000 })).labels.length
  process.stdout.write(`${await staged()} staged objects are left to expire\n`)
  await expire(storage, Date.now() + 2 * dayMs)
  expect(await staged()).toBe(0)
}

/** Those that were refused, or never answered, and are not there: their numbers are free. */
async function absentOf(ledger: Ledger) {
  const { packuments } = await readEndState(actor, stores, ledger.names())
  return ledger.releases.filter(
    ({ name, version, standing }) =>
      standing === 'maybe_listed' && packuments.get(name)?.versions[version] === undefined,
  )
}

/** Looks again and again, and goes on in any case. */
async function until(isSo: () => boolean, atMostMs: number): Promise<void> {
  for (const deadline = performance.now() + atMostMs; !isSo() && performance.now() < deadline; ) await sleep(10)
}

const ms = (time: number) => `${(time / 1_000).toFixed(1)} s`
