import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBucket, createQueues, createTables } from '../../src/node/local/create-tables.ts'
import { startDynamoDbServer } from '../../src/node/local/dynamodb-server.ts'
import type { LocalServer } from '../../src/node/local/listen.ts'
import { startS3Server } from '../../src/node/local/s3-server.ts'
import { startSqsServer } from '../../src/node/local/sqs-server.ts'
import type { ServiceName } from '../../src/storage/aws.ts'
import type { Credentials } from '../../src/storage/credentials.ts'
import { type Account, accountOfEnvironment, givenEndpoint, serviceNames } from './given-storage.ts'
import { removeStorage } from './remove-storage.ts'
import { type StorageClients, storageClients } from './storage-clients.ts'

/** Servers to test against, and clients of them. */
export interface StorageUnderTest extends StorageClients {
  /** All services are local servers: these check more than others do. */
  readonly isLocal: boolean
  readonly region: string
  readonly credentials: Credentials
  readonly endpoints: Readonly<Record<ServiceName, string>>
  close(): Promise<void>
}

const starters = { s3: startS3Server, dynamodb: startDynamoDbServer, sqs: startSqsServer }

/**
 * Starts local servers in this process, in a folder of their own, with a key pair of their own. A service whose
 * `DECKLE_TEST_…_ENDPOINT` is set is taken from there instead, with the usual AWS variables, which the local ones beside
 * it then take too. Bucket, tables and queues are made for this run, and removed by `close`.
 */
export async function startStorage(services: readonly ServiceName[] = serviceNames): Promise<StorageUnderTest> {
  const given = services.filter((service) => givenEndpoint(service) !== undefined)
  const { credentials, region } = given.length > 0 ? accountOfEnvironment() : ownAccount()
  const started = services.filter((service) => !given.includes(service))
  const servers = await startServers(started, credentials, region)
  const endpointOf = (service: ServiceName) =>
    givenEndpoint(service) ?? `http://127.0.0.1:${servers.ports[service] ?? 0}`
  const endpoints = { s3: endpointOf('s3'), dynamodb: endpointOf('dynamodb'), sqs: endpointOf('sqs') }
  const prefix = `deckle-test-${randomBytes(4).toString('hex')}`
  const storage = storageClients({ credentials, region }, endpoints, prefix)
  const creators: Readonly<Record<ServiceName, () => Promise<void>>> = {
    s3: () => createBucket(storage.service('s3'), storage.bucket),
    dynamodb: () => createTables(storage.dynamodb),
    sqs: () => createQueues(storage.sqs),
  }
  await Promise.all(services.map((name) => creators[name]()))
  return {
    isLocal: given.length === 0,
    region,
    credentials,
    endpoints,
    ...storage,
    close: async () => {
      await removeStorage(storage, given)
      await servers.close()
    },
  }
}

function ownAccount(): Account {
  const credentials = {
    accessKeyId: `LOCAL${randomBytes(6).toString('hex')}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  }
  return { credentials, region: 'eu-central-1' }
}

async function startServers(services: readonly ServiceName[], credentials: Credentials, region: string) {
  const directory = await mkdtemp(join(tmpdir(), 'deckle-storage-'))
  const started = await Promise.all(
    services.map(async (name): Promise<readonly [ServiceName, LocalServer]> => {
      return [name, await starters[name]({ port: 0, directory: join(directory, name), credentials, region })]
    }),
  )
  const ports: Partial<Record<ServiceName, number>> = Object.fromEntries(
    started.map(([name, { port }]) => [name, port]),
  )
  return {
    ports,
    close: async () => {
      await Promise.all(started.map(([, server]) => server.close()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}
