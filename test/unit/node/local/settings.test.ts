import { expect, test } from 'vitest'
import { parseConfig } from '../../../../src/config.ts'
import { localStorageParts, makeSettings, partEnvironment } from '../../../../src/node/local/settings.ts'

const secrets = {
  accessKeyId: 'DECKLE0123456789',
  secretAccessKey: 'x'.repeat(40),
  sessionKey: 'k'.repeat(43),
  secretKey: 's'.repeat(43),
}
const storagePorts = { dynamodb: 20_001, s3: 20_002, sqs: 20_003 }
const input = { port: 3325, storagePorts, validatorPort: 20_004, secrets }

test('the registry is localhost and storage 127.0.0.1, so that clients do not forward credentials', () => {
  expect(makeSettings({ ...input, env: {} })).toEqual({
    DECKLE_PUBLIC_URL: 'http://localhost:3325',
    DECKLE_STORAGE_URL: 'http://127.0.0.1:20002',
    DECKLE_S3_ENDPOINT: 'http://127.0.0.1:20002',
    DECKLE_DYNAMODB_ENDPOINT: 'http://127.0.0.1:20001',
    DECKLE_SQS_ENDPOINT: 'http://127.0.0.1:20003',
    DECKLE_HEALTH_PORT: '20004',
    DECKLE_HEALTH_HOST: '127.0.0.1',
    DECKLE_VALIDATOR_URL: 'http://127.0.0.1:20004',
    DECKLE_BUCKET: 'deckle',
    DECKLE_TABLE_PREFIX: 'deckle-',
    DECKLE_QUEUE_PREFIX: 'deckle-',
    DECKLE_SESSION_KEYS: `[{"kid":"local","secret":"${secrets.sessionKey}"}]`,
    DECKLE_SECRET_KEY: secrets.secretKey,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: secrets.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secrets.secretAccessKey,
  })
})

test('URLs are written in one way', () => {
  const env = {
    DECKLE_PUBLIC_URL: 'https://Registry.example.com/',
    DECKLE_STORAGE_URL: 'https://storage.example.com:443',
  }
  expect(makeSettings({ ...input, env })).toMatchObject({
    DECKLE_PUBLIC_URL: 'https://registry.example.com',
    DECKLE_STORAGE_URL: 'https://storage.example.com',
    DECKLE_S3_ENDPOINT: 'http://127.0.0.1:20002',
  })
})

test("somebody's AWS credentials stay out of a registry with its own storage", () => {
  const env = {
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'theirs',
    AWS_SESSION_TOKEN: 't',
    AWS_REGION: 'eu-west-1',
  }
  const settings = makeSettings({ ...input, env })
  expect(settings).toMatchObject({ AWS_ACCESS_KEY_ID: secrets.accessKeyId, AWS_REGION: 'us-east-1' })
  expect(settings).not.toHaveProperty('AWS_SESSION_TOKEN')
  expect(partEnvironment({ ...env, PATH: '/bin', DECKLE_ADMIN_PASSWORD: 'p' })).toEqual({ PATH: '/bin' })
})

test('an endpoint of the environment replaces a server, and brings region and credentials', () => {
  const env = {
    DECKLE_S3_ENDPOINT: 'https://s3.example.com',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'theirs',
    AWS_SESSION_TOKEN: 'session',
    AWS_REGION: 'eu-west-1',
  }
  expect(localStorageParts(env)).toEqual(['dynamodb', 'sqs'])
  expect(makeSettings({ ...input, storagePorts: { dynamodb: 20_001, sqs: 20_003 }, env })).toMatchObject({
    ...env,
    DECKLE_STORAGE_URL: 'https://s3.example.com',
    DECKLE_SQS_ENDPOINT: 'http://127.0.0.1:20003',
  })
})

test('settings of the registry pass through, and the password does not', () => {
  const env = { DECKLE_REQUIRE_LOGIN: 'true', DECKLE_ADMIN_PASSWORD: 'correct horse', DECKLE_BUCKET: '' }
  const settings = makeSettings({ ...input, env })
  expect(settings).toMatchObject({ DECKLE_REQUIRE_LOGIN: 'true', DECKLE_BUCKET: 'deckle' })
  expect(settings).not.toHaveProperty('DECKLE_ADMIN_PASSWORD')
})

test('several regions have storage of their own each, and the first is the home unless it is said', () => {
  const storagePorts = { ...input.storagePorts, 'dynamodb-2': 20_011, 's3-2': 20_012, 'sqs-2': 20_013 }
  const made = parseConfig(makeSettings({ ...input, storagePorts, regions: 2, env: {} }))
  const first = {
    region: 'us-east-1',
    dynamoDbEndpoint: 'http://127.0.0.1:20001',
    s3Endpoint: 'http://127.0.0.1:20002',
  }
  const second = {
    region: 'us-west-2',
    dynamoDbEndpoint: 'http://127.0.0.1:20011',
    s3Endpoint: 'http://127.0.0.1:20012',
  }
  expect([made.storage, ...made.replicas]).toMatchObject([first, second])
  const env = { DECKLE_HOME_REGION: 'us-west-2' }
  const moved = parseConfig(makeSettings({ ...input, storagePorts, regions: 2, env }))
  expect([moved.storage, ...moved.replicas]).toMatchObject([second, first])
})

test.each([
  {
    env: { DECKLE_S3_ENDPOINT: 'http://localhost:9000', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
    names: 'DECKLE_STORAGE_URL',
  },
  { env: { DECKLE_PUBLIC_URL: 'http://127.0.0.1:3325' }, names: 'DECKLE_STORAGE_URL' },
  { env: { DECKLE_STORAGE_URL: 'https://LOCALHOST.:8443' }, names: 'DECKLE_STORAGE_URL' },
  { env: { DECKLE_PUBLIC_URL: 'https://example.com/npm' }, names: 'DECKLE_PUBLIC_URL: must be an address' },
  { env: { DECKLE_S3_ENDPOINT: 'http://127.0.0.1:9000' }, names: 'AWS_ACCESS_KEY_ID' },
  { env: { DECKLE_NEW_PACKAGES: 'secret' }, names: 'DECKLE_NEW_PACKAGES' },
])('a bad setting stops the start with its name: $names', ({ env, names }) => {
  expect(() => makeSettings({ ...input, env })).toThrow(names)
})
