import { chunksOf } from '../std/chunks.ts'
import type { Json, JsonObject } from '../std/json.ts'
import { type AwsService, StorageError } from './aws.ts'
import { callJson } from './aws-json.ts'
import { type Change, type Condition, Expressions, type SortCondition } from './dynamodb-expressions.ts'
import { fieldOf, type Item, type ItemKey, itemOf, itemsOf, keyOf, listOf, marshal } from './dynamodb-items.ts'
import { type TableDefinition, type TableName, tables } from './tables.ts'

/**
 * `ambiguous`: an attempt before went unanswered, so the condition may have been broken by this very write. Read the
 * item before concluding that somebody else was first.
 */
export interface ConditionFailed {
  readonly outcome: 'condition_failed'
  readonly ambiguous: boolean
}
export type WriteOutcome = { readonly outcome: 'done' } | ConditionFailed
/** `item` is the whole item after the update, if it was asked for. */
export type UpdateOutcome = { readonly outcome: 'done'; readonly item?: Item } | ConditionFailed

type Indexes<T extends TableName> = keyof (typeof tables)[T]['indexes'] & string

export interface QueryOptions<T extends TableName> {
  readonly index?: Indexes<T>
  /** Value of the partition key. */
  readonly partition: string
  readonly sort?: SortCondition
  /** Not possible on an index. */
  readonly consistent?: boolean
  readonly descending?: boolean
  /** Items to read in this call, before `filter` and at most 1 MB of them. */
  readonly limit?: number
  /** `next` of the page before. */
  readonly after?: ItemKey
  readonly filter?: Condition
  readonly projection?: readonly string[]
}

export interface QueryPage {
  readonly items: readonly Item[]
  /** More may follow: the `after` of the next page. */
  readonly next?: ItemKey
}

export interface DynamoDbOptions {
  readonly service: AwsService
  /** Stands before each table's name. */
  readonly tablePrefix: string
}

const readChunk = 100
const writeChunk = 25
/** Rounds in which nothing was processed before a batch fails. */
const idleRounds = 8

/**
 * Items and their conditional writes. Items are plain data (attributes that are `undefined` are left out); binary
 * attributes are not supported. Every method throws `StorageError` for what is not in its result.
 */
export class DynamoDb {
  readonly #service: AwsService
  readonly #prefix: string

  constructor(options: DynamoDbOptions) {
    this.#service = options.service
    this.#prefix = options.tablePrefix
  }

  async get(
    table: TableName,
    key: ItemKey,
    options: { readonly consistent?: boolean } = {},
  ): Promise<Item | undefined> {
    const input = { TableName: this.tableName(table), Key: marshal(key), ConsistentRead: options.consistent ?? false }
    return itemOf((await this.call('GetItem', input))['Item'])
  }

  /** Replaces the whole item. A repeated write puts the same item, so it is repeated when its answer is lost. */
  put(table: TableName, item: object, options: { readonly condition?: Condition } = {}): Promise<WriteOutcome> {
    return this.#write('PutItem', { TableName: this.tableName(table), Item: marshal(item) }, options.condition)
  }

  /**
   * Creates the item when there is none: say so in the condition if that is wrong. A change that adds to a number is not
   * repeated when its answer is lost: the error is then `uncertain`.
   */
  async update(
    table: TableName,
    key: ItemKey,
    change: Change & { readonly condition?: Condition; readonly returnNew?: boolean },
  ): Promise<UpdateOutcome> {
    const expressions = new Expressions()
    const input = {
      TableName: this.tableName(table),
      Key: marshal(key),
      UpdateExpression: expressions.update(change),
      ReturnValues: change.returnNew ? 'ALL_NEW' : 'NONE',
    }
    const idempotent = Object.values(change.add ?? {}).every((value) => typeof value !== 'number')
    return this.#write('UpdateItem', input, change.condition, expressions, idempotent)
  }

  /** Absent is fine, unless the condition says otherwise. */
  remove(table: TableName, key: ItemKey, options: { readonly condition?: Condition } = {}): Promise<WriteOutcome> {
    return this.#write('DeleteItem', { TableName: this.tableName(table), Key: marshal(key) }, options.condition)
  }

  /** One page of the items of a partition, in the order of their sort keys. */
  async query<T extends TableName>(table: T, options: QueryOptions<T>): Promise<QueryPage> {
    const { index, sort, filter, projection, limit, after } = options
    const keys = keysOf(table, index)
    const expressions = new Expressions()
    const input = {
      TableName: this.tableName(table),
      ...(index !== undefined && { IndexName: index }),
      KeyConditionExpression: expressions.key([keys.partitionKey, options.partition], keys.sortKey, sort),
      ...(filter && { FilterExpression: expressions.condition(filter) }),
      ...(projection && { ProjectionExpression: expressions.projection(projection) }),
      ConsistentRead: options.consistent ?? false,
      ScanIndexForward: !options.descending,
      ...(limit !== undefined && { Limit: limit }),
      ...(after && { ExclusiveStartKey: marshal(after) }),
      ...expressions.fields(),
    }
    const output = await this.call('Query', input)
    const next = keyOf(output['LastEvaluatedKey'])
    return { items: itemsOf(output['Items']), ...(next && { next }) }
  }

  /** The items that exist, in no particular order. Any number of keys. */
  async batchGet(
    table: TableName,
    keys: readonly ItemKey[],
    options: { readonly consistent?: boolean } = {},
  ): Promise<readonly Item[]> {
    const name = this.tableName(table)
    const distinct = new Map(keys.map((key) => [JSON.stringify(key), marshal(key)]))
    const items: Item[] = []
    for (const chunk of chunksOf([...distinct.values()], readChunk)) {
      await this.#untilProcessed('BatchGetItem', chunk, async (rest) => {
        const request = { Keys: rest, ConsistentRead: options.consistent ?? false }
        const output = await this.call('BatchGetItem', { RequestItems: { [name]: request } })
        items.push(...itemsOf(fieldOf(output['Responses'], name)))
        return listOf(fieldOf(fieldOf(output['UnprocessedKeys'], name), 'Keys'))
      })
    }
    return items
  }

  /** One item of each of several tables, in one request; those that exist. */
  async getOneOfEach<T extends TableName>(
    keys: Readonly<Record<T, ItemKey>>,
    options: { readonly consistent?: boolean } = {},
  ): Promise<Readonly<Partial<Record<T, Item>>>> {
    const found: Partial<Record<T, Item>> = {}
    const tablesAsked = Object.keys(keys) as T[]
    await this.#untilProcessed('BatchGetItem', tablesAsked, async (rest) => {
      const asked = rest as readonly T[]
      const ConsistentRead = options.consistent ?? false
      const requests = asked.map((table) => [this.tableName(table), { Keys: [marshal(keys[table])], ConsistentRead }])
      const output = await this.call('BatchGetItem', { RequestItems: Object.fromEntries(requests) })
      for (const table of asked) {
        const [item] = itemsOf(fieldOf(output['Responses'], this.tableName(table)))
        if (item !== undefined) found[table] = item
      }
      return asked.filter((table) => fieldOf(output['UnprocessedKeys'], this.tableName(table)) !== undefined)
    })
    return found
  }

  /** Unconditional puts and removals, each item at most once, in no particular order and not as one. Any number. */
  async batchWrite(
    table: TableName,
    writes: { readonly put?: readonly object[]; readonly remove?: readonly ItemKey[] },
  ): Promise<void> {
    const name = this.tableName(table)
    const requests = [
      ...(writes.put ?? []).map((item) => ({ PutRequest: { Item: marshal(item) } })),
      ...(writes.remove ?? []).map((key) => ({ DeleteRequest: { Key: marshal(key) } })),
    ]
    for (const chunk of chunksOf(requests, writeChunk)) {
      await this.#untilProcessed('BatchWriteItem', chunk, async (rest) => {
        const output = await this.call('BatchWriteItem', { RequestItems: { [name]: rest } })
        return listOf(fieldOf(output['UnprocessedItems'], name))
      })
    }
  }

  tableName(table: TableName): string {
    return `${this.#prefix}${table}`
  }

  /** Any operation, in DynamoDB's own words. */
  call(operation: string, input: object, idempotent = true): Promise<JsonObject> {
    return callJson(this.#service, { target: 'DynamoDB_20120810', operation, input, idempotent })
  }

  async #write(
    operation: string,
    input: object,
    condition: Condition | undefined,
    expressions = new Expressions(),
    idempotent = true,
  ): Promise<UpdateOutcome> {
    const conditional = condition ? { ConditionExpression: expressions.condition(condition) } : {}
    try {
      const output = await this.call(operation, { ...input, ...conditional, ...expressions.fields() }, idempotent)
      const item = itemOf(output['Attributes'])
      return { outcome: 'done', ...(item && { item }) }
    } catch (error) {
      if (error instanceof StorageError && error.code === 'ConditionalCheckFailedException') {
        return { outcome: 'condition_failed', ambiguous: error.uncertain }
      }
      throw error
    }
  }

  async #untilProcessed(
    operation: string,
    requests: readonly unknown[],
    send: (rest: readonly unknown[]) => Promise<readonly Json[]>,
  ): Promise<void> {
    let rest = requests
    for (let idle = 0; rest.length > 0; ) {
      const before = rest.length
      rest = await send(rest)
      idle = rest.length < before ? 0 : idle + 1
      if (idle >= idleRounds) throw this.#unprocessed(operation)
      if (rest.length > 0) await this.#service.backOff(idle + 1)
    }
  }

  #unprocessed(operation: string): StorageError {
    const { service } = this.#service
    const detail = 'nothing of the batch was processed'
    return new StorageError({
      service,
      operation,
      status: 200,
      code: 'ThrottlingException',
      retryable: true,
      uncertain: false,
      detail,
    })
  }
}

function keysOf(table: TableName, index: string | undefined): Pick<TableDefinition, 'partitionKey' | 'sortKey'> {
  const definition: TableDefinition = tables[table]
  return (index === undefined ? undefined : definition.indexes[index]) ?? definition
}
