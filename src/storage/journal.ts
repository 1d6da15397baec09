import { z } from 'zod'
import type { DownloadEvent } from '../model/records.ts'
import { randomId } from '../std/base62.ts'
import { chunksOf } from '../std/chunks.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { Item } from './dynamodb-items.ts'
import { parseEvents } from './stored-event.ts'

/** Writers spread over these, so that the journal has no hot partition. Each is counted by itself, in batches. */
export const journalShards = ['0', '1', '2', '3'] as const
export type JournalShard = (typeof journalShards)[number]

/** An event takes some 600 bytes at most, and an item may have 400 KB. */
const mostInSegment = 500
const mostInBatch = 100

/** Where a segment of the journal is. */
export interface SegmentRef {
  readonly shard: JournalShard
  /** `<time>#<random>`: of when it was made. */
  readonly key: string
}

/** Events that were written together, and are to be counted together. */
export interface Segment extends SegmentRef {
  readonly events: readonly DownloadEvent[]
  /** Whether its writer has put all of them into the event log. */
  readonly isWritten: boolean
}

/** What is being counted: whoever finds one that is open brings it to its end. */
export interface Batch {
  readonly shard: JournalShard
  /** Counts up by one: what a counter has seen of this shard, it says by this number. */
  readonly number: number
  readonly keys: readonly string[]
}

const storedPlan = z.object({ number: z.number().int(), keys: z.array(z.string()).optional() })

/**
 * Download events that are not counted yet. `bucket` = `journal/<shard>`, `item` = `<time>#<random>`, `events` as JSON.
 * What is being counted of a shard is named by `fold` / `<shard>`.
 */
export class Journal {
  readonly #db: DynamoDb
  readonly #platform: Platform
  readonly #shard: JournalShard

  constructor(db: DynamoDb, platform: Platform) {
    this.#db = db
    this.#platform = platform
    this.#shard = journalShards[(platform.randomBytes(1)[0] ?? 0) % journalShards.length] ?? '0'
  }

  /** Makes segments of events; stores nothing. */
  segmentsOf(events: readonly DownloadEvent[]): readonly Segment[] {
    return chunksOf(events, mostInSegment).map((some) => ({
      shard: this.#shard,
      key: `${isoNow(this.#platform)}#${randomId(this.#platform, 10)}`,
      events: some,
      isWritten: false,
    }))
  }

  /** Repeatable, until the segment may have been counted: see `EventLog`. */
  async append(segments: readonly Segment[]): Promise<void> {
    const put = segments.map((segment) => ({ ...keyOf(segment), events: JSON.stringify(segment.events) }))
    await this.#db.batchWrite('downloads', { put })
  }

  /** Says that the event log has all of a segment. One that is counted by now is gone, and that is fine. */
  async markWritten(segment: SegmentRef): Promise<void> {
    await this.#db.update('downloads', keyOf(segment), {
      set: { isWritten: true },
      condition: { attributeExists: 'bucket' },
    })
  }

  /** Whether there is anything to count; a moment late. Half a read unit: it is asked all the time. */
  async isEmpty(shard: JournalShard): Promise<boolean> {
    const page = await this.#db.query('downloads', { partition: bucketOf(shard), limit: 1, projection: ['item'] })
    return page.items.length === 0
  }

  /** The oldest segments of a shard, read consistently: those of one page, so at most a megabyte. */
  async oldest(shard: JournalShard): Promise<readonly Segment[]> {
    const page = await this.#db.query('downloads', {
      partition: bucketOf(shard),
      consistent: true,
      limit: mostInBatch,
    })
    return page.items.map((item) => parse(shard, item))
  }

  /** Those of a batch that are still there, read consistently. */
  async segments({ shard, keys }: Batch): Promise<readonly Segment[]> {
    const wanted = keys.map((key) => keyOf({ shard, key }))
    const items = await this.#db.batchGet('downloads', wanted, { consistent: true })
    return items.map((item) => parse(shard, item))
  }

  async remove(segments: readonly SegmentRef[]): Promise<void> {
    await this.#db.batchWrite('downloads', { remove: segments.map(keyOf) })
  }

  /** The batch of a shard that is being counted, or the number of the last one that was. Read consistently. */
  async batch(shard: JournalShard): Promise<Batch | number> {
    const item = await this.#db.get('downloads', planKey(shard), { consistent: true })
    if (item === undefined) return 0
    const { number, keys } = storedPlan.parse(item)
    return keys === undefined ? number : { shard, number, keys }
  }

  /** Begins a batch after the last one that was counted. False: somebody else has begun another. */
  async begin({ shard, number, keys }: Batch): Promise<boolean> {
    const isNext = { equals: { number: number - 1 }, attributeNotExists: 'keys' }
    const condition = number === 1 ? { attributeNotExists: 'bucket' } : isNext
    const written = await this.#db.update('downloads', planKey(shard), { set: { number, keys }, condition })
    return written.outcome === 'done'
  }

  /** Ends a batch; one that has ended already is fine. */
  async end({ shard, number }: Batch): Promise<void> {
    await this.#db.update('downloads', planKey(shard), { remove: ['keys'], condition: { equals: { number } } })
  }
}

const bucketOf = (shard: JournalShard) => `journal/${shard}`
const keyOf = ({ shard, key }: SegmentRef) => ({ bucket: bucketOf(shard), item: key })
const planKey = (shard: JournalShard) => ({ bucket: 'fold', item: shard })

function parse(shard: JournalShard, item: Item): Segment {
  return {
    shard,
    key: String(item['item']),
    events: parseEvents(String(item['events'])),
    isWritten: item['isWritten'] === true,
  }
}
