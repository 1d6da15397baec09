import { type Config, parseConfig } from '../../config.ts'
import { webPlatform } from '../../std/platform.ts'
import { AwsService } from '../../storage/aws.ts'
import { wireCredentials } from '../../wire-credentials.ts'
import { wireStores } from '../../wiring.ts'
import { createStorage } from './create-tables.ts'
import { ensureFirstAccount } from './first-account.ts'
import type { Settings } from './settings.ts'

/** Creates tables, bucket and queues when absent, in every region, and the first account. Can be repeated. */
export async function prepare(settings: Settings, password: string): Promise<'created' | 'exists'> {
  const config = parseConfig(settings)
  // Each copy has a queue too, for the day on which it becomes the home
  const storages = [config.storage, ...config.replicas.map((storage) => ({ ...storage, isReplica: false }))]
  await Promise.all(storages.map((storage) => createIn({ ...config, storage })))
  return ensureFirstAccount(settings, password)
}

async function createIn(config: Config): Promise<void> {
  const { db, sqs } = wireStores(config, webPlatform)
  const { region, s3Endpoint, bucket } = config.storage
  const s3 = new AwsService({
    service: 's3',
    region,
    credentials: wireCredentials(config, webPlatform),
    platform: webPlatform,
    ...(s3Endpoint !== undefined && { endpoint: s3Endpoint }),
  })
  await createStorage({ dynamodb: db, sqs, s3, bucket })
}
