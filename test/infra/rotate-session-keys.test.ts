import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RotationEvent, rotate } from '../../aws/storage/rotate-session-keys.ts'
import { type OneSecret, startSecret } from './support/secrets-manager.ts'

let secret: OneSecret
let client: SecretsManager

beforeEach(async () => {
  secret = await startSecret('first', JSON.stringify({ keys: [], unused: 'made up' }))
  const credentials = { accessKeyId: 'id', secretAccessKey: 'key' }
  client = new SecretsManager({ endpoint: secret.url, region: 'eu-central-1', credentials })
})
afterEach(async () => {
  client.destroy()
  await secret.close()
})

const step = (token: string, Step: RotationEvent['Step']) =>
  rotate(client, { SecretId: 'session-keys', ClientRequestToken: token, Step })

/** What Secrets Manager does: announces a version, and asks for the four steps. */
async function rotation(token: string): Promise<void> {
  secret.stages.set(token, new Set(['AWSPENDING']))
  for (const name of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const) await step(token, name)
}

const keysOf = (version: string) =>
  (JSON.parse(secret.texts.get(version) ?? '{}') as { keys: { id: string; key: string }[] }).keys

test('the first rotation makes the first key', async () => {
  await rotation('second')
  expect(keysOf('second').map(({ id }) => id)).toEqual(['second'])
  expect(Buffer.from(keysOf('second')[0]?.key ?? '', 'base64url')).toHaveLength(32)
  expect(secret.texts.get('second')).not.toContain('made up')
  expect(secret.stages.get('second')).toContain('AWSCURRENT')
})

test('the key before still verifies, and the one before that is gone', async () => {
  for (const token of ['second', 'third', 'fourth']) await rotation(token)
  expect(keysOf('fourth').map(({ id }) => id)).toEqual(['fourth', 'third'])
  expect(keysOf('fourth')[1]).toEqual(keysOf('third')[0])
  expect(secret.stages.get('third')).toContain('AWSPREVIOUS')
})

test('every step may be repeated, and a key that was made stays as it is', async () => {
  secret.stages.set('second', new Set(['AWSPENDING']))
  await step('second', 'createSecret')
  const made = keysOf('second')
  await step('second', 'createSecret')
  await step('second', 'finishSecret')
  await step('second', 'finishSecret')
  expect(keysOf('second')).toEqual(made)
  expect(secret.stages.get('second')).toContain('AWSCURRENT')
})

test('a version that was never announced is refused', async () => {
  await expect(step('stranger', 'createSecret')).rejects.toThrow('stranger is no version of the secret')
})

test('a text that holds no keys never becomes current, and is not shown', async () => {
  secret.stages.set('second', new Set(['AWSPENDING']))
  secret.texts.set('second', JSON.stringify({ keys: [{ id: 'second', key: 'hidden' }] }))
  await expect(step('second', 'testSecret')).rejects.toThrow(/^the secret does not hold session keys$/)
})
