/** Whether the time that an answer takes tells somebody who may not know what exists. */
import type { Username } from '../../src/model/ids.ts'
import { npmPackage } from '../../src/npm/names.ts'
import { Passwords } from '../../src/registry/passwords.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { account } from '../builders/account.ts'
import { json } from '../support/actor.ts'
import type { Deckle } from './contestants.ts'
import { median, type Row, round, within } from './ratios.ts'

const logInsPerRound = 24
const packagesPerRound = 60
const target = within(0.9, 1.1)

/** Asks for the thing of this number. @throws Error when the answer is another one than both sides must give */
type Ask = (number: number) => Promise<void>

interface Sides {
  readonly there: Ask
  readonly missing: Ask
}

export async function enumeration(deckle: Deckle, rounds: number): Promise<readonly Row[]> {
  const logIns = await wrongLogIns(deckle, rounds)
  const packages = await hiddenPackages(deckle, rounds * packagesPerRound)
  const again = { there: repeated(packages.there), missing: repeated(packages.missing) }
  return [
    await compare('wrong password', 'a user / nobody, time', logIns, rounds, logInsPerRound),
    await compare('package, first', 'hidden / missing, time', packages, rounds, packagesPerRound),
    await compare('package, known', 'hidden / missing, time', again, rounds, packagesPerRound),
  ]
}

/** Asks one thing of each side in turns, the order changing each time. */
async function compare(question: string, between: string, sides: Sides, rounds: number, count: number): Promise<Row> {
  const times = { there: [] as number[], missing: [] as number[] }
  for (let number = 0; number < rounds; number += 1) {
    const taken = { there: [] as number[], missing: [] as number[] }
    for (let index = number * count; index < (number + 1) * count; index += 1) {
      for (const side of index % 2 === 0 ? (['there', 'missing'] as const) : (['missing', 'there'] as const)) {
        taken[side].push(await timeOf(sides[side], index))
      }
    }
    times.there.push(median(taken.there))
    times.missing.push(median(taken.missing))
  }
  return {
    question: `enumeration: ${question}`,
    between,
    ratios: times.there.map((time, index) => time / (times.missing[index] ?? Number.NaN)),
    numbers: `${round(median(times.there))} / ${round(median(times.missing))} ms`,
    target,
  }
}

async function timeOf(ask: Ask, number: number): Promise<number> {
  const began = performance.now()
  await ask(number)
  return performance.now() - began
}

/** Logs in with a wrong password: to a new account each round, which takes a hundred strangers, and to none. */
async function wrongLogIns({ stores, actor }: Deckle, rounds: number): Promise<Sides> {
  const passwordHash = new Passwords(webPlatform).hash('a password that nobody tries')
  const name = (number: number) => `held-${Math.floor(number / logInsPerRound)}`
  for (let number = 0; number < rounds; number += 1) {
    await stores.users.claim(account(name(number * logInsPerRound), { passwordHash }))
  }
  let attempts = 0
  const attempt = async (username: string) => {
    attempts += 1
    const { headers, ...sent } = json('PUT', { name: username, password: 'not the password' })
    const answer = await fetch(`${actor.url}/-/user/org.couchdb.user:${username}`, {
      ...sent,
      headers: { ...(headers as Record<string, string>), 'cf-connecting-ip': benchAddress(attempts) },
    })
    await expectStatus(answer, 401)
  }
  return {
    there: (number) => attempt(name(number)),
    missing: (number) => attempt(name(number).replace('held', 'free')),
  }
}

/** @see RFC 2544, C.2.2: addresses for benchmarks */
function benchAddress(number: number): string {
  return `198.18.${Math.floor(number / 250)}.${(number % 250) + 1}`
}

/** Asks for packages of somebody else that are private, and for packages that are not there. */
async function hiddenPackages({ stores, actor }: Deckle, count: number): Promise<Sides> {
  const at = new Date().toISOString()
  for (let number = 0; number < count; number += 1) {
    await stores.heads.claim({
      ...npmPackage(`held-${number}`),
      generation: 1,
      visibility: 'private',
      owners: ['somebody' as Username],
      tags: {},
      createdAt: at,
      modifiedAt: at,
    })
  }
  const read = async (name: string) => expectStatus(await actor.fetch(`/${name}`), 404)
  return { there: (number) => read(`held-${number}`), missing: (number) => read(`free-${number}`) }
}

/** The same two names all the time: the edge knows what is to be known of them. */
function repeated(ask: Ask): Ask {
  return () => ask(0)
}

async function expectStatus(answer: Response, status: number): Promise<void> {
  const text = await answer.text()
  if (answer.status !== status) throw new Error(`${answer.url}: ${answer.status}, not ${status}: ${text}`)
}
