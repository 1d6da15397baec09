import { z } from 'zod'
import type { AuditEntry } from '../model/audit.ts'
import type { Username } from '../model/ids.ts'
import { withoutUndefined } from '../std/defined.ts'
import type { JsonObject } from '../std/json.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { Item } from './dynamodb-items.ts'
import type { Paging } from './orgs.ts'

const json = z.string().transform((text) => JSON.parse(text) as JsonObject)

const storedEntry = z.object({
  id: z.string(),
  at: z.string(),
  action: z.string(),
  actor: z.string().transform((text) => text as Username | 'anonymous' | 'system'),
  credential: z.string().optional(),
  address: z.string().optional(),
  target: z.string(),
  before: json.optional(),
  after: json.optional(),
  failed: z.string().optional(),
})

export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  /** Position to go on after. */
  readonly next?: string
}

/** What is asked for: newest first. At most one of actor, target and action leads; the others filter. */
export interface AuditQuery extends Paging {
  readonly actor?: string
  readonly target?: string
  readonly action?: string
  /** ISO times, inclusive. */
  readonly from: string
  readonly to: string
}

/** The audit log: items are put once, and never changed or removed. */
export class Audit {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /** Repeatable: the same entry again is the same item. */
  async append(entry: AuditEntry): Promise<void> {
    const item = `${entry.at}#${entry.id}${entry.failed === undefined ? '' : '!'}`
    const stored = {
      ...entry,
      day: entry.at.slice(0, 10),
      item,
      before: entry.before && JSON.stringify(entry.before),
      after: entry.after && JSON.stringify(entry.after),
    }
    // Already there: an attempt whose answer was lost, since ids are random
    await this.#db.put('audit', stored, { condition: { attributeNotExists: 'day' } })
  }

  /**
   * Entries newest first, a page at a time; a page may be empty and not the last. Those of an actor, target or action
   * come out of an index, a moment late; all entries come day by day.
   */
  find(query: AuditQuery): Promise<AuditPage> {
    const { actor, target, action } = query
    return (actor ?? target ?? action) === undefined ? this.#byDay(query) : this.#byIndex(query)
  }

  async #byDay(query: AuditQuery): Promise<AuditPage> {
    const last = query.after ?? `${query.to}#~`
    const day = last.slice(0, 10)
    const page = await this.#db.query('audit', {
      partition: day,
      sort: { between: [query.from, last] },
      descending: true,
      limit: query.limit + 1,
      consistent: true,
    })
    const { entries, next } = pageOf(page.items, page.next !== undefined, query)
    if (next !== undefined) return { entries, next }
    return { entries, ...(day > query.from.slice(0, 10) ? { next: `${dayBefore(day)}T24#~` } : {}) }
  }

  async #byIndex(query: AuditQuery): Promise<AuditPage> {
    const { actor, target, action } = query
    const [index, partition] =
      actor !== undefined
        ? (['byActor', actor] as const)
        : target !== undefined
          ? (['byTarget', target] as const)
          : (['byAction', action ?? ''] as const)
    const equals = { ...(target !== undefined && { target }), ...(action !== undefined && { action }) }
    const others = Object.fromEntries(Object.entries(equals).filter(([, value]) => value !== partition))
    const page = await this.#db.query('audit', {
      index,
      partition,
      sort: { between: [query.from, query.after ?? `${query.to}#~`] },
      descending: true,
      limit: query.limit + 1,
      ...(Object.keys(others).length === 0 ? {} : { filter: { equals: others } }),
    })
    return pageOf(page.items, page.next !== undefined, query)
  }
}

/** A page is asked for from its position on, with the entry that stands there: that was on the page before. */
function pageOf(items: readonly Item[], more: boolean, { after, limit }: AuditQuery): AuditPage {
  const fresh = items.filter((item) => item['item'] !== after)
  const shown = fresh.slice(0, limit)
  const last = shown.at(-1) ?? items.at(-1)
  const isCut = more || fresh.length > shown.length
  return { entries: shown.map(parse), ...(isCut && last !== undefined ? { next: String(last['item']) } : {}) }
}

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10)
}

function parse(item: Item): AuditEntry {
  return withoutUndefined(storedEntry.parse(item))
}
