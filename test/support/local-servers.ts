import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDynamoDbServer } from '../../src/node/local/dynamodb-server.ts'
import type { LocalServer } from '../../src/node/local/listen.ts'
import { startS3Server } from '../../src/node/local/s3-server.ts'
import { startSqsServer } from '../../src/node/local/sqs-server.ts'
import type { ServiceName } from '../../src/storage/aws.ts'
import type { Credentials } from '../../src/storage/credentials.ts'

/** How to reach local servers: all that another process needs to know of them. */
export interface LocalServers {
  readonly credentials: Credentials
  readonly region: string
  readonly ports: Readonly<Partial<Record<ServiceName, number>>>
}

const starters = { s3: startS3Server, dynamodb: startDynamoDbServer, sqs: startSqsServer }

/** Starts them in this process, in a folder of their own, with a key pair of their own. */
export async function startServers(
  services: readonly ServiceName[],
): Promise<LocalServers & { close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'deckle-storage-'))
  const credentials = {
    accessKeyId: `LOCAL${randomBytes(6).toString('hex')}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  }
  const region = 'eu-central-1'
  const started = await Promise.all(
    services.map(async (name): Promise<readonly [ServiceName, LocalServer]> => {
      return [name, await starters[name]({ port: 0, directory: join(directory, name), credentials, region })]
    }),
  )
  return {
    credentials,
    region,
    ports: Object.fromEntries(started.map(([name, { port }]) => [name, port])),
    close: async () => {
      await Promise.all(started.map(([, server]) => server.close()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}
