/**
 * The one definition of tables, indexes, queues and bucket prefixes: plain data, read by the stores, by the local
 * stack and by the infrastructure code. All keys are strings; tables are on-demand.
 */
export interface TableDefinition {
  readonly partitionKey: string
  readonly sortKey?: string
  /** Attribute with an expiry in seconds since the epoch. */
  readonly ttl?: string
  /** Items are only ever added. */
  readonly appendOnly?: true
  readonly indexes: Readonly<Record<string, { readonly partitionKey: string; readonly sortKey: string }>>
}

export const tables = {
  /**
   * Accounts by the key of their name; `byName` lists them. Names that can be no account (an organisation's, that of
   * somebody who is gone) have an item with `reserved` instead, and are not listed.
   */
  users: { partitionKey: 'account', indexes: { byName: { partitionKey: 'listing', sortKey: 'username' } } },
  /** Under an account's key, so that somebody's are one query: `item` = `token/<id>` or `session/<id>`. */
  tokens: { partitionKey: 'account', sortKey: 'item', ttl: 'ttl', indexes: {} },
  /**
   * Organisations: `item` = `org`, `team/<name>`, `member/<user>` or `joined/<team id>/<user>`. Accounts say who is a
   * member of what; the items here propose whom to ask.
   */
  orgs: {
    partitionKey: 'org',
    sortKey: 'item',
    indexes: { byName: { partitionKey: 'listing', sortKey: 'org' } },
  },
  /**
   * Who did what to whom: `day` = `<YYYY-MM-DD>`, `item` = `<time>#<random>`. Append-only: no role may change or remove
   * an item, and the code only puts what is not there.
   */
  audit: {
    partitionKey: 'day',
    sortKey: 'item',
    appendOnly: true,
    indexes: {
      byActor: { partitionKey: 'actor', sortKey: 'item' },
      byTarget: { partitionKey: 'target', sortKey: 'item' },
      byAction: { partitionKey: 'action', sortKey: 'item' },
    },
  },
  /**
   * Short-lived items around logging in, by kind: `attempts/…` (counters), `web/<id>` (web logins), `invite/<digest>`
   * and `reset/<digest>` (links that an administrator made). `byListing` is sparse: it lists invitations.
   */
  logins: {
    partitionKey: 'login',
    ttl: 'ttl',
    indexes: { byListing: { partitionKey: 'listing', sortKey: 'createdAt' } },
  },
  /**
   * `package` = `<format>/<name>`; `item` = `head`, `version/<version>`, `search` or `stored`. Beside them, under
   * `search/<format>/<term>`, one item for each package that the term finds, and under `stars/<user>` one for each
   * that somebody starred, and under `access/<format>/<holder>` one for each that a user, team or organisation has a
   * right in, and under `stored/<account>` the total of what is stored. `byWork` is sparse: only items that something is left to do for have `work`. `byFormat`
   * lists packages: only heads have `listing`.
   */
  packages: {
    partitionKey: 'package',
    sortKey: 'item',
    indexes: {
      byWork: { partitionKey: 'work', sortKey: 'workDueAt' },
      byFormat: { partitionKey: 'listing', sortKey: 'name' },
    },
  },
  /**
   * Upload sessions under their account's key: `item` = `open/<id>`, or `closed/<id>` for what became of it, which
   * expires. Under `org/<name>`, the ids of those that may be open for an organisation, which expire too. `byWork` is sparse: open ones by the time that they end.
   */
  uploads: {
    partitionKey: 'account',
    sortKey: 'item',
    ttl: 'ttl',
    indexes: { byWork: { partitionKey: 'work', sortKey: 'workDueAt' } },
  },
  /** Download events and daily counters; `byUser` finds the events of one user by time. */
  downloads: {
    partitionKey: 'bucket',
    sortKey: 'item',
    ttl: 'ttl',
    indexes: { byUser: { partitionKey: 'username', sortKey: 'at' } },
  },
} as const satisfies Record<string, TableDefinition>

export type TableName = keyof typeof tables

export const queues = {
  /** Versions to be settled. After `maxReceives` a message moves to `deadLetters`. */
  jobs: { name: 'jobs', visibilityTimeoutS: 60, maxReceives: 5, retentionS: 4 * 86_400 },
  deadLetters: { name: 'jobs-dead', retentionS: 14 * 86_400 },
} as const

/**
 * Days after which an object under the prefix is removed by the bucket's lifecycle rule. S3 counts the age of an object
 * from the beginning of its upload: one under `uploads/` may have taken as long as a session can last.
 */
export const expiringPrefixes = { 'staging/': 1, 'uploads/': 16, 'dry-runs/': 31 } as const
/** The same for uploads in parts that were never completed; a copy to `packages/` that is older begins anew. */
export const unfinishedUploadDays = 15
/** The longest that an upload session can last, however active. */
export const uploadSessionDays = 14
