import { z } from 'zod'
import type { PackageRef } from '../model/ids.ts'
import { type Amount, nothing, type Payer, plus } from '../model/stored.ts'
import type { DynamoDb } from './dynamodb.ts'
import { packageKey, storedItem, storedKey } from './keys.ts'

/** What has a total: who pays, and a part of the registry. */
export type Account = Payer | `registry/${number}`

const count = z.number().int()
const share = z.object({
  payer: z.string().transform((text) => text as Payer),
  amount: z.object({ bytes: count, files: count }),
})
const storedShares = z.object({
  /** The head's, of what was begun last. */
  generation: count,
  /** Counts the writes of this item; the value that compare-and-set compares, and the number of the change that is open. */
  writes: count,
  counted: share.exactOptional(),
  next: share.exactOptional(),
})
const storedTotal = z.object({ bytes: count, files: count, writes: count, marks: z.record(z.string(), count) })

/** What a package stores, and who pays for it. */
export type Share = Readonly<z.infer<typeof share>>

/** What all totals have of a package (`counted`), and what they are about to have; without `next`, no change is open. */
export type Shares = Readonly<z.infer<typeof storedShares>>

/** A total. Its marks name, by package, the changes that it has already and that may be open still. */
export type Total = Readonly<z.infer<typeof storedTotal>>

/** The registry's total is kept in so many parts, so that publishes of different packages rarely meet. */
export const registryParts = 8

/**
 * How much is stored: `stored` among the items of a package has what is counted of it; under `stored/<account>` stands
 * the total of an account. Both in one table, so that a restore to some moment finds them as they were together.
 */
export class StoredTotals {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /** Read consistently. */
  async shares(ref: PackageRef): Promise<Shares | undefined> {
    const item = await this.#db.get('packages', sharesKey(ref), { consistent: true })
    return item === undefined ? undefined : storedShares.parse(item)
  }

  /** Compare-and-set. False: somebody else wrote it, or a lost answer of ours; read it again. */
  replaceShares(ref: PackageRef, before: Shares | undefined, after: Shares): Promise<boolean> {
    return this.#replace({ ...after, ...sharesKey(ref) }, before)
  }

  /** The numbers of the changes that are open, by package key; read consistently. */
  async openChanges(packageKeys: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const keys = packageKeys.map((key) => ({ package: key, item: storedItem }))
    const items = await this.#db.batchGet('packages', keys, { consistent: true })
    const all = items.map((item) => [String(item['package']), storedShares.parse(item)] as const)
    return new Map(all.flatMap(([key, { next, writes }]) => (next === undefined ? [] : [[key, writes]])))
  }

  /** Read consistently. */
  async total(account: Account): Promise<Total | undefined> {
    const item = await this.#db.get('packages', totalKey(account), { consistent: true })
    return item === undefined ? undefined : storedTotal.parse(item)
  }

  /** Compare-and-set. False: somebody else wrote it, or a lost answer of ours; read it again. */
  replaceTotal(account: Account, before: Total | undefined, after: Total): Promise<boolean> {
    return this.#replace({ ...after, ...totalKey(account) }, before)
  }

  /** What somebody stores, as far as it is counted; eventually consistent. */
  async of(payer: Payer): Promise<Amount> {
    const item = await this.#db.get('packages', totalKey(payer))
    return item === undefined ? nothing : amountIn(item)
  }

  /** The same of many, at once. */
  async ofMany(payers: readonly Payer[]): Promise<(payer: Payer) => Amount> {
    const items = await this.#db.batchGet('packages', payers.map(totalKey))
    const amounts = new Map(items.map((item) => [item['package'], amountIn(item)]))
    return (payer) => amounts.get(storedKey(payer)) ?? nothing
  }

  /** What all store, as far as it is counted; eventually consistent. */
  async ofRegistry(): Promise<Amount> {
    const parts = Array.from({ length: registryParts }, (_, part) => totalKey(`registry/${part}`))
    return (await this.#db.batchGet('packages', parts)).map(amountIn).reduce(plus, nothing)
  }

  async #replace(item: object, before: { readonly writes: number } | undefined): Promise<boolean> {
    const condition = before === undefined ? { attributeNotExists: 'package' } : { equals: { writes: before.writes } }
    return (await this.#db.put('packages', item, { condition })).outcome === 'done'
  }
}

const sharesKey = (ref: PackageRef) => ({ package: packageKey(ref), item: storedItem })
const totalKey = (account: Account) => ({ package: storedKey(account), item: 'total' })

function amountIn(item: unknown): Amount {
  const { bytes, files } = storedTotal.parse(item)
  return { bytes, files }
}
