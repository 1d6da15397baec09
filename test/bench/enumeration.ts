/** Whether the time that an answer takes tells somebody who may not know what exists. */
import type { Username } from '../../src/model/ids.ts'
import { npmPackage } from '../../src/npm/names.ts'
import { Passwords } from '../../src/registry/passwords.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { account } from '../builders/account.ts'
import { json } from '../support/actor.ts'
import type { Deckle } from './contestants.ts'
import { type Row, within } from './ratios.ts'
import { type Ask, compareTimes, type Sides } from './turns.ts'

const logInsPerRound = 24
const packagesPerRound = 60
const target = within(0.9, 1.1)

export async function enumeration(deckle: Deckle, rounds: number): Promise<readonly Row[]> {
  const logIns = await wrongLogIns(deckle, rounds)
  const packages = await hiddenPackages(deckle, rounds * packagesPerRound)
  const again: Sides = [repeated(packages[0]), repeated(packages[1])]
  const row = (question: string, between: string) => ({ question: `enumeration: ${question}`, between, target })
  return [
    await compareTimes(row('wrong password', 'a user / nobody, time'), logIns, rounds, logInsPerRound),
    await compareTimes(row('package, first', 'hidden / missing, time'), packages, rounds, packagesPerRound),
    await compareTimes(row('package, known', 'hidden / missing, time'), again, rounds, packagesPerRound),
  ]
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
  return [(number) => attempt(name(number)), (number) => attempt(name(number).replace('held', 'free'))]
}

/** @see RFC 2544, C.2.2: addresses for benchmarks */
export function benchAddress(number: number): string {
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
  return [(number) => read(`held-${number}`), (number) => read(`free-${number}`)]
}

/** The same two names all the time: the edge knows what is to be known of them. */
function repeated(ask: Ask): Ask {
  return () => ask(0)
}

async function expectStatus(answer: Response, status: number): Promise<void> {
  const text = await answer.text()
  if (answer.status !== status) throw new Error(`${answer.url}: ${answer.status}, not ${status}: ${text}`)
}
