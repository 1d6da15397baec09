import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../src/registry/accounts.ts'
import { LoginGuard } from '../../src/registry/login-guard.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { type EdgeInProcess, type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let open: EdgeInProcess
let closed: EdgeInProcess
const password = 'correct horse battery'

beforeAll(async () => {
  stack = await startStack({ validator: false, workerd: false })
  open = stack.edge(undefined, { DECKLE_REGISTRATION: 'open' })
  closed = stack.edge()
  await createAccount(wireAccounts(stack.config, stack.stores, webPlatform), {
    username: 'bob',
    password,
    roles: ['publisher'],
  })
}, 60_000)
afterAll(() => stack?.close())

let addresses = 0
const nextAddress = () => {
  addresses += 1
  return `192.0.2.${addresses}`
}
async function put(edge: EdgeInProcess, name: string, body: object, address = nextAddress()) {
  const answer = await edge.fetch(
    new Request(`${stack.url}/-/user/org.couchdb.user:${encodeURIComponent(name)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'cf-connecting-ip': address },
      body: JSON.stringify({ _id: `org.couchdb.user:${name}`, name, password, type: 'user', roles: [], ...body }),
    }),
  )
  const result: Record<string, any> = {
    status: answer.status,
    retry: answer.headers.get('retry-after'),
    ...((await answer.json()) as Record<string, any>),
  }
  return result
}

test('an open registry makes an account, and again finds it', async () => {
  const first = await put(open, 'nina', { email: 'nina@example.com' })
  expect(first).toMatchObject({ status: 201, token: expect.stringMatching(/^dk_/) })
  expect(await put(open, 'nina', { email: 'nina@example.com' })).toMatchObject({ status: 201 })
  expect(await put(closed, 'nina', {})).toMatchObject({ status: 201 })
  expect(await stack.stores.users.get('nina' as never)).toMatchObject({
    email: 'nina@example.com',
    roles: ['publisher'],
  })
})

test('without an e-mail address nobody registers by mistyping a name', async () => {
  expect(await put(open, 'nnia', {})).toMatchObject({ status: 401, code: 'credentials_wrong' })
  expect(await stack.stores.users.get('nnia' as never)).toBeUndefined()
})

test('a closed registry answers a taken name and a free one alike', async () => {
  const email = 'x@example.com'
  const [taken, free] = [
    await put(closed, 'bob', { email, password: 'not his password' }),
    await put(closed, 'free', { email }),
  ]
  expect(taken).toEqual({ ...free, requestId: taken['requestId'] })
  expect(free).toMatchObject({ status: 401, code: 'registration_closed' })
  expect(await stack.stores.users.get('free' as never)).toBeUndefined()
  expect(await put(closed, 'bob', { email })).toMatchObject({ status: 201 })
})

test.each([
  ['short', 'password_too_short'],
  ['aaaaaaaaaaaaaaaa', 'password_weak'],
  ['wally-wally1', 'password_weak'],
  ['wally@example.com', 'password_weak'],
])('the password %s is refused', async (weak, code) => {
  const refused = await put(open, 'wally', { email: 'wally@example.com', password: weak })
  expect(refused).toMatchObject({ status: 400, code })
  expect(await stack.stores.users.get('wally' as never)).toBeUndefined()
})

test.each([['no address'], ['a@b\tc'], ['<a@b.c>']])('the e-mail address %j is refused', async (email) => {
  expect(await put(open, 'mia', { email })).toMatchObject({ status: 400, code: 'email_invalid' })
})

test('an impossible name is refused with the rule', async () => {
  expect(await put(open, 'Not Possible', { email: 'a@example.com' })).toMatchObject({
    status: 400,
    code: 'username_invalid',
  })
})

test('too many attempts: 429 with the time to wait, also for a name that is not there', async () => {
  const address = '198.51.100.9'
  for (const name of ['bob', 'ghost']) {
    const guard = new LoginGuard(stack.stores.attempts, webPlatform)
    for (let n = 0; n < 10; n += 1) await guard.admit(name, address)
    const refused = await put(closed, name, {}, address)
    expect(refused).toMatchObject({ status: 429, code: 'too_many_attempts' })
    expect(Number(refused['retry'])).toBeGreaterThan(0)
    expect(refused['error']).toMatch(/^Too many attempts to log in\. Wait/)
  }
})
