import { expect, test } from 'vitest'
import { containerCredentials } from '../../../src/storage/container-credentials.ts'
import { scripted } from './scripted-platform.ts'

const path = '/v2/credentials/5f1e'
const answer = {
  RoleArn: 'arn:aws:iam::111111111111:role/validator',
  AccessKeyId: 'ASIAEXAMPLE',
  SecretAccessKey: 'a secret that is no secret',
  Token: 'a token that is no token',
  Expiration: '2026-11-23T15:30:00Z',
}

test('a task gets the session of its role from the agent beside it', async () => {
  const platform = scripted({ status: 200, body: answer })
  expect(await containerCredentials(path, platform)()).toEqual({
    accessKeyId: answer.AccessKeyId,
    secretAccessKey: answer.SecretAccessKey,
    sessionToken: answer.Token,
    expiresAt: Date.UTC(2026, 10, 23, 15, 30),
  })
  expect(platform.requests.map(({ method, url }) => [method, url])).toEqual([['GET', `http://169.254.170.2${path}`]])
})

test.each([
  ['is silent', 'silent', 'Timeout'],
  ['cannot be reached', 'broken', 'NetworkError'],
  ['refuses', { status: 404 }, 'Http404'],
  ['answers with something else', { status: 200, body: { ...answer, Token: undefined } }, 'BadAnswer'],
] as const)('an agent that %s is a failure of storage that can be repeated', async (_, step, code) => {
  const credentials = containerCredentials(path, scripted(step))
  await expect(credentials()).rejects.toMatchObject({ service: 'credentials', code, retryable: true })
})

test('a failure shows nothing of what was read', async () => {
  const half = JSON.stringify(answer).slice(0, -5)
  const failed = await containerCredentials(path, scripted({ status: 200, body: half }))().catch((error) => error)
  expect(`${failed.message} ${failed.cause}`).not.toContain(answer.SecretAccessKey)
})
