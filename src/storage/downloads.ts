import type { FormatId, PackageRef } from '../model/ids.ts'
import type { DownloadEvent } from '../model/records.ts'
import { digestHex } from '../std/digest.ts'
import type { Platform } from '../std/platform.ts'
import { StorageError } from './aws.ts'
import type { DynamoDb } from './dynamodb.ts'

const shards = 8
/** An event takes some 600 bytes at most, and an item may have 400 KB. */
const mostInItem = 100

export interface DownloadsOptions {
  readonly db: DynamoDb
  readonly platform: Platform
  /** How long single events are kept. */
  readonly eventDays: number
}

/**
 * Download events and daily counters.
 * Events: `bucket` = `<format>/<name>#<day>`, `item` = `<time>#<id>` of the first, expiring. An item has what one user did
 * with one package within one minute, as far as it was written together: `at` is the first one's, `events` all of them
 * in order, each with its own time, version and outcome, as JSON: nothing in the store looks into it, and text is a
 * third of the size and of the work.
 * Counters: `bucket` = `count/<format>/<name>`, `item` = `<day>#<shard>`, for ever.
 */
export class Downloads {
  readonly #db: DynamoDb
  readonly #platform: Platform
  readonly #eventDays: number
  /** Writers spread over the shards, so that a popular package has no hot item. */
  readonly #shard: number

  constructor(options: DownloadsOptions) {
    this.#db = options.db
    this.#platform = options.platform
    this.#eventDays = options.eventDays
    this.#shard = (options.platform.randomBytes(1)[0] ?? 0) % shards
  }

  /**
   * Stores events, then counts those that were downloads. Events first: a count stands for events that are there. The
   * same events again write and count nothing anew.
   */
  async write(events: readonly DownloadEvent[]): Promise<void> {
    const ttl = Math.ceil(this.#platform.now() / 1_000) + this.#eventDays * 86_400
    await this.#db.batchWrite('downloads', { put: together(events).map((group) => ({ ...itemOf(group), ttl })) })
    const counted = new Map<string, string[]>()
    for (const { id, format, name, at, outcome } of events) {
      const key = `${format}/${name}#${at.slice(0, 10)}`
      if (outcome !== 'allowed') continue
      const ids = counted.get(key)
      if (ids === undefined) counted.set(key, [id])
      else ids.push(id)
    }
    for (const [key, ids] of counted) await this.#count(key, ids)
  }

  /** Downloads of each day from `from` to `to` (`YYYY-MM-DD`, inclusive); days without any are absent. */
  async daily(ref: PackageRef, from: string, to: string): Promise<ReadonlyMap<string, number>> {
    const totals = new Map<string, number>()
    let after: Parameters<DynamoDb['query']>[1]['after']
    do {
      const page = await this.#db.query('downloads', {
        partition: counterBucket(ref.format, ref.name),
        sort: { between: [`${from}#`, `${to}#~`] },
        ...(after === undefined ? {} : { after }),
      })
      for (const item of page.items) {
        const day = String(item['item']).slice(0, 10)
        totals.set(day, (totals.get(day) ?? 0) + Number(item['downloads']))
      }
      after = page.next
    } while (after !== undefined)
    return totals
  }

  /**
   * Adds once: the item keeps the id of its last addition, made of the events', so that one whose answer was lost is not
   * added again, unless another writer on the same shard came between.
   */
  async #count(key: string, ids: readonly string[]): Promise<void> {
    const [name = '', day = ''] = splitLast(key, '#')
    const addition = digestHex('sha256', ids.join()).slice(0, 24)
    const item = { bucket: `count/${name}`, item: `${day}#${this.#shard}` }
    const change = {
      add: { downloads: ids.length },
      set: { lastAddition: addition },
      condition: { notEquals: { lastAddition: addition } },
    }
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#db.update('downloads', item, change)
        return
      } catch (error) {
        if (attempt === 2 || !(error instanceof StorageError && error.retryable)) throw error
      }
    }
  }
}

type Group = readonly [DownloadEvent, ...DownloadEvent[]]

/** Events that share an item, in the order in which they came: a popular package is written once, not a hundred times. */
function together(events: readonly DownloadEvent[]): readonly Group[] {
  const groups: Group[] = []
  const open = new Map<string, [DownloadEvent, ...DownloadEvent[]]>()
  for (const event of events) {
    // Names hold no space, and a user's is never empty
    const key = `${event.at.slice(0, 16)} ${event.format}/${event.name} ${event.username ?? ''}`
    const group = open.get(key)
    if (group !== undefined && group.length < mostInItem) {
      group.push(event)
      continue
    }
    const fresh: [DownloadEvent, ...DownloadEvent[]] = [event]
    groups.push(fresh)
    open.set(key, fresh)
  }
  return groups
}

function itemOf(group: Group): object {
  const [{ format, name, username, at, id }] = group
  const bucket = `${format}/${name}#${at.slice(0, 10)}`
  const events = group.map(({ format: _, name: __, username: ___, ...event }) => event)
  return { bucket, item: `${at}#${id}`, format, name, username, at, events: JSON.stringify(events) }
}

const counterBucket = (format: FormatId, name: string) => `count/${format}/${name}`

function splitLast(text: string, separator: string): [string, string] {
  const at = text.lastIndexOf(separator)
  return [text.slice(0, at), text.slice(at + 1)]
}
