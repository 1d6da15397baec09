import type { JWK } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createApp } from '../../src/app.ts'
import { parseConfig } from '../../src/config.ts'
import { edgeIdentity } from '../../src/model/edge-identity.ts'
import { newIdentityKey } from '../../src/registry/edge-identity.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wire, wireStores } from '../../src/wiring.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { type Sts, startSts, type Trust } from './support/sts.ts'

/** The edge in workerd without any key of AWS's, its own issuer, and STS, which verifies its tokens with its keys. */
const roleArn = 'arn:aws:iam::111111111111:role/deckle-edge'
const trust: Trust = { roleArn, issuer: '', ...edgeIdentity }
let stack: Stack
let sts: Sts
let keys: JWK[]

beforeAll(async () => {
  keys = [await newIdentityKey(webPlatform), await newIdentityKey(webPlatform)]
  sts = await startSts({ trust, credentials: () => stack.credentials })
  stack = await startStack({
    validator: false,
    settings: {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      DECKLE_AWS_ROLE: roleArn,
      DECKLE_IDENTITY_KEYS: JSON.stringify(keys),
      DECKLE_STS_ENDPOINT: sts.url,
    },
  })
  trust.issuer = stack.url
}, 60_000)
beforeEach(() => void sts.outcomes.splice(0))
afterEach(() => {
  trust.issuer = stack.url
})
afterAll(async () => {
  await stack?.close()
  await sts?.close()
})

test('the edge works without a key of AWS: one exchange, however many requests', async () => {
  const stranger = await stack.as()
  const answers = await Promise.all([1, 2, 3, 4].map((one) => stranger.fetch(`/nothing-${one}`)))
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
  expect(sts.outcomes).toEqual(['ok'])
})

test('it says who it is, with the public halves of its keys and nothing else of them', async () => {
  const stranger = await stack.as()
  const configuration = await stranger.json('/.well-known/openid-configuration')
  expect(configuration).toMatchObject({
    issuer: stack.url,
    jwks_uri: `${stack.url}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ['RS256'],
  })
  const published = await stranger.fetch('/.well-known/jwks.json')
  expect(published.headers.get('cache-control')).toBe('public, max-age=300')
  const { keys: shown } = (await published.json()) as { keys: JWK[] }
  expect(shown.map(({ kid }) => kid)).toEqual(keys.map(({ kid }) => kid))
  for (const key of shown) expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
})

test('a token that STS refuses is an outage to clients; the log has its code and no token', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  trust.issuer = 'http://localhost:9'
  const answer = await stack.edge().fetch(new Request(`${stack.url}/nothing`))
  expect([answer.status, sts.outcomes]).toEqual([503, ['InvalidIdentityToken']])
  const logged = log.mock.calls.flat().join()
  expect(logged).toContain('AssumeRoleWithWebIdentity: InvalidIdentityToken (400)')
  expect(logged).not.toMatch(/eyJ/)
  log.mockRestore()
})

test('a role that trusts somebody else refuses, and so does another role', async () => {
  const other = { ...stack.config.storage.access, roleArn: `${roleArn}-other` }
  const config = { ...stack.config, storage: { ...stack.config.storage, access: other } } as typeof stack.config
  await expect(wireStores(config, webPlatform).users.list({ limit: 1 })).rejects.toMatchObject({
    service: 'credentials',
    code: 'AccessDenied',
  })
})

test('a registry that signs with a key pair is nobody’s issuer', async () => {
  const pair = { AWS_ACCESS_KEY_ID: stack.credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: 'secret' }
  const config = parseConfig({ DECKLE_PUBLIC_URL: stack.url, DECKLE_S3_ENDPOINT: 'http://127.0.0.1:9', ...pair })
  const app = createApp(wire(config, webPlatform))
  const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} }
  for (const path of ['openid-configuration', 'jwks.json']) {
    expect((await app.fetch(new Request(`${stack.url}/.well-known/${path}`), {}, context)).status).toBe(404)
  }
})

test.each([
  [{ AWS_ACCESS_KEY_ID: 'id', DECKLE_AWS_ROLE: roleArn }, /AWS_ACCESS_KEY_ID: cannot be set beside DECKLE_AWS_ROLE/],
  [{ DECKLE_AWS_ROLE: roleArn }, /DECKLE_IDENTITY_KEYS: is missing/],
  [{ DECKLE_AWS_ROLE: 'deckle-edge' }, /DECKLE_AWS_ROLE: must be the ARN of a role/],
])('settings that do not fit are named: %#', (more, problem) => {
  expect(() => parseConfig({ DECKLE_PUBLIC_URL: 'https://packages.example.com', ...more })).toThrow(problem)
})
