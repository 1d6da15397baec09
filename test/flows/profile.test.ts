import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccountDeps, createAccount, login } from '../../src/registry/accounts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { Actor, problemIn } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let deps: AccountDeps
const password = 'correct horse battery'

beforeAll(async () => {
  stack = await startStack({ validator: false })
  deps = wireAccounts(stack.config, stack.stores, webPlatform)
}, 60_000)
afterAll(() => stack?.close())

async function person(username: string) {
  const user = await createAccount(deps, { username, password, roles: ['publisher'] })
  const loggedIn = async () => new Actor(stack.url, (await deps.tokens.issue(user, 'login by npm', 1)).token)
  const named = async () =>
    new Actor(
      stack.url,
      (await deps.tokens.issueNamed(user, { kind: 'admin', description: 'ci', lifetimeDays: 1 })).token,
    )
  return { loggedIn, named }
}

const set = (who: Actor, body: object) =>
  who.fetch('/-/npm/v1/user', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

test('a profile is read, changed and emptied', async () => {
  const ana = await (await person('ana')).loggedIn()
  expect(await ana.json('/-/npm/v1/user')).toMatchObject({ name: 'ana', email_verified: false, tfa: null })
  expect((await set(ana, { email: 'ana@example.com', fullname: ' Ana\u001b[31m B ' })).status).toBe(200)
  expect(await ana.json('/-/npm/v1/user')).toMatchObject({ email: 'ana@example.com', fullname: 'Ana[31m B' })
  expect((await set(ana, { email: 'ana@example.com', fullname: null })).status).toBe(200)
  expect(await ana.json('/-/npm/v1/user')).not.toHaveProperty('fullname')
  expect(await problemIn(await set(ana, { email: 'nonsense' }))).toEqual([400, 'email_invalid'])
})

test('a new password ends every other login, and keeps this one and named tokens', async () => {
  const bob = await person('bob')
  const [here, there, ci] = [await bob.loggedIn(), await bob.loggedIn(), await bob.named()]
  const changed = await set(here, { password: { old: password, new: 'another horse battery' } })
  expect(changed.status).toBe(200)
  expect(await changed.text()).not.toMatch(/horse|scrypt/)
  expect((await here.fetch('/-/whoami')).status).toBe(200)
  expect((await there.fetch('/-/whoami')).status).toBe(401)
  expect((await ci.fetch('/-/whoami')).status).toBe(200)
  const credentials = { name: 'bob', address: undefined }
  await expect(login(deps, { ...credentials, password }, 'x')).rejects.toThrow('password is wrong')
  expect(await login(deps, { ...credentials, password: 'another horse battery' }, 'x')).toMatch(/^dk_/)
})

test('a password is not changed without the old one, to a weak one, or by a limited token', async () => {
  const carl = await person('carl')
  const [here, there] = [await carl.loggedIn(), await carl.loggedIn()]
  const good = 'another horse battery'
  expect(await problemIn(await set(here, { password: { old: 'wrong', new: good } }))).toEqual([
    401,
    'credentials_wrong',
  ])
  expect(await problemIn(await set(here, { password: { old: password, new: 'short' } }))).toEqual([
    400,
    'password_too_short',
  ])
  expect((await there.fetch('/-/whoami')).status).toBe(200)
  const limits = { power: 'manage', packages: ['npm/x'] } as const
  const user = await deps.users.get('carl' as never)
  if (user === undefined) throw new Error('no such user')
  const limited = await deps.tokens.issueNamed(user, { kind: 'admin', description: 'x', lifetimeDays: 1, limits })
  const actor = new Actor(stack.url, limited.token)
  expect(await problemIn(await set(actor, { password: { old: password, new: good } }))).toEqual([403, 'token_limited'])
  expect(await problemIn(await actor.fetch('/-/npm/v1/user'))).toEqual([403, 'token_limited'])
})

test('two changes of a password at once: one wins, the other is told', async () => {
  const before = await createAccount(deps, { username: 'dora', password, roles: ['publisher'] })
  const users = stack.stores.users
  const results = await Promise.all([
    users.replace(before, { passwordHash: 'a' }, '2026-01-01T00:00:00.000Z'),
    users.replace(before, { passwordHash: 'b' }, '2026-01-01T00:00:00.001Z'),
  ])
  expect(results.filter((user) => user !== undefined)).toHaveLength(1)
})

test('what is not there is refused, not ignored', async () => {
  const eva = await (await person('eva')).loggedIn()
  expect(await problemIn(await set(eva, { tfa: { password, mode: 'auth-only' } }))).toEqual([501, 'second_factor_off'])
  expect(await problemIn(await set(eva, { tfa: { password, mode: 'sometimes' } }))).toEqual([400, 'body_invalid'])
  expect(await problemIn(await set(eva, { github: 'eva' }))).toEqual([501, 'operation_unsupported'])
  expect(await problemIn(await (await stack.as()).fetch('/-/npm/v1/user'))).toEqual([401, 'login_required'])
  expect(await problemIn(await set(await stack.as(), { fullname: 'x' }))).toEqual([401, 'login_required'])
})
