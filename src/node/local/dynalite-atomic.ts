import database, { type Attributes, type Table } from 'dynalite/db/index.js'

/** An item as it is now, in DynamoDB's notation; undefined: it is gone. */
export interface ItemChange {
  readonly table: string
  readonly key: object
  readonly item: object | undefined
}

/**
 * Makes a write of an item and of its index entries one batch of LevelDB. dynalite writes them one after the other,
 * index first: killed in between, it keeps an item that an index no longer knows, and the sweeper finds work by index.
 * The actions write the item itself once more afterwards, which changes nothing.
 * @param changed told of every write once it is made, by any server of this process
 */
export function writeItemsAtomically(changed?: (change: ItemChange) => void): void {
  database.updateIndexes = (store, table, existing, item, done) => {
    const written = item ?? existing
    if (!written) return done()
    const key = `item-${table.TableName}~${database.createKey(written, table)}`
    const operations: object[] = (['Local', 'Global'] as const).flatMap((kind) => {
      const { puts, deletes } = database.getIndexActions(table[`${kind}SecondaryIndexes`] ?? [], existing, item, table)
      // The prefixes of dynalite's own sub-databases.
      const prefix = (index: string) => `index-${kind.toLowerCase()}~${table.TableName}~${index}~`
      return [
        ...deletes.map((entry) => ({ type: 'del', key: prefix(entry.index) + entry.key })),
        ...puts.map((entry) => ({ type: 'put', key: prefix(entry.index) + entry.key, value: entry.item })),
      ]
    })
    operations.push(item ? { type: 'put', key, value: item } : { type: 'del', key })
    store.db.batch(operations, (error) => {
      if (!error) changed?.({ table: table.TableName, key: keyOf(written, table), item: item ?? undefined })
      done(error)
    })
  }
}

function keyOf(item: Attributes, { KeySchema }: Table): object {
  return Object.fromEntries(KeySchema.map(({ AttributeName: name }) => [name, item[name]]))
}
