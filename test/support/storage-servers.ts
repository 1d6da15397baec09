import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { createBucket, createQueues, createTables } from '../../src/node/local/create-tables.ts'
import type { ServiceName } from '../../src/storage/aws.ts'
import type { Credentials } from '../../src/storage/credentials.ts'
import { accountOfEnvironment, givenEndpoint, serviceNames } from './given-storage.ts'
import { localAccount, startServers } from './local-servers.ts'
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

/**
 * A bucket, tables and queues of its own, removed by `close` where they would stay: on the local servers that a project
 * shares (`shared-servers.ts`), or else on some that it starts in this process. A service whose `DECKLE_TEST_…_ENDPOINT`
 * is set is taken from there instead, with the usual AWS variables, which the local ones beside it then take too.
 */
export async function startStorage(services: readonly ServiceName[] = serviceNames): Promise<StorageUnderTest> {
  const given = services.filter((service) => givenEndpoint(service) !== undefined)
  const shared = inject('localServers')
  const { credentials, region } = shared ?? (given.length > 0 ? accountOfEnvironment() : localAccount())
  const missing = services.filter((service) => !given.includes(service))
  const own = shared === undefined ? await startServers(missing, { credentials, region }) : undefined
  const ports = (shared ?? own)?.ports ?? {}
  const endpointOf = (service: ServiceName) => givenEndpoint(service) ?? `http://127.0.0.1:${ports[service] ?? 0}`
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
      await own?.close()
    },
  }
}
