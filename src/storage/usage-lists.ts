import { z } from 'zod'
import type { FormatId, PackageName, PackageRef } from '../model/ids.ts'
import { type Period, packageSubject } from '../model/usage.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { Page, Paging } from './orgs.ts'

/** Packages that a list of the most used ones holds: many more than are shown, since not everybody may see each. */
export const mostRanked = 300
const maxRounds = 12

export interface Ranked {
  readonly name: PackageName
  readonly downloads: number
}

const storedRanking = z.object({
  entries: z.array(z.tuple([z.string().transform((text) => text as PackageName), z.number().int()])),
  writes: z.number().int(),
})
const storedLast = z.object({ day: z.string(), before: z.string().optional() })

/**
 * Which packages are used most, and which not at all. Most: `top/<format>` / `<period>`, the first of them with their
 * downloads. Last used: `usage/<format>/<name>` / `last`, and in the order of these days `unused/<format>` /
 * `<day>#<name>`, which only proposes.
 */
export class UsageLists {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /**
   * Brings a ranking up to date with counts that have changed. Since counts only grow, and each one that grew is offered
   * here, those that are left out are never more than those that are in it. Repeatable, in any order.
   */
  async rank(format: FormatId, period: Period, changed: readonly Ranked[]): Promise<void> {
    const key = { bucket: `top/${format}`, item: period }
    for (let round = 0; round < maxRounds; round += 1) {
      const item = await this.#db.get('downloads', key, { consistent: true })
      const before = item === undefined ? { entries: [], writes: 0 } : storedRanking.parse(item)
      const entries = merged(before.entries, changed)
      if (JSON.stringify(entries) === JSON.stringify(before.entries)) return
      const condition = item === undefined ? { attributeNotExists: 'bucket' } : { equals: { writes: before.writes } }
      const next = { ...key, entries, writes: before.writes + 1 }
      if ((await this.#db.put('downloads', next, { condition })).outcome === 'done') return
    }
    throw new Error(`${key.bucket}/${period}: others always changed the ranking first`)
  }

  /** Most used first. */
  async ranking(format: FormatId, period: Period): Promise<readonly Ranked[]> {
    const item = await this.#db.get('downloads', { bucket: `top/${format}`, item: period })
    if (item === undefined) return []
    return storedRanking.parse(item).entries.map(([name, downloads]) => ({ name, downloads }))
  }

  /** The last days of use of packages, or the days on which they came; by name. Read consistently. */
  async lastDays(refs: readonly PackageRef[]): Promise<ReadonlyMap<string, string>> {
    const items = await this.#db.batchGet('downloads', refs.map(lastKey), { consistent: true })
    return new Map(items.map((item) => [String(item['bucket']).slice('usage/'.length), storedLast.parse(item).day]))
  }

  /** Those of these uses that `used` has something to do for, be it only what a crash has left. Read consistently. */
  async toNote<T extends LastUse>(uses: readonly T[]): Promise<readonly T[]> {
    const keys = uses.map(({ ref }) => lastKey(ref))
    const items = await this.#db.batchGet('downloads', keys, { consistent: true })
    const noted = new Map(items.map((item) => [String(item['bucket']), storedLast.parse(item)]))
    return uses.filter(({ ref, day }) => {
      const last = noted.get(lastKey(ref).bucket)
      return last === undefined || last.day < day || last.before !== undefined
    })
  }

  /**
   * Notes that a package was used on a day, or that it came on it. Whoever is cut off on the way leaves a line too many
   * in the list, which readers drop and the next day of use removes.
   */
  async used(ref: PackageRef, day: string): Promise<void> {
    for (let round = 0; round < maxRounds; round += 1) {
      const item = await this.#db.get('downloads', lastKey(ref), { consistent: true })
      const last = item === undefined ? undefined : storedLast.parse(item)
      if (last?.before !== undefined) await this.#forget(ref, last.day, last.before)
      if (last !== undefined && last.day >= day) return
      await this.#db.put('downloads', lineKey(ref, day)) // repeatable
      const condition = last === undefined ? { attributeNotExists: 'bucket' } : { equals: { day: last.day } }
      const set = { day, before: last?.day }
      const written = await this.#db.update('downloads', lastKey(ref), { set, condition }) // COMMIT
      if (written.outcome === 'done' && last !== undefined) await this.#forget(ref, day, last.day) // redone next time
      if (written.outcome === 'done') return
    }
    throw new Error(`${packageSubject(ref)}: others always noted its last use first`)
  }

  async #forget(ref: PackageRef, day: string, before: string): Promise<void> {
    await this.#db.batchWrite('downloads', { remove: [lineKey(ref, before)] })
    await this.#db.update('downloads', lastKey(ref), { remove: ['before'], condition: { equals: { day, before } } })
  }

  /** Packages by the day that they were used last, longest ago first, of days before `before`. Proposes only. */
  async unused(format: FormatId, before: string, { after, limit }: Paging): Promise<Page<UnusedLine>> {
    const partition = `unused/${format}`
    const page = await this.#db.query('downloads', {
      partition,
      sort: { lessThan: before },
      limit,
      ...(after === undefined ? {} : { after: { bucket: partition, item: after } }),
    })
    const entries = page.items.map((item): UnusedLine => {
      const [day = '', name = ''] = String(item['item']).split('#')
      return { name: name as PackageName, lastUsedOn: day }
    })
    const { next } = page
    return { entries, ...(next === undefined ? {} : { next: String(next['item']) }) }
  }
}

/** The last day that a package was used on, as far as somebody knows. */
export interface LastUse {
  readonly ref: PackageRef
  readonly day: string
}

export interface UnusedLine {
  readonly name: PackageName
  /** `YYYY-MM-DD` of the last download; of the first release, when there is none. */
  readonly lastUsedOn: string
}

const lastKey = (ref: PackageRef) => ({ bucket: `usage/${packageSubject(ref)}`, item: 'last' })
const lineKey = ({ format, name }: PackageRef, day: string) => ({ bucket: `unused/${format}`, item: `${day}#${name}` })

function merged(
  entries: readonly (readonly [PackageName, number])[],
  changed: readonly Ranked[],
): readonly (readonly [PackageName, number])[] {
  const counts = new Map(entries)
  for (const { name, downloads } of changed) counts.set(name, Math.max(downloads, counts.get(name) ?? 0))
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, mostRanked)
}
