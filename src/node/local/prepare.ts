import { parseConfig } from '../../config.ts'
import { webPlatform } from '../../std/platform.ts'
import { AwsService } from '../../storage/aws.ts'
import { wireCredentials } from '../../wire-credentials.ts'
import { wireStores } from '../../wiring.ts'
import { createStorage } from './create-tables.ts'
import { ensureFirstAccount } from './first-account.ts'
import type { Settings } from './settings.ts'

/** Creates tables, bucket and queues when absent, and the first account. Can be repeated. */
export async function prepare(settings: Settings, password: string): Promise<'created' | 'exists'> {
  const config = parseConfig(settings)
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
  return ensureFirstAccount(settings, password)
}
