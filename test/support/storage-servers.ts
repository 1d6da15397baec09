import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { createBucket, createQueues, createTables } from '../../src/node/local/create-tables.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { AwsService, type ServiceName } from '../../src/storage/aws.ts'
import { type Credentials, staticCredentials } from '../../src/storage/credentials.ts'
import { DynamoDb } from '../../src/storage/dynamodb.ts'
import { S3 } from '../../src/storage/s3.ts'
import { Sqs } from '../../src/storage/sqs.ts'
import { startServers } from './local-servers.ts'

/** Servers to test against, and clients of them. */
export interface StorageUnderTest {
  /** False when the tests run against AWS, or another compatible endpoint. */
  readonly local: boolean
  readonly region: string
  readonly credentials: Credentials
  readonly endpoints: Readonly<Record<ServiceName, string | undefined>>
  readonly bucket: string
  /** Prefix of the keys of this run, with its slash. */
  readonly folder: string
  readonly s3: S3
  readonly dynamodb: DynamoDb
  readonly sqs: Sqs
  /** A service of its own, for tests that need other credentials, another platform or other limits. */
  service(
    name: ServiceName,
    changes?: { platform?: Platform; credentials?: Credentials; timeoutMs?: number; attempts?: number },
  ): AwsService
  close(): Promise<void>
}

const variables = {
  s3: 'DECKLE_TEST_S3_ENDPOINT',
  dynamodb: 'DECKLE_TEST_DYNAMODB_ENDPOINT',
  sqs: 'DECKLE_TEST_SQS_ENDPOINT',
}

/**
 * A bucket, tables and queues of its own, on the local servers that the project shares (`shared-servers.ts`), or else on
 * some that it starts in this process. When any of the `DECKLE_TEST_…_ENDPOINT` variables is set (`aws` for AWS's own), the tests run against those endpoints instead, with
 * the usual AWS variables, in a bucket (`DECKLE_TEST_BUCKET`, made if absent) and with tables and queues of their own.
 */
export async function startStorage(
  services: readonly ServiceName[] = ['s3', 'dynamodb', 'sqs'],
): Promise<StorageUnderTest> {
  const remote = services.some((service) => process.env[variables[service]])
  const shared = remote ? undefined : inject('localServers')
  const own = remote || shared ? undefined : await startServers(services)
  const servers = shared ?? own
  const endpointOf = (service: ServiceName) => {
    const chosen = remote ? process.env[variables[service]] : `http://127.0.0.1:${servers?.ports[service] ?? 0}`
    return chosen === 'aws' ? undefined : chosen
  }
  const endpoints = { s3: endpointOf('s3'), dynamodb: endpointOf('dynamodb'), sqs: endpointOf('sqs') }
  const credentials = servers?.credentials ?? credentialsOfEnvironment()
  const region = servers?.region ?? process.env['AWS_REGION'] ?? 'us-east-1'
  const run = randomBytes(4).toString('hex')
  const bucket = process.env['DECKLE_TEST_BUCKET'] ?? `deckle-test-${run}`
  const service: StorageUnderTest['service'] = (name, changes = {}) => {
    const { platform = webPlatform, credentials: others = credentials, ...limits } = changes
    const endpoint = endpoints[name]
    return new AwsService({
      service: name,
      region,
      ...(endpoint !== undefined && { endpoint }),
      credentials: staticCredentials(others),
      platform,
      ...limits,
    })
  }
  const storage = {
    s3: new S3({ service: service('s3'), bucket }),
    dynamodb: new DynamoDb({ service: service('dynamodb'), tablePrefix: `deckle-test-${run}-` }),
    sqs: new Sqs({ service: service('sqs'), queuePrefix: `deckle-test-${run}-` }),
  }
  const creators: Readonly<Record<ServiceName, () => Promise<void>>> = {
    s3: () => createBucket(service('s3'), bucket),
    dynamodb: () => createTables(storage.dynamodb),
    sqs: () => createQueues(storage.sqs),
  }
  await Promise.all(services.map((name) => creators[name]()))
  return {
    local: !remote,
    region,
    credentials,
    endpoints,
    bucket,
    folder: `test-${run}/`,
    ...storage,
    service,
    // On shared servers it stays until they end
    close: async () => (remote ? removeRemote(services, storage, `test-${run}/`) : own?.close()),
  }
}

/** What this run made. The bucket stays. */
async function removeRemote(
  services: readonly ServiceName[],
  { s3, dynamodb, sqs }: Pick<StorageUnderTest, 's3' | 'dynamodb' | 'sqs'>,
  folder: string,
): Promise<void> {
  const removers: Readonly<Record<ServiceName, () => Promise<unknown>>> = {
    s3: async () => {
      for (let page = await s3.list(folder); page.objects.length > 0; page = await s3.list(folder)) {
        await Promise.all(page.objects.map(({ key }) => s3.remove(key)))
      }
    },
    dynamodb: () =>
      Promise.all(tableNames.map((table) => dynamodb.call('DeleteTable', { TableName: dynamodb.tableName(table) }))),
    sqs: () =>
      Promise.all(queueNames.map(async (queue) => sqs.call('DeleteQueue', { QueueUrl: await sqs.queueUrl(queue) }))),
  }
  await Promise.all(services.map((name) => removers[name]()))
}

const tableNames = ['users', 'tokens', 'packages', 'downloads'] as const
const queueNames = ['jobs', 'deadLetters'] as const

function credentialsOfEnvironment(): Credentials {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env
  if (!accessKeyId || !secretAccessKey) throw new Error('set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY')
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}
