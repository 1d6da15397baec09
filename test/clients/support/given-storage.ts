import { randomBytes } from 'node:crypto'
import { accountOfEnvironment, givenEndpoint, serviceNames } from '../../support/given-storage.ts'
import { removeStorage } from '../../support/remove-storage.ts'
import { storageClients } from '../../support/storage-clients.ts'

/** Storage that is not ours, for one registry. */
export interface GivenStorage {
  /** For `npm start`: nothing when it is to start its own. */
  readonly settings: Readonly<Record<string, string>>
  /** Removes what the registry made there. */
  remove(): Promise<void>
}

const settingOf = {
  s3: 'DECKLE_S3_ENDPOINT',
  dynamodb: 'DECKLE_DYNAMODB_ENDPOINT',
  sqs: 'DECKLE_SQS_ENDPOINT',
} as const

/** What `npm run test:aws` gives in the environment, with a bucket, tables and queues apart from all other registries'. */
export function givenStorage(): GivenStorage {
  const given = serviceNames.filter((service) => givenEndpoint(service) !== undefined)
  if (given.length === 0) return { settings: {}, remove: async () => undefined }
  const account = accountOfEnvironment()
  const { accessKeyId, secretAccessKey, sessionToken } = account.credentials
  const prefix = `deckle-test-${randomBytes(4).toString('hex')}`
  const endpoint = (service: (typeof serviceNames)[number]) => givenEndpoint(service) ?? ''
  const endpoints = { s3: endpoint('s3'), dynamodb: endpoint('dynamodb'), sqs: endpoint('sqs') }
  return {
    settings: {
      ...Object.fromEntries(given.map((service) => [settingOf[service], endpoint(service)])),
      DECKLE_BUCKET: prefix,
      DECKLE_TABLE_PREFIX: `${prefix}-`,
      DECKLE_QUEUE_PREFIX: `${prefix}-`,
      AWS_REGION: account.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
    },
    remove: () => removeStorage(storageClients(account, endpoints, prefix), given),
  }
}
