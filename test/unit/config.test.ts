import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig } from '../../src/config.ts'

const least = { DECKLE_PUBLIC_URL: 'http://localhost:3325', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' }

test('without a policy, the defaults hold', () => {
  expect(parseConfig(least).policy).toEqual({})
})

test('a policy is read once, with all other settings', () => {
  const raw = { ...least, DECKLE_POLICY: 'license_missing=error, readme_missing=off' }
  expect(parseConfig(raw).policy).toEqual({ license_missing: 'error', readme_missing: 'off' })
})

test('a bad policy stops the start and names every bad code', () => {
  const raw = { ...least, DECKLE_BUCKET: 'x', DECKLE_POLICY: 'nothing_such=error,archive_symlink=off' }
  expect(() => parseConfig(raw)).toThrow(ConfigError)
  expect(() => parseConfig(raw)).toThrow(/DECKLE_BUCKET: /)
  expect(() => parseConfig(raw)).toThrow(/DECKLE_POLICY: "nothing_such" is no code/)
  expect(() => parseConfig(raw)).toThrow(/DECKLE_POLICY: "archive_symlink" cannot be "off"/)
})

test('a task of ECS signs with the session of its role, unless it is given a key pair', () => {
  const inTask = {
    DECKLE_PUBLIC_URL: least.DECKLE_PUBLIC_URL,
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1',
  }
  expect(parseConfig(inTask).storage.access).toEqual({ kind: 'container', path: '/v2/credentials/1' })
  expect(parseConfig({ ...least, ...inTask }).storage.access).toMatchObject({ kind: 'keys', accessKeyId: 'id' })
})

test('without a key pair and a role, both settings are named', () => {
  const { DECKLE_PUBLIC_URL } = least
  expect(() => parseConfig({ DECKLE_PUBLIC_URL })).toThrow(
    /AWS_ACCESS_KEY_ID: is missing\n.*AWS_SECRET_ACCESS_KEY: is missing/,
  )
})

describe('regions', () => {
  const regions = (list: unknown, more = {}) => parseConfig({ ...least, DECKLE_REGIONS: JSON.stringify(list), ...more })
  const two = [
    { region: 'eu-central-1', bucket: 'packages-1' },
    { region: 'us-east-2', bucket: 'packages-2' },
  ]

  test('without a list there is one, and no copy', () => {
    const { storage, replicas } = parseConfig({ ...least, AWS_REGION: 'eu-west-1' })
    expect([storage.region, storage.isReplica, replicas]).toEqual(['eu-west-1', false, []])
  })

  test('the first is the home region, unless another one is named', () => {
    expect(regions(two).storage).toMatchObject({ region: 'eu-central-1', bucket: 'packages-1', isReplica: false })
    expect(regions(two).replicas).toMatchObject([{ region: 'us-east-2', bucket: 'packages-2', isReplica: true }])
    const moved = regions(two, { DECKLE_HOME_REGION: 'us-east-2' })
    expect(moved.storage).toMatchObject({ region: 'us-east-2', isReplica: false })
    expect(moved.replicas).toMatchObject([{ region: 'eu-central-1', isReplica: true }])
  })

  test('with none as the home region, all are read and none is written', () => {
    const { storage, replicas } = regions(two, { DECKLE_HOME_REGION: 'none' })
    expect([storage, ...replicas].map((one) => one.isReplica)).toEqual([true, true])
  })

  test('a role is taken at the STS of each region', () => {
    const role = {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      DECKLE_AWS_ROLE: 'arn:aws:iam::123456789012:role/edge',
      DECKLE_IDENTITY_KEYS:
        '[{"kty":"RSA","kid":"1","n":"n","e":"e","d":"d","p":"p","q":"q","dp":"d","dq":"d","qi":"q"}]',
    }
    const { storage, replicas } = regions(two, role)
    expect([storage, ...replicas].map(({ access }) => access)).toMatchObject([
      { endpoint: 'https://sts.eu-central-1.amazonaws.com' },
      { endpoint: 'https://sts.us-east-2.amazonaws.com' },
    ])
  })

  test.each([
    ['a region that is named twice', [two[0], two[0]], {}, /DECKLE_REGIONS: a region is named twice/],
    ['a home region that is none of them', two, { DECKLE_HOME_REGION: 'x' }, /DECKLE_HOME_REGION: must be one of/],
    ['a field that is unknown', [{ region: 'a', Bucket: 'b' }], {}, /DECKLE_REGIONS/],
    ['a secret by its ARN', two, { DECKLE_SECRET_KEY_SECRET: 'arn:aws:x' }, /DECKLE_REGIONS: needs secrets .* by name/],
    [
      'storage on the host of the registry',
      [{ region: 'a' }, { region: 'b', s3Endpoint: 'http://localhost:1' }],
      {},
      /DECKLE_REGIONS: must have another host name/,
    ],
  ])('%s is refused', (_, list, more, message) => {
    expect(() => regions(list, more)).toThrow(message)
  })
})
