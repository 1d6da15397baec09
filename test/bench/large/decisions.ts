/** Whether the decision on a download costs more where there are many packages, or many versions. */
import { randomInt } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Deckle, startDeckle } from '../contestants.ts'
import { npmHeaders } from '../packages.ts'
import { type Row, within } from '../ratios.ts'
import { authorization, duel, type Effort, type Side } from '../reading.ts'
import { seedHeads, seedVersions } from '../seed.ts'
import { type Ask, compareTimes } from '../turns.ts'
import { say } from './facts.ts'

const flat = within(0.9, 1.1)
const anewPerRound = 100

export interface DecisionSize extends Effort {
  /** Of registries that are compared with the first. */
  readonly packageCounts: readonly [number, ...number[]]
  readonly versions: number
}

/** One that is asked of a registry: any of its packages, or always the same. */
interface Subject {
  readonly label: string
  readonly deckle: Deckle
  readonly name: () => string
}

export async function decisionCosts(folder: string, size: DecisionSize): Promise<readonly Row[]> {
  const registries: Subject[] = []
  try {
    for (const count of size.packageCounts) registries.push(await registryOf(folder, count))
    const [few, ...more] = registries
    if (few === undefined) throw new Error('no registry to compare with')
    const one = subjectOf(few.deckle, '1 version', 'many-1')
    const many = subjectOf(few.deckle, `${size.versions.toLocaleString('en')} versions`, 'many')
    await seedHeads(few.deckle, ['many-1', 'many'])
    await seedVersions(few.deckle, 'many-1', 1)
    await seedVersions(few.deckle, 'many', size.versions)
    const rows: Row[] = []
    for (const [a, b] of [...more.map((each) => [each, few] as const), [many, one] as const]) {
      say(`comparing ${a.label} with ${b.label} ...`)
      rows.push(await duel(`download decision, known: ${a.label}`, sideOf(a), sideOf(b), size, flat))
      rows.push(await anew(a, b, size.rounds))
    }
    return rows
  } finally {
    await Promise.all(registries.map(({ deckle }) => deckle.close()))
  }
}

async function registryOf(folder: string, count: number): Promise<Subject> {
  say(`seeding ${count} packages ...`)
  const own = join(folder, `packages-${count}`)
  mkdirSync(own)
  const deckle = await startDeckle(own)
  await seedHeads(
    deckle,
    Array.from({ length: count }, (_, index) => `package-${index}`),
  )
  return {
    label: `${count.toLocaleString('en')} packages`,
    deckle,
    name: () => `package-${randomInt(count)}`,
  }
}

function subjectOf(deckle: Deckle, label: string, name: string): Subject {
  return { label, deckle, name: () => name }
}

const pathOf = (name: string) => `/generic/${name}/1.0.0/model.bin`

/** One package, which the edge knows. */
function sideOf({ label, deckle, name }: Subject): Side {
  const headers = { ...npmHeaders, ...authorization(deckle) }
  return { label, contestant: deckle, path: pathOf(name()), headers, status: 302 }
}

/** Any package, and whatever the edge knows of it, its head is read again. */
async function anew(a: Subject, b: Subject, rounds: number): Promise<Row> {
  const ask =
    ({ deckle, name }: Subject): Ask =>
    async () => {
      const answer = await deckle.actor.fetch(pathOf(name()), { headers: { 'cache-control': 'no-cache' } })
      await answer.arrayBuffer()
      if (answer.status !== 302) throw new Error(`${answer.url}: ${answer.status}`)
    }
  const sides = [ask(a), ask(b)] as const
  const row = { question: `download decision, read anew: ${a.label}`, between: `${a.label} / ${b.label}, time` }
  await compareTimes(row, sides, 1, anewPerRound)
  return compareTimes({ ...row, target: flat }, sides, rounds, anewPerRound)
}
