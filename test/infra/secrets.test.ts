import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { type TOTP, URI } from 'otpauth'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { rotate } from '../../aws/storage/rotate-session-keys.ts'
import { createAccount } from '../../src/registry/accounts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { json } from '../support/actor.ts'
import { type EdgeInProcess, type Stack, startStack } from '../support/stack.ts'
import { type OneSecret, startSecret } from './support/secrets-manager.ts'

/** Session keys and the secret key as production has them: in Secrets Manager, and read by the edge itself. */
let stack: Stack
let secret: OneSecret
let rotating: SecretsManager
/** Storage takes signatures of five minutes before and after now. */
let clockMs = 0
const earlierMs = 4.5 * 60_000
const password = 'correct horse battery'

beforeAll(async () => {
  stack = await startStack({ validator: false, workerd: false })
  const deps = wireAccounts(stack.config, stack.stores, webPlatform)
  await createAccount(deps, { username: 'ana', password, roles: ['publisher'] })
})
beforeEach(async () => {
  clockMs = 0
  secret = await startSecret('none', JSON.stringify({ keys: [] }), { 'secret-key': 'k'.repeat(64) })
  const credentials = { accessKeyId: 'id', secretAccessKey: 'key' }
  rotating = new SecretsManager({ endpoint: secret.url, region: 'eu-central-1', credentials })
  await rotation('first')
})
afterEach(async () => {
  rotating.destroy()
  await secret.close()
})
afterAll(() => stack?.close())

/** What Secrets Manager does every month. */
async function rotation(token: string): Promise<void> {
  secret.stages.set(token, new Set(['AWSPENDING']))
  for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const) {
    await rotate(rotating, { SecretId: 'session-keys', ClientRequestToken: token, Step })
  }
}

/** An isolate that starts cold. */
const isolate = (): EdgeInProcess =>
  stack.edge(
    { ...webPlatform, now: () => Date.now() + clockMs },
    {
      DECKLE_SECRETS_ENDPOINT: secret.url,
      DECKLE_SESSION_KEYS_SECRET: 'session-keys',
      DECKLE_SECRET_KEY_SECRET: 'secret-key',
    },
  )

async function login(edge: EdgeInProcess): Promise<string> {
  const form = new URLSearchParams({ name: 'ana', password })
  const headers = { 'sec-fetch-site': 'same-origin' }
  const answer = await edge.fetch(new Request(`${stack.url}/-/login`, { method: 'POST', headers, body: form }))
  expect(answer.status).toBe(303)
  return (answer.headers.getSetCookie()[0] ?? '').split(';')[0]?.split('=')[1] ?? ''
}

const whoami = async (edge: EdgeInProcess, session: string) =>
  (await edge.fetch(new Request(`${stack.url}/-/whoami`, { headers: { authorization: `Bearer ${session}` } }))).status
const keyOf = (session: string) => JSON.parse(atob(session.split('.')[0] ?? '')).kid

test('a rotation needs no deployment: new sessions have the new key, and nobody is logged out', async () => {
  clockMs = -earlierMs
  const [warm, session] = [isolate(), await login(isolate())]
  expect([keyOf(session), await whoami(warm, session)]).toEqual(['first', 200])
  await rotation('second')
  expect(keyOf(await login(warm))).toBe('first')
  clockMs += 20_000
  // Another isolate signs with the new key already
  const early = await login(isolate())
  expect([keyOf(early), await whoami(warm, early)]).toEqual(['second', 200])
  clockMs += 5 * 60_000
  expect(keyOf(await login(warm))).toBe('second')
  expect(await whoami(warm, session)).toBe(200)
  await rotation('third')
  expect(await whoami(isolate(), session)).toBe(401)
})

test('without Secrets Manager, a cold isolate serves tokens and says of sessions that it is busy', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const [session, warm] = [await login(isolate()), isolate()]
  await whoami(warm, session)
  await secret.close()
  const cold = isolate()
  expect([await whoami(cold, session), await whoami(warm, session)]).toEqual([503, 200])
  expect(await whoami(cold, (await stack.as('ana')).token ?? '')).toBe(200)
  expect(log.mock.calls.flat().join()).not.toContain(session)
  log.mockRestore()
})

test('a secret that holds something else opens no sessions, and is not shown', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const session = await login(isolate())
  secret.texts.set('first', JSON.stringify({ keys: [{ id: 'first', key: 'hidden' }] }))
  expect(await whoami(isolate(), session)).toBe(500)
  const logged = log.mock.calls.flat().join()
  expect(logged).toContain('the secret session-keys does not hold session keys')
  expect(logged).not.toContain('hidden')
  log.mockRestore()
})

test('second factors are kept under the key in the secret', async () => {
  const edge = isolate()
  const { token } = await stack.as('ana')
  const tfa = async (body: unknown) => {
    const init = json('POST', { tfa: body })
    const headers = { ...init.headers, authorization: `Bearer ${token}` }
    return JSON.parse(await (await edge.fetch(new Request(`${stack.url}/-/npm/v1/user`, { ...init, headers }))).text())
  }
  const { tfa: uri } = await tfa({ mode: 'auth-only', password })
  expect((await tfa([(URI.parse(uri) as TOTP).generate()])).tfa).toHaveLength(10)
})
