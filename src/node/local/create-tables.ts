import { setTimeout } from 'node:timers/promises'
import { isJsonObject, type JsonObject } from '../../std/json.ts'
import { type AwsService, StorageError } from '../../storage/aws.ts'
import type { DynamoDb } from '../../storage/dynamodb.ts'
import { fieldOf, listOf } from '../../storage/dynamodb-items.ts'
import { bucketUrl } from '../../storage/s3-address.ts'
import type { QueueName, Sqs } from '../../storage/sqs.ts'
import { queues, type TableDefinition, type TableName, tables } from '../../storage/tables.ts'
import { escapeXml } from '../../storage/xml.ts'

export interface StorageToCreate {
  readonly dynamodb: DynamoDb
  readonly sqs: Sqs
  readonly s3: AwsService
  readonly bucket: string
}

/**
 * Creates what is absent of the bucket, the tables and the queues, and waits until it is usable. Can be repeated. For
 * local and compatible servers: on AWS the infrastructure code does it.
 */
export async function createStorage({ dynamodb, sqs, s3, bucket }: StorageToCreate): Promise<void> {
  await Promise.all([createBucket(s3, bucket), createTables(dynamodb), createQueues(sqs)])
}

const isTableName = (name: string): name is TableName => Object.hasOwn(tables, name)
const tableNames = () => Object.keys(tables).filter(isTableName)

export async function createBucket(s3: AwsService, bucket: string): Promise<void> {
  const url = bucketUrl(s3.endpoint, bucket, 'path')
  const request = { operation: 'CreateBucket', method: 'PUT', url, ...location(s3.region), idempotent: true } as const
  const created = s3.send(request, (response) => response.body?.cancel())
  await unless(created, ['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'])
}

/** In its first region S3 takes no location; in all others it demands one. */
function location(region: string): { readonly body?: string } {
  if (region === 'us-east-1') return {}
  const xmlns = 'http://s3.amazonaws.com/doc/2006-03-01/'
  const constraint = `<LocationConstraint>${escapeXml(region)}</LocationConstraint>`
  return { body: `<CreateBucketConfiguration xmlns="${xmlns}">${constraint}</CreateBucketConfiguration>` }
}

export async function createTables(dynamodb: DynamoDb): Promise<void> {
  await Promise.all(tableNames().map((table) => createTable(dynamodb, table)))
}

async function createTable(dynamodb: DynamoDb, table: TableName): Promise<void> {
  const definition: TableDefinition = tables[table]
  if (!(await describe(dynamodb, table))) {
    await unless(dynamodb.call('CreateTable', tableInput(dynamodb.tableName(table), definition)), [
      'ResourceInUseException',
    ])
  }
  let description = await describe(dynamodb, table)
  for (; description?.['TableStatus'] !== 'ACTIVE'; description = await describe(dynamodb, table)) await setTimeout(20)
  const indexes = listOf(description['GlobalSecondaryIndexes']).map((index) => fieldOf(index, 'IndexName'))
  const missing = Object.keys(definition.indexes).filter((index) => !indexes.includes(index))
  if (missing.length > 0) {
    throw new Error(`table ${dynamodb.tableName(table)} was made by another version: it has no index ${missing.join()}`)
  }
  if (definition.ttl !== undefined) await expireBy(dynamodb, table, definition.ttl)
}

async function describe(dynamodb: DynamoDb, table: TableName): Promise<JsonObject | undefined> {
  const input = { TableName: dynamodb.tableName(table) }
  const output = await unless(dynamodb.call('DescribeTable', input), ['ResourceNotFoundException'])
  const description = fieldOf(output, 'Table')
  return isJsonObject(description) ? description : undefined
}

function tableInput(name: string, { partitionKey, sortKey, indexes }: TableDefinition): object {
  const secondary = Object.entries(indexes)
  const keys = [{ partitionKey, sortKey }, ...secondary.map(([, index]) => index)]
  const attributes = new Set(keys.flatMap((key) => [key.partitionKey, key.sortKey ?? key.partitionKey]))
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...attributes].map((attribute) => ({ AttributeName: attribute, AttributeType: 'S' })),
    KeySchema: keySchema(partitionKey, sortKey),
    ...(secondary.length > 0 && {
      GlobalSecondaryIndexes: secondary.map(([index, key]) => ({
        IndexName: index,
        KeySchema: keySchema(key.partitionKey, key.sortKey),
        Projection: { ProjectionType: 'ALL' },
      })),
    }),
  }
}

function keySchema(partitionKey: string, sortKey: string | undefined): readonly object[] {
  const partition = { AttributeName: partitionKey, KeyType: 'HASH' }
  return sortKey === undefined ? [partition] : [partition, { AttributeName: sortKey, KeyType: 'RANGE' }]
}

/** dynalite does not expire items, and does not know how it would be told to. */
async function expireBy(dynamodb: DynamoDb, table: TableName, attribute: string): Promise<void> {
  const TimeToLiveSpecification = { AttributeName: attribute, Enabled: true }
  const told = dynamodb.call('UpdateTimeToLive', { TableName: dynamodb.tableName(table), TimeToLiveSpecification })
  // DynamoDB answers ValidationException when it expires by this attribute already.
  await unless(told, ['UnknownOperationException', 'ValidationException'])
}

export async function createQueues(sqs: Sqs): Promise<void> {
  const { jobs, deadLetters } = queues
  await createQueue(sqs, 'deadLetters', { MessageRetentionPeriod: String(deadLetters.retentionS) })
  const QueueUrl = await sqs.queueUrl('deadLetters')
  const { Attributes } = await sqs.call('GetQueueAttributes', { QueueUrl, AttributeNames: ['QueueArn'] })
  const redrive = { deadLetterTargetArn: fieldOf(Attributes, 'QueueArn'), maxReceiveCount: jobs.maxReceives }
  await createQueue(sqs, 'jobs', {
    MessageRetentionPeriod: String(jobs.retentionS),
    VisibilityTimeout: String(jobs.visibilityTimeoutS),
    RedrivePolicy: JSON.stringify(redrive),
  })
}

async function createQueue(sqs: Sqs, queue: QueueName, attributes: Readonly<Record<string, string>>): Promise<void> {
  const url = await unless(sqs.queueUrl(queue), ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'])
  if (url === undefined) await sqs.call('CreateQueue', { QueueName: sqs.queueName(queue), Attributes: attributes })
  else await sqs.call('SetQueueAttributes', { QueueUrl: url, Attributes: attributes })
}

/** `undefined` if the request failed with one of the codes. */
async function unless<T>(request: Promise<T>, codes: readonly string[]): Promise<T | undefined> {
  try {
    return await request
  } catch (error) {
    if (error instanceof StorageError && codes.includes(error.code)) return undefined
    throw error
  }
}
