import type { Json, JsonObject } from '../../../std/json.ts'
import type { AwsService } from '../../../storage/aws.ts'
import { callJson } from '../../../storage/aws-json.ts'
import { fieldOf, listOf } from '../../../storage/dynamodb-items.ts'
import type { ItemChange } from '../dynalite-atomic.ts'
import { Replicator } from './replicator.ts'

/** Plays DynamoDB's global tables: every item of every table, in one direction. */
export function replicateItems(source: AwsService, target: AwsService): Replicator<ItemChange> {
  return new Replicator<ItemChange>({
    name: `dynamodb in ${target.region}`,
    thingOf: ({ table, key }) => `${table} ${JSON.stringify(key)}`,
    catchUp: () => copyTables(source, target),
    carry: (change) => carry(target, change),
  })
}

function call(service: AwsService, operation: string, input: object): Promise<JsonObject> {
  return callJson(service, { target: 'DynamoDB_20120810', operation, input, idempotent: true })
}

async function carry(target: AwsService, { table, key, item }: ItemChange): Promise<void> {
  if (item === undefined) await call(target, 'DeleteItem', { TableName: table, Key: key })
  else await call(target, 'PutItem', { TableName: table, Item: item })
}

async function copyTables(source: AwsService, target: AwsService): Promise<void> {
  for (const table of listOf((await call(source, 'ListTables', {}))['TableNames'])) {
    const kept = new Set<string>()
    const { Table } = await call(source, 'DescribeTable', { TableName: table })
    const names = listOf(fieldOf(Table, 'KeySchema')).map((part) => String(fieldOf(part, 'AttributeName')))
    const keyOf = (item: Json) => Object.fromEntries(names.map((name) => [name, fieldOf(item, name)]))
    for await (const item of scan(source, table)) {
      kept.add(JSON.stringify(keyOf(item)))
      await call(target, 'PutItem', { TableName: table, Item: item })
    }
    for await (const item of scan(target, table)) {
      if (kept.has(JSON.stringify(keyOf(item)))) continue
      await call(target, 'DeleteItem', { TableName: table, Key: keyOf(item) })
    }
  }
}

async function* scan(service: AwsService, table: Json): AsyncGenerator<Json> {
  let after: Json | undefined
  do {
    const start = after === undefined ? {} : { ExclusiveStartKey: after }
    const page = await call(service, 'Scan', { TableName: table, ConsistentRead: true, ...start })
    yield* listOf(page['Items'])
    after = page['LastEvaluatedKey']
  } while (after !== undefined)
}
