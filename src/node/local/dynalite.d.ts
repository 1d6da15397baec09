declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** An HTTP server over a LevelDB in `path` (in memory without). Closing the server closes the database. */
  export default function dynalite(options: {
    readonly path?: string
    readonly createTableMs?: number
    readonly deleteTableMs?: number
    readonly updateTableMs?: number
  }): Server
}

declare module 'dynalite/db/index.js' {
  export type Attributes = Readonly<Record<string, unknown>>
  type Done = (error?: Error | null) => void
  export interface Table {
    readonly TableName: string
    readonly KeySchema: readonly { readonly AttributeName: string }[]
    readonly LocalSecondaryIndexes?: readonly object[]
    readonly GlobalSecondaryIndexes?: readonly object[]
  }
  interface Store {
    readonly db: { batch(operations: readonly object[], done: Done): void }
  }
  interface IndexActions {
    readonly puts: readonly { readonly index: string; readonly key: string; readonly item: Attributes }[]
    readonly deletes: readonly { readonly index: string; readonly key: string }[]
  }
  /** What the actions call through, which makes each function replaceable. */
  const database: {
    createKey(item: Attributes, table: Table): string
    getIndexActions(
      indexes: readonly object[],
      existing: Attributes | null | undefined,
      item: Attributes | null | undefined,
      table: Table,
    ): IndexActions
    updateIndexes(
      store: Store,
      table: Table,
      existing: Attributes | null | undefined,
      item: Attributes | null | undefined,
      done: Done,
    ): void
  }
  export default database
}
