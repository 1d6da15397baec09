import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Username } from '../../src/model/ids.ts'
import { createAccount } from '../../src/registry/accounts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { accountKey } from '../../src/storage/keys.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { Actor } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
const password = 'correct horse battery'

beforeAll(async () => {
  stack = await startStack({ validator: false })
  const deps = wireAccounts(stack.config, stack.stores, webPlatform)
  await createAccount(deps, { username: 'bob', password, roles: ['publisher'] })
}, 60_000)
afterAll(() => stack?.close())

const login = async (name: string, secret: string, id = name) =>
  (await stack.as()).fetch(`/-/user/org.couchdb.user:${id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${name}:${secret}`)}` },
    body: JSON.stringify({
      _id: `org.couchdb.user:${id}`,
      name,
      password: secret,
      type: 'user',
      roles: [],
      date: 'now',
    }),
  })

test('login gives a token that is good until logout', async () => {
  const answer = await login('bob', password)
  expect(answer.status).toBe(201)
  const { token } = (await answer.json()) as { token: string }
  const bob = new Actor(stack.url, token)
  expect(await bob.json('/-/whoami')).toEqual({ username: 'bob' })
  expect((await bob.fetch(`/-/user/token/${token}`, { method: 'DELETE' })).status).toBe(200)
  expect((await bob.fetch('/-/whoami')).status).toBe(401)
})

test('a wrong password and an unknown user get the same answer', async () => {
  const [wrong, unknown, odd] = await Promise.all([
    login('bob', 'not his password'),
    login('nobody', password),
    login('NO BODY', password, 'NO%20BODY'),
  ])
  const texts = await Promise.all(
    [wrong, unknown, odd].map(async (answer) => [answer.status, ((await answer.json()) as { error: string }).error]),
  )
  expect(texts[0]).toEqual([401, 'The user name or the password is wrong.'])
  expect(texts[1]).toEqual(texts[0])
  expect(texts[2]).toEqual(texts[0])
})

test('nobody can end a token of somebody else', async () => {
  const [ana, eve] = [await stack.as('ana'), await stack.as('eve')]
  expect((await eve.fetch(`/-/user/token/${ana.token}`, { method: 'DELETE' })).status).toBe(401)
  expect(await ana.json('/-/whoami')).toEqual({ username: 'ana' })
})

test('whoami without a token is 401, ping needs none', async () => {
  const stranger = await stack.as()
  expect((await stranger.fetch('/-/whoami')).status).toBe(401)
  expect(await stranger.json('/-/ping?write=true')).toEqual({})
})

test('a token is stored as its digest only', async () => {
  const ana = await stack.as('ana')
  const page = await stack.stores.db.query('tokens', { partition: accountKey('ana' as Username) })
  expect(page.items.length).toBeGreaterThan(0)
  expect(JSON.stringify(page.items)).not.toContain(ana.token?.slice(15))
})
