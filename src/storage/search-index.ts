import { z } from 'zod'
import type { FormatId, PackageName, PackageRef, Username, Version } from '../model/ids.ts'
import type { Holder } from '../model/records.ts'
import { accessItems } from './access-index.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { ItemKey } from './dynamodb-items.ts'
import { packageKey, searchItem, searchKey } from './keys.ts'

const placement = z.object({
  /** How close each term is to the package: 0 is closest. */
  terms: z.record(z.string(), z.number().int().min(0).max(9)),
  /** `public` or `internal`, or for each who may read it `private/<user>` or `org/<organisation>`. */
  readers: z.array(z.string()),
  /** Who has a right of their own in it: their lists hold it too. Absent in what was indexed before there were any. */
  holders: z.array(z.string().transform((text) => text as Holder)).default([]),
  /** Two digits, lower is more popular: orders the packages that a term is equally close to. */
  rank: z.string(),
})

const storedEntry = z.object({
  /** The head's, as it was when this was written. */
  generation: z.number().int(),
  /** Counts the writes of this item; the value that compare-and-set compares. */
  writes: z.number().int(),
  /** Where the index holds the package; absent when it is to be found nowhere. */
  current: placement.optional(),
  /** Where it was before, until that is removed. */
  stale: z.array(placement),
  shown: z
    .object({
      version: z.string().transform((text) => text as Version),
      publishedAt: z.string(),
      publisher: z.string().transform((text) => text as Username),
      description: z.string(),
      keywords: z.array(z.string()),
      scope: z.string().optional(),
      links: z.record(z.string(), z.string()),
      /** Of the 30 days before it was written. */
      downloads: z.number().int(),
    })
    .optional(),
})

/** Where the index holds a package. */
export type Placement = Readonly<z.infer<typeof placement>>
/** What search knows of one package: what it shows, and where the index holds it. */
export type SearchEntry = Readonly<z.infer<typeof storedEntry>>

export interface Found {
  /** Closest first, then most downloaded. */
  readonly names: readonly PackageName[]
  /** Whether these are all. */
  readonly complete: boolean
}

/**
 * The inverted index: a small item for each term, reader and package, and one item per package that says which those
 * are. Derived from what is published, so it may be written anew at any time.
 */
export class SearchIndex {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /** Read consistently. */
  async get(ref: PackageRef): Promise<SearchEntry | undefined> {
    const item = await this.#db.get('packages', entryKey(ref), { consistent: true })
    return item === undefined ? undefined : storedEntry.parse(item)
  }

  /** Compare-and-set. False: somebody else wrote it, or a lost answer of ours; read it again. */
  async replace(ref: PackageRef, before: SearchEntry | undefined, after: SearchEntry): Promise<boolean> {
    const condition = before === undefined ? { attributeNotExists: 'package' } : { equals: { writes: before.writes } }
    const item = { ...after, name: ref.name, ...entryKey(ref) }
    const written = await this.#db.put('packages', item, { condition })
    return written.outcome === 'done'
  }

  /** Puts a package where `to` says, and removes it from where only `from` says. Repeatable. */
  async move(ref: PackageRef, from: readonly Placement[], to: Placement | undefined): Promise<void> {
    const kept = new Map(to === undefined ? [] : keysOf(ref, to))
    const gone = new Map(from.flatMap((each) => keysOf(ref, each)).filter(([key]) => !kept.has(key)))
    const put = [...kept.values()].map((key) => ({ ...key, name: ref.name }))
    await this.#db.batchWrite('packages', { put, remove: [...gone.values()] })
  }

  /** Packages that a term finds for a reader (`public`, `internal`, `private/<user>`, `private` for all, `org/<name>`): one query. */
  async find(format: FormatId, term: string, reader: string, limit: number): Promise<Found> {
    const page = await this.#db.query('packages', {
      partition: searchKey(format, term),
      sort: { beginsWith: `${reader}/` },
      projection: ['name'],
      limit,
    })
    const names = page.items.map((item) => String(item['name']) as PackageName)
    return { names: [...new Set(names)], complete: page.next === undefined }
  }

  /** What search knows of each of these, by name. */
  async many(refs: readonly PackageRef[]): Promise<ReadonlyMap<PackageName, SearchEntry>> {
    const items = await this.#db.batchGet('packages', refs.map(entryKey))
    return new Map(items.map((item) => [String(item['name']) as PackageName, storedEntry.parse(item)]))
  }
}

function entryKey(ref: PackageRef): ItemKey {
  return { package: packageKey(ref), item: searchItem }
}

function keysOf(
  ref: PackageRef,
  { terms, readers, holders, rank }: Placement,
): readonly (readonly [string, ItemKey])[] {
  const found = Object.entries(terms).flatMap(([term, closeness]) =>
    readers.map((reader) => ({
      package: searchKey(ref.format, term),
      item: `${reader}/${closeness}${rank}/${ref.name}`,
    })),
  )
  return [...found, ...accessItems(ref, holders)].map((key) => [`${key['package']} ${key['item']}`, key] as const)
}
