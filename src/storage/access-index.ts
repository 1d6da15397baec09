import type { FormatId, PackageName, PackageRef } from '../model/ids.ts'
import type { Holder } from '../model/records.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { ItemKey } from './dynamodb-items.ts'
import { accessKey } from './keys.ts'
import type { Page, Paging } from './orgs.ts'

/**
 * Which packages somebody has a right in: an item for each holder and package. Proposes only, like the search index that
 * it is kept up to date with: ask the head.
 */
export class AccessIndex {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /** Puts a package into these lists. Repeatable; redone, and undone in the end, by whoever indexes the package. */
  async propose(ref: PackageRef, holders: readonly Holder[]): Promise<void> {
    if (holders.length > 0) await this.#db.batchWrite('packages', { put: accessItems(ref, holders) })
  }

  /** By name, a page at a time. */
  async find(format: FormatId, holder: Holder, { after, limit }: Paging): Promise<Page<PackageName>> {
    const partition = accessKey(format, holder)
    const page = await this.#db.query('packages', {
      partition,
      consistent: true,
      limit,
      ...(after === undefined ? {} : { after: { package: partition, item: after } }),
    })
    const entries = page.items.map((item) => String(item['item']) as PackageName)
    const last = entries.at(-1)
    return { entries, ...(page.next === undefined || last === undefined ? {} : { next: last }) }
  }
}

export function accessItems(ref: PackageRef, holders: readonly Holder[]): readonly ItemKey[] {
  return holders.map((holder) => ({ package: accessKey(ref.format, holder), item: ref.name }))
}
