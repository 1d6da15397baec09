import { expect, test } from 'vitest'
import { refreshing } from '../../../src/storage/credentials.ts'
import { webIdentityCredentials } from '../../../src/storage/web-identity-credentials.ts'
import { type ScriptedPlatform, type Step, scripted } from './scripted-platform.ts'

const identity = {
  roleArn: 'arn:aws:iam::111111111111:role/deckle-edge',
  endpoint: 'https://sts.eu-central-1.amazonaws.com',
  token: async () => 'a.b.c',
}
const answer = (expiration: string, key = 'ASIAEXAMPLE') => ({
  status: 200,
  body: `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><SessionToken>a token</SessionToken>
<SecretAccessKey>a secret</SecretAccessKey><Expiration>${expiration}</Expiration><AccessKeyId>${key}</AccessKeyId>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
})
const error = (status: number, code: string) => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
})
const ask = (...steps: Step[]): [ReturnType<typeof webIdentityCredentials>, ScriptedPlatform] => {
  const platform = scripted(...steps)
  return [webIdentityCredentials(identity, platform), platform]
}

test('a token is exchanged by an unsigned form', async () => {
  const [credentials, platform] = ask(answer('2026-11-23T10:30:00Z'))
  expect(await credentials()).toEqual({
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'a secret',
    sessionToken: 'a token',
    expiresAt: Date.UTC(2026, 10, 23, 10, 30),
  })
  const [request] = platform.requests
  expect([request?.method, request?.url, request?.headers.get('authorization')]).toEqual([
    'POST',
    'https://sts.eu-central-1.amazonaws.com/',
    null,
  ])
  expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: identity.roleArn,
    RoleSessionName: 'deckle-edge',
    DurationSeconds: '3600',
    WebIdentityToken: 'a.b.c',
  })
})

test.each([
  ['is silent', 'silent', 'Timeout'],
  ['cannot be reached', 'broken', 'NetworkError'],
  ['does not know the issuer', error(400, 'InvalidIdentityToken'), 'InvalidIdentityToken'],
  ['finds the token too old', error(400, 'ExpiredTokenException'), 'ExpiredTokenException'],
  ['does not trust it', error(403, 'AccessDenied'), 'AccessDenied'],
  ['is overloaded', error(503, 'ServiceUnavailable'), 'ServiceUnavailable'],
  ['answers with half a session', { status: 200, body: answer('never').body }, 'BadAnswer'],
] as const)('that STS %s is a failure of storage that can be repeated, without the token', async (_, step, code) => {
  const failed = await ask(step)[0]().catch((problem) => problem)
  expect(failed).toMatchObject({ service: 'credentials', code, retryable: true })
  expect(`${failed.message} ${failed.cause}`).not.toMatch(/a\.b\.c|a secret/)
})

test('a session is kept until a quarter of an hour before its end; concurrent requests share an exchange', async () => {
  const [load, platform] = ask(
    answer('2026-11-23T10:30:00Z', 'ASIAFIRST'),
    answer('2026-11-23T11:20:00Z', 'ASIASECOND'),
  )
  const credentials = refreshing(load, platform)
  const several = () => Promise.all([credentials(), credentials(), credentials()])
  expect((await several()).map(({ accessKeyId }) => accessKeyId)).toEqual(Array(3).fill('ASIAFIRST'))
  platform.advance(44 * 60_000)
  expect((await credentials()).accessKeyId).toBe('ASIAFIRST')
  platform.advance(60_000)
  expect((await several()).map(({ accessKeyId }) => accessKeyId)).toEqual(Array(3).fill('ASIASECOND'))
  expect(platform.requests).toHaveLength(2)
})
