/** Questions of throughput: metadata, revalidation, download decisions. */
import type { Contestant } from './contestants.ts'
import { throughput } from './load.ts'
import { abbreviated, npmHeaders } from './packages.ts'
import { atLeast, median, type Row, round, type Target } from './ratios.ts'

export interface Effort {
  readonly rounds: number
  /** Of load, for each contestant and round. */
  readonly seconds: number
}

export interface Side {
  readonly label: string
  readonly contestant: Contestant
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly status: number
}

/** Measures two sides in turns, the order changing from round to round. */
export async function duel(question: string, a: Side, b: Side, effort: Effort, target?: Target): Promise<Row> {
  const rates: Record<'a' | 'b', number[]> = { a: [], b: [] }
  const run = ({ contestant, ...load }: Side, seconds: number) => throughput(contestant, { ...load, seconds })
  for (const side of [a, b]) await run(side, 1)
  for (let number = 0; number < effort.rounds; number += 1) {
    for (const which of number % 2 === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const)) {
      rates[which].push(await run(which === 'a' ? a : b, effort.seconds))
    }
  }
  return {
    question,
    between: `${a.label} / ${b.label}`,
    ratios: rates.a.map((rate, index) => rate / (rates.b[index] ?? Number.NaN)),
    numbers: `${round(median(rates.a))} / ${round(median(rates.b))} a second`,
    ...(target === undefined ? {} : { target }),
  }
}

/** The download of `many-1` 1.0.0, warm: each answer is a decision, and a record in Deckle's case. */
export async function downloadDecisions(
  deckle: Contestant,
  floor: Contestant,
  effort: Effort,
): Promise<readonly Row[]> {
  const path = '/many-1/-/many-1-1.0.0.tgz'
  const side = (label: string, contestant: Contestant, isAnonymous = false): Side => ({
    label,
    contestant,
    path,
    headers: { ...npmHeaders, ...(isAnonymous ? {} : authorization(contestant)) },
    status: 302,
  })
  const bare = side('floor', floor)
  return [
    await duel('download decision, authenticated', side('deckle', deckle), bare, effort, atLeast(0.75)),
    await duel('download decision, anonymous', side('deckle', deckle, true), bare, effort),
  ]
}

export async function packuments(
  deckle: Contestant,
  verdaccio: Contestant,
  counts: readonly number[],
  effort: Effort,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const count of counts) {
    for (const form of ['abbreviated', 'full'] as const) {
      const side = (contestant: Contestant): Side => ({
        label: contestant.name,
        contestant,
        path: `/many-${count}`,
        headers: {
          ...npmHeaders,
          accept: form === 'full' ? 'application/json' : abbreviated,
          ...authorization(contestant),
        },
        status: 200,
      })
      const target = count === 100 ? atLeast(5) : undefined
      rows.push(await duel(`${form} packument, ${versions(count)}`, side(deckle), side(verdaccio), effort, target))
    }
  }
  return rows
}

/** Conditional requests: `304` at many versions against `304` at one, and against Verdaccio's. */
export async function revalidations(
  deckle: Contestant,
  verdaccio: Contestant,
  most: number,
  effort: Effort,
): Promise<readonly Row[]> {
  const side = async (contestant: Contestant, count: number, label: string): Promise<Side> => {
    const headers = { ...npmHeaders, accept: 'application/json', ...authorization(contestant) }
    const first = await fetch(`${contestant.url}/many-${count}`, { headers })
    await first.arrayBuffer()
    const etag = first.headers.get('etag') ?? ''
    return { label, contestant, path: `/many-${count}`, headers: { ...headers, 'if-none-match': etag }, status: 304 }
  }
  const atMany = await side(deckle, most, `deckle at ${most}`)
  const one = await side(deckle, 1, 'deckle at 1')
  return [
    await duel('revalidation (304)', atMany, one, effort, atLeast(0.9)),
    await duel(
      `revalidation (304), ${versions(most)}`,
      await side(deckle, most, 'deckle'),
      await side(verdaccio, most, 'verdaccio'),
      effort,
    ),
  ]
}

export function authorization({ actor }: Contestant): Record<string, string> {
  return { authorization: `Bearer ${actor.token}` }
}

function versions(count: number): string {
  return count === 1 ? '1 version' : `${count.toLocaleString('en')} versions`
}
