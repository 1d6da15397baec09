import type { PackageRef, Username } from '../model/ids.ts'
import type { DynamoDb } from './dynamodb.ts'
import { packageKey, parsePackageKey, starsKey } from './keys.ts'

/** Who likes which package: an item for each star, so that each change is one write that can be repeated. */
export class Stars {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  async add(username: Username, ref: PackageRef): Promise<void> {
    await this.#db.put('packages', keyOf(username, ref))
  }

  /** Absent is fine. */
  async remove(username: Username, ref: PackageRef): Promise<void> {
    await this.#db.remove('packages', keyOf(username, ref))
  }

  /** Takes all that somebody has given back. Repeatable. */
  async removeAll(username: Username): Promise<void> {
    for (let left = true; left; ) {
      const page = await this.#db.query('packages', { partition: starsKey(username), consistent: true })
      await this.#db.batchWrite('packages', {
        remove: page.items.map((item) => ({ package: starsKey(username), item: String(item['item']) })),
      })
      left = page.next !== undefined
    }
  }

  /** Somebody's stars by name of the package. */
  async list(username: Username, limit: number): Promise<readonly PackageRef[]> {
    const page = await this.#db.query('packages', { partition: starsKey(username), consistent: true, limit })
    return page.items.map((item) => parsePackageKey(String(item['item'])))
  }
}

function keyOf(username: Username, ref: PackageRef) {
  return { package: starsKey(username), item: packageKey(ref) }
}
