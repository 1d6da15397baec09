import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { AwsService, type ServiceName } from '../../src/storage/aws.ts'
import { type Credentials, staticCredentials } from '../../src/storage/credentials.ts'
import { DynamoDb } from '../../src/storage/dynamodb.ts'
import { S3 } from '../../src/storage/s3.ts'
import { Sqs } from '../../src/storage/sqs.ts'
import type { Account } from './given-storage.ts'

/** Clients of what one run of tests, or one registry, has to itself. */
export interface StorageClients {
  readonly bucket: string
  readonly s3: S3
  readonly dynamodb: DynamoDb
  readonly sqs: Sqs
  /** A service of its own, for tests that need other credentials, another platform or other limits. */
  service(
    name: ServiceName,
    changes?: { platform?: Platform; credentials?: Credentials; timeoutMs?: number; attempts?: number },
  ): AwsService
}

/** @param prefix name of the bucket, and, before a dash, of all tables and queues */
export function storageClients(
  { credentials, region }: Account,
  endpoints: Readonly<Record<ServiceName, string>>,
  prefix: string,
): StorageClients {
  const service: StorageClients['service'] = (name, changes = {}) => {
    const { platform = webPlatform, credentials: others = credentials, ...limits } = changes
    const target = { service: name, region, endpoint: endpoints[name] }
    return new AwsService({ ...target, credentials: staticCredentials(others), platform, ...limits })
  }
  return {
    bucket: prefix,
    s3: new S3({ service: service('s3'), bucket: prefix }),
    dynamodb: new DynamoDb({ service: service('dynamodb'), tablePrefix: `${prefix}-` }),
    sqs: new Sqs({ service: service('sqs'), queuePrefix: `${prefix}-` }),
    service,
  }
}
