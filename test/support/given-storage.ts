import type { ServiceName } from '../../src/storage/aws.ts'
import type { Credentials } from '../../src/storage/credentials.ts'

/** Storage that tests are given instead of starting it, in the environment: `npm run test:aws` sets it. */
export const endpointVariables = {
  s3: 'DECKLE_TEST_S3_ENDPOINT',
  dynamodb: 'DECKLE_TEST_DYNAMODB_ENDPOINT',
  sqs: 'DECKLE_TEST_SQS_ENDPOINT',
} as const satisfies Record<ServiceName, string>

export const serviceNames = ['s3', 'dynamodb', 'sqs'] as const satisfies readonly ServiceName[]

/** The address of a service that is not to be started. */
export function givenEndpoint(service: ServiceName): string | undefined {
  return process.env[endpointVariables[service]] || undefined
}

export interface Account {
  readonly credentials: Credentials
  readonly region: string
}

/** Whose services these are, by the variables that every AWS tool takes. @throws Error naming what is missing */
export function accountOfEnvironment(): Account {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_REGION: region = 'us-east-1',
  } = process.env
  if (!accessKeyId || !secretAccessKey) throw new Error('set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY')
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }, region }
}
