import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDynamoDbServer } from '../../src/node/local/dynamodb-server.ts'
import type { LocalServer } from '../../src/node/local/listen.ts'
import { startS3Server } from '../../src/node/local/s3-server.ts'
import { startSqsServer } from '../../src/node/local/sqs-server.ts'
import type { ServiceName } from '../../src/storage/aws.ts'
import type { Account } from './given-storage.ts'

/** How to reach local servers: all that another process needs to know of them. */
export interface LocalServers extends Account {
  readonly ports: Readonly<Partial<Record<ServiceName, number>>>
}

const starters = { s3: startS3Server, dynamodb: startDynamoDbServer, sqs: startSqsServer }

/** A key pair that nobody else has. */
export function localAccount(): Account {
  const credentials = {
    accessKeyId: `LOCAL${randomBytes(6).toString('hex')}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  }
  return { credentials, region: 'eu-central-1' }
}

/** Starts them in this process, in a folder of their own. */
export async function startServers(
  services: readonly ServiceName[],
  account: Account,
): Promise<LocalServers & { close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'deckle-storage-'))
  const started = await Promise.all(
    services.map(async (name): Promise<readonly [ServiceName, LocalServer]> => {
      return [name, await starters[name]({ port: 0, directory: join(directory, name), inMemory: true, ...account })]
    }),
  )
  return {
    ...account,
    ports: Object.fromEntries(started.map(([name, { port }]) => [name, port])),
    close: async () => {
      await Promise.all(started.map(([, server]) => server.close()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}
