import { z } from 'zod'
import type { PackageRef } from '../model/ids.ts'
import { type CounterRef, counterKey, type Period, packageSubject, type Subject, type Tally } from '../model/usage.ts'
import type { Platform } from '../std/platform.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { Item } from './dynamodb-items.ts'

/** Different users of a day are counted up to here; more are as many. */
export const mostUsers = 1_000

/** What is known of the use of a subject in a period. */
export interface Usage extends Tally {
  /** How many different users there were; from `mostUsers` on, at least so many. */
  readonly users: number
}

/** A counter as it is stored: what it has of each part of the journal, it says by the number of the last batch. */
export interface Counter extends Usage {
  readonly through: Readonly<Record<string, number>>
  /** Counts the writes of this item; the value that compare-and-set compares. */
  readonly writes: number
}

const counts = z.record(z.string(), z.number().int())
const storedCounter = z.object({
  ...{ downloads: z.number(), bytes: z.number(), anonymous: z.number(), refusals: z.number(), users: z.number() },
  ...{ clients: counts, reasons: counts, through: counts, writes: z.number().int() },
})

export interface UsageCountersOptions {
  readonly db: DynamoDb
  readonly platform: Platform
  /** How long is kept what is about single users. */
  readonly eventDays: number
}

/**
 * How much everything was used: `bucket` = `usage/<subject>`, `item` = `day/<day>` or `month/<month>`. Kept for ever,
 * but for what is about one user, and for what was never downloaded: a name that somebody made up leaves nothing behind.
 * Who the users were stands apart, in the set `names` under `users/<subject>`, and is forgotten with their events.
 */
export class UsageCounters {
  readonly #db: DynamoDb
  readonly #platform: Platform
  readonly #eventDays: number

  constructor({ db, platform, eventDays }: UsageCountersOptions) {
    this.#db = db
    this.#platform = platform
    this.#eventDays = eventDays
  }

  /** Read consistently. */
  async get(ref: CounterRef): Promise<Counter | undefined> {
    const item = await this.#db.get('downloads', keyOf(ref), { consistent: true })
    return item === undefined ? undefined : storedCounter.parse(item)
  }

  /** Those that exist, by `counterKey`. Read consistently, a hundred in a request. */
  async getAll(refs: readonly CounterRef[]): Promise<ReadonlyMap<string, Counter>> {
    const items = await this.#db.batchGet('downloads', refs.map(keyOf), { consistent: true })
    return new Map(items.map((item) => [counterKey(refOf(item)), storedCounter.parse(item)]))
  }

  /** Compare-and-set. False: somebody else has counted meanwhile, or a lost answer was this very write. */
  async replace(ref: CounterRef, before: Counter | undefined, after: Omit<Counter, 'writes'>): Promise<boolean> {
    const item = { ...keyOf(ref), ...after, writes: (before?.writes ?? 0) + 1 }
    const isKept = after.downloads > 0 && !ref.subject.startsWith('user/')
    const condition = before === undefined ? { attributeNotExists: 'bucket' } : { equals: { writes: before.writes } }
    const written = await this.#db.put('downloads', isKept ? item : { ...item, ttl: this.#ttl() }, { condition })
    return written.outcome === 'done'
  }

  /** Notes who the users of a period are. Repeatable: it is a set. @returns how many there are, `mostUsers` at most */
  async noteUsers(ref: CounterRef, names: readonly string[]): Promise<number> {
    const key = { bucket: `users/${ref.subject}`, item: ref.period }
    const written = await this.#db.update('downloads', key, {
      add: { names: new Set(names.slice(0, mostUsers)) },
      set: { ttl: this.#ttl() },
      returnNew: true,
    })
    const noted = written.outcome === 'done' ? written.item?.['names'] : undefined
    return noted instanceof Set ? Math.min(mostUsers, noted.size) : 0
  }

  /** Use by day, from `from` to `to` (`YYYY-MM-DD`, inclusive); days without any are absent. */
  async daily(subject: Subject, from: string, to: string): Promise<ReadonlyMap<string, Usage>> {
    const days = new Map<string, Usage>()
    let after: Parameters<DynamoDb['query']>[1]['after']
    do {
      const page = await this.#db.query('downloads', {
        partition: `usage/${subject}`,
        sort: { between: [`day/${from}`, `day/${to}`] },
        ...(after === undefined ? {} : { after }),
      })
      for (const item of page.items) days.set(dayOf(item), usageOf(item))
      after = page.next
    } while (after !== undefined)
    return days
  }

  /** Downloads of a package by day, as `daily` has them. */
  async downloads(ref: PackageRef, from: string, to: string): Promise<ReadonlyMap<string, number>> {
    const days = await this.daily(packageSubject(ref), from, to)
    return new Map([...days].map(([day, { downloads }]) => [day, downloads]))
  }

  #ttl(): number {
    return Math.ceil(this.#platform.now() / 1_000) + this.#eventDays * 86_400
  }
}

const keyOf = ({ subject, period }: CounterRef) => ({ bucket: `usage/${subject}`, item: period })
const refOf = ({ bucket, item }: Item) => {
  return { subject: String(bucket).slice('usage/'.length) as Subject, period: String(item) as Period }
}
const dayOf = (item: Item) => String(item['item']).slice('day/'.length)

function usageOf(item: Item): Usage {
  const { through: _, writes: __, ...usage } = storedCounter.parse(item)
  return usage
}
