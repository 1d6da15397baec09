import type { DownloadEvent } from '../model/records.ts'
import type { Platform } from '../std/platform.ts'
import type { DynamoDb } from './dynamodb.ts'

/** An event takes some 600 bytes at most, and an item may have 400 KB. */
const mostInItem = 100

export interface DownloadsOptions {
  readonly db: DynamoDb
  readonly platform: Platform
  /** How long single events are kept. */
  readonly eventDays: number
}

/**
 * The log of download events: `bucket` = `<format>/<name>#<day>`, `item` = `<time>#<id>` of the first, expiring. An item
 * has what one user did with one package within one minute, as far as it was written together: `at` is the first one's,
 * `events` all of them in order, each with its own time, version and outcome, as JSON: nothing in the store looks into
 * it, and text is a third of the size and of the work.
 */
export class Downloads {
  readonly #db: DynamoDb
  readonly #platform: Platform
  readonly #eventDays: number

  constructor(options: DownloadsOptions) {
    this.#db = options.db
    this.#platform = options.platform
    this.#eventDays = options.eventDays
  }

  /** The same events again write nothing anew. */
  async write(events: readonly DownloadEvent[]): Promise<void> {
    const ttl = Math.ceil(this.#platform.now() / 1_000) + this.#eventDays * 86_400
    await this.#db.batchWrite('downloads', { put: together(events).map((group) => ({ ...itemOf(group), ttl })) })
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
