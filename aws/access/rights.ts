import { gatePaths } from '../../src/model/gate-paths.ts'
import type { queues, TableName, tables } from '../../src/storage/tables.ts'

export type QueueName = keyof typeof queues

/** Of the storage stack. */
export type SecretName = 'session-keys' | 'secret-key'

type IndexName<T extends TableName> = keyof (typeof tables)[T]['indexes'] & string

/** What one component may do: actions without their service, by table, index, prefix of the bucket, queue and secret. */
export interface Rights {
  readonly tables: { readonly [T in TableName]?: readonly string[] }
  /** Indexes that may be queried. */
  readonly indexes: { readonly [T in TableName]?: readonly IndexName<T>[] }
  readonly objects: Readonly<Record<string, readonly string[]>>
  readonly queues: { readonly [Q in QueueName]?: readonly string[] }
  readonly secrets: { readonly [S in SecretName]?: readonly string[] }
  /** What the validators may be asked, by path (`src/model/gate-paths.ts`). */
  readonly questions: readonly string[]
}

/** The entries of one part of rights, with the names that it may have. */
export function entriesOf<K extends string>(
  part: {
    readonly [N in K]?: readonly string[]
  },
): readonly (readonly [K, readonly string[]])[] {
  const found: [K, readonly string[]][] = []
  for (const name in part) found.push([name, part[name] ?? []])
  return found
}

/**
 * The request path: the worker at the edge, and the Lambda with the same app. It cannot write under `packages/` or
 * remove anything there: what people download is decided by the validator alone.
 */
export const requestPathRights: Rights = {
  tables: {
    users: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
    tokens: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'],
    orgs: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    audit: ['PutItem', 'Query'],
    logins: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
    packages: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'],
    uploads: ['BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    downloads: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'BatchWriteItem'],
  },
  indexes: {
    users: ['byName'],
    orgs: ['byName'],
    audit: ['byActor', 'byTarget', 'byAction'],
    packages: ['byFormat', 'byWork'],
    downloads: ['byUser'],
  },
  objects: {
    'staging/': ['PutObject', 'AbortMultipartUpload', 'DeleteObject'],
    // Links are followed with the rights of who signed them; whether a file is whole is looked at
    'uploads/': ['PutObject', 'GetObject', 'ListMultipartUploadParts', 'AbortMultipartUpload', 'DeleteObject'],
    'packages/': ['GetObject'],
    'manifests/': ['GetObject'],
    'snapshots/': ['GetObject', 'PutObject', 'DeleteObject'],
    'reports/': ['GetObject'],
    'dry-runs/': ['GetObject'],
    'scripts/': ['GetObject', 'PutObject'],
  },
  queues: { jobs: ['GetQueueUrl', 'SendMessage'] },
  secrets: { 'session-keys': ['GetSecretValue'], 'secret-key': ['GetSecretValue'] },
  questions: Object.values(gatePaths),
}

/** The request path where there is a copy: it reads, for as long as the home region does not answer. */
export const copyRights: Rights = {
  tables: {
    users: ['GetItem', 'BatchGetItem'],
    tokens: ['BatchGetItem', 'Query'],
    orgs: ['GetItem', 'Query'],
    audit: ['Query'],
    logins: ['GetItem'],
    packages: ['GetItem', 'BatchGetItem', 'Query'],
    uploads: ['BatchGetItem', 'Query'],
    downloads: ['Query'],
  },
  indexes: {
    users: ['byName'],
    orgs: ['byName'],
    audit: ['byActor', 'byTarget', 'byAction'],
    packages: ['byFormat'],
    downloads: ['byUser'],
  },
  objects: {
    'packages/': ['GetObject'],
    'manifests/': ['GetObject'],
    'snapshots/': ['GetObject'],
    'reports/': ['GetObject'],
    'dry-runs/': ['GetObject'],
    'scripts/': ['GetObject'],
  },
  queues: {},
  secrets: { 'session-keys': ['GetSecretValue'] },
  questions: [],
}

/** Opens files and publishes them. It knows packages, their files and how often they were downloaded, and
 * nobody's account, token or login. */
export const validatorRights: Rights = {
  tables: {
    packages: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'BatchWriteItem'],
    // Counts them, and search ranks packages by their number
    downloads: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'BatchWriteItem'],
    // Ends the sessions that nobody has ended
    uploads: ['BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
  },
  indexes: { packages: ['byWork', 'byFormat'], uploads: ['byWork'] },
  objects: {
    'staging/': ['GetObject', 'DeleteObject'],
    'uploads/': ['GetObject', 'DeleteObject', 'AbortMultipartUpload'],
    // The last two for files that are copied in parts
    'packages/': ['GetObject', 'PutObject', 'DeleteObject', 'ListMultipartUploadParts', 'AbortMultipartUpload'],
    'manifests/': ['GetObject', 'PutObject'],
    'snapshots/': ['GetObject', 'PutObject', 'DeleteObject'],
    'reports/': ['PutObject'],
    'dry-runs/': ['PutObject'],
    'scripts/': ['GetObject'],
  },
  queues: { jobs: ['GetQueueUrl', 'ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'SendMessage'] },
  secrets: {},
  questions: [],
}
