import type { FormatId, PackageName, PackageRef } from '../model/ids.ts'
import type { DynamoDb } from './dynamodb.ts'
import { namesKey } from './keys.ts'

const item = 'first'

/** Which name came first of those that look alike, by what they have in common. Proposes only: ask the head. */
export class Names {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  async first(format: FormatId, likeness: string): Promise<PackageName | undefined> {
    const found = await this.#db.get('packages', { package: namesKey(format, likeness), item }, { consistent: true })
    return found === undefined ? undefined : (String(found['name']) as PackageName)
  }

  /** Notes a name, unless another one came first. Repeatable. */
  async note(ref: PackageRef, likeness: string): Promise<void> {
    const key = { package: namesKey(ref.format, likeness), item }
    await this.#db.put('packages', { ...key, name: ref.name }, { condition: { attributeNotExists: 'package' } })
  }
}
