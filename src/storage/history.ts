import { z } from 'zod'
import type { PackageRef, Username } from '../model/ids.ts'
import type { DownloadEvent, IsoTime } from '../model/records.ts'
import { withoutUndefined } from '../std/defined.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { Item } from './dynamodb-items.ts'
import type { Paging } from './orgs.ts'
import { ownPart, sharedPart } from './stored-event.ts'

const storedGroup = sharedPart.extend({ bucket: z.string(), item: z.string(), events: z.string().optional() })

export interface HistoryQuery extends Paging {
  /** Inclusive. */
  readonly from: IsoTime
  readonly to: IsoTime
}

export interface HistoryPage {
  readonly events: readonly DownloadEvent[]
  /** Position to go on after; the page may be short, and even empty. */
  readonly next?: string
}

/** Where to go on: behind this item; or within it, behind so many of its events. */
interface Position {
  readonly bucket: string
  /** Absent: at the end of the bucket. */
  readonly item?: string
  readonly skip: number
}

/** Days without an event that one page looks through. */
const mostDays = 30
const dayMs = 86_400_000
const minuteLength = 'YYYY-MM-DDTHH:MM'.length

/**
 * Reads the download events that `Downloads` writes, newest first. What one user did with one package within a minute,
 * as far as it was written together, is one item and stands together, in the place of its first event.
 */
export class History {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /** One query a page; a moment late, since it comes out of an index. */
  async ofUser(username: Username, query: HistoryQuery): Promise<HistoryPage> {
    const position = parsePosition(query.after)
    if (isBeyond(position, query)) return { events: [] }
    const { bucket = '', item, skip = 0 } = position ?? {}
    const last = item !== undefined && skip > 0 ? timeOf(item) : query.to
    const page = await this.#db.query('downloads', {
      index: 'byUser',
      partition: username,
      sort: { between: [minuteOf(query.from), last] },
      descending: true,
      limit: query.limit,
      ...(item === undefined || skip > 0 ? {} : { after: { username, at: timeOf(item), bucket, item } }),
    })
    return eventsOf(page.items, page.next !== undefined, query, position)
  }

  /** Day by day, a query each, `mostDays` a page at most; read consistently. */
  async ofPackage(ref: PackageRef, query: HistoryQuery): Promise<HistoryPage> {
    let position = parsePosition(query.after) ?? { bucket: bucketOf(ref, query.to.slice(0, 10)), skip: 0 }
    if (isBeyond(position, query)) return { events: [] }
    for (let days = 0; ; days += 1) {
      const day = dayOf(position)
      const page = await this.#day(bucketOf(ref, day), position, query)
      const isFirstDay = day <= query.from.slice(0, 10)
      if (page.next !== undefined || isFirstDay) return page
      position = { bucket: bucketOf(ref, dayBefore(day)), skip: 0 }
      if (page.events.length > 0 || days === mostDays) return { ...page, next: positionText(position) }
    }
  }

  async #day(bucket: string, position: Position, query: HistoryQuery): Promise<HistoryPage> {
    const { item, skip } = position
    const page = await this.#db.query('downloads', {
      partition: bucket,
      sort: { between: [minuteOf(query.from), item !== undefined && skip > 0 ? item : `${query.to}#~`] },
      descending: true,
      consistent: true,
      limit: query.limit,
      ...(item === undefined || skip > 0 ? {} : { after: { bucket, item } }),
    })
    return eventsOf(page.items, page.next !== undefined, query, position)
  }
}

/** The events of these items, the newest of each first, up to the limit. */
function eventsOf(
  items: readonly Item[],
  more: boolean,
  query: HistoryQuery,
  begin: Position | undefined,
): HistoryPage {
  const events: DownloadEvent[] = []
  const groups = items.map(parseGroup)
  const begun = groups.findIndex(({ bucket, item }) => bucket === begin?.bucket && item === begin.item)
  let before: Position | undefined
  for (const { bucket, item, events: grouped } of groups.slice(Math.max(0, begun))) {
    for (let skip = before === undefined && begun >= 0 ? (begin?.skip ?? 0) : 0; skip < grouped.length; skip += 1) {
      const event = grouped[skip]
      if (event === undefined || event.at < query.from || event.at > query.to) continue
      if (events.length === query.limit) {
        return { events, next: positionText(skip > 0 || before === undefined ? { bucket, item, skip } : before) }
      }
      events.push(event)
    }
    before = { bucket, item, skip: 0 }
  }
  return { events, ...(more && before !== undefined ? { next: positionText(before) } : {}) }
}

/** An item from before events shared one is an event itself. */
function parseGroup(item: Item) {
  const { events, bucket, item: key, ...shared } = storedGroup.parse(item)
  const single: unknown[] = events === undefined ? [item] : JSON.parse(events)
  const parsed = single.map(
    (event): DownloadEvent => ({ ...withoutUndefined(shared), ...withoutUndefined(ownPart.parse(event)) }),
  )
  return { bucket, item: key, events: parsed.reverse() }
}

function positionText({ bucket, item = '', skip }: Position): string {
  return `${bucket}|${item}|${skip}`
}

/** What a client made up itself is a place like any other, as long as it has the shape of one. */
function parsePosition(text: string | undefined): Position | undefined {
  if (text === undefined) return undefined
  const [, bucket = '', item = '', skip] = positionShape.exec(text) ?? []
  return { bucket, ...(item === '' ? {} : { item }), skip: Number(skip) }
}

const day = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`
const positionShape = new RegExp(
  String.raw`^([a-z]{1,20}/[^|#]{1,300}#${day})\|(${day}T\d\d:\d\d:\d\d\.\d{3}Z#\w{1,40})?\|(\d{1,3})$`,
)

/** Whether a text is a position. */
export function isHistoryPosition(text: string): boolean {
  return positionShape.test(text)
}

/** A position outside of the period: the store would take it for a mistake. */
function isBeyond(position: Position | undefined, { from, to }: HistoryQuery): boolean {
  if (from > to) return true
  if (position === undefined) return false
  const { item } = position
  if (item === undefined) return dayOf(position) > to.slice(0, 10) || dayOf(position) < from.slice(0, 10)
  return timeOf(item) < minuteOf(from) || timeOf(item) > to
}

const bucketOf = (ref: PackageRef, on: string) => `${ref.format}/${ref.name}#${on}`
const dayOf = ({ bucket }: Position) => bucket.slice(-10)
const timeOf = (item: string) => item.slice(0, item.indexOf('#'))
/** An item may begin before the period, and end in it. */
const minuteOf = (time: IsoTime) => time.slice(0, minuteLength)

function dayBefore(on: string): string {
  return new Date(Date.parse(on) - dayMs).toISOString().slice(0, 10)
}
