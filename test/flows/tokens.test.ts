import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../src/registry/accounts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { Actor, problemIn } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let bob: Actor
const password = 'correct horse battery'
const everything = { packages_all: true, packages_and_scopes_permission: 'read-write' }

beforeAll(async () => {
  stack = await startStack({ settings: { DECKLE_TRUST_ADDRESS: 'true' } })
  const deps = wireAccounts(stack.config, stack.stores, webPlatform)
  const user = await createAccount(deps, { username: 'bob', password, roles: ['publisher'] })
  bob = new Actor(stack.url, (await deps.tokens.issue(user, 'login by npm', 1)).token)
}, 60_000)
afterAll(() => stack?.close())

const create = (who: Actor, body: object) =>
  who.fetch('/-/npm/v1/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'ci', password, ...body }),
  })
const created = async (body: object) => (await (await create(bob, body)).json()) as Record<string, any>
const withToken = async (body: object) => new Actor(stack.url, (await created(body))['token'])

test('a created token works, is listed without its secret, and is revoked by its key', async () => {
  const { token, key, expires } = await created({ ...everything, name: 'deploys', expires: 7 })
  expect(Date.parse(expires) - Date.now()).toBeLessThan(7 * 86_400_000 + 1_000)
  expect(await new Actor(stack.url, token).json('/-/whoami')).toEqual({ username: 'bob' })
  const list = await bob.json('/-/npm/v1/tokens')
  const shown = list['objects'].find((one: { key: string }) => one.key === key)
  expect(shown).toMatchObject({ name: 'deploys', readonly: false, cidr_whitelist: null })
  expect(token.startsWith(shown.token)).toBe(true)
  expect(JSON.stringify(list)).not.toContain(token.slice(15, 40))
  expect(list['urls']).toEqual({})
  expect((await bob.fetch(`/-/npm/v1/tokens/token/${key}`, { method: 'DELETE' })).status).toBe(204)
  expect((await new Actor(stack.url, token).fetch('/-/whoami')).status).toBe(401)
})

test('a token is revoked by itself too', async () => {
  const { token } = await created(everything)
  expect((await bob.fetch(`/-/npm/v1/tokens/token/${token}`, { method: 'DELETE' })).status).toBe(204)
  expect((await new Actor(stack.url, token).fetch('/-/whoami')).status).toBe(401)
})

test("somebody else's token is one that does not exist", async () => {
  const { token, key } = await created(everything)
  const eve = await stack.as('eve')
  const asks = [key, token, 'aaaaaaaaaaaa', 'x', '..%2f..']
  const answers = await Promise.all(asks.map((id) => eve.fetch(`/-/npm/v1/tokens/token/${id}`, { method: 'DELETE' })))
  for (const answer of answers) expect(await problemIn(answer)).toEqual([404, 'token_not_found'])
  expect(JSON.stringify(await eve.json('/-/npm/v1/tokens'))).not.toContain(key)
  expect(await new Actor(stack.url, token).json('/-/whoami')).toEqual({ username: 'bob' })
})

test('a wrong password makes no token, and neither does no login', async () => {
  expect(await problemIn(await create(bob, { ...everything, password: 'not his password' }))).toEqual([
    401,
    'credentials_wrong',
  ])
  for (const [method, path] of [
    ['GET', ''],
    ['POST', ''],
    ['DELETE', '/token/aaaaaaaaaaaa'],
  ]) {
    const body = method === 'POST' ? JSON.stringify({ password, readonly: false }) : null
    const answer = await (await stack.as()).fetch(`/-/npm/v1/tokens${path}`, { method: method ?? '', body })
    expect(await problemIn(answer)).toEqual([401, 'login_required'])
  }
})

test('a token for reading reads, and changes nothing anywhere', async () => {
  await bob.publish('bobs', '1.0.0')
  const reader = await withToken({ packages_all: true, packages_and_scopes_permission: 'read-only' })
  expect((await reader.fetch('/bobs')).status).toBe(200)
  const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '"1.0.0"' }
  expect(await problemIn(await reader.fetch('/-/package/bobs/dist-tags/next', put))).toEqual([403, 'token_limited'])
  expect(await problemIn(await reader.publish('bobs', '1.0.1'))).toEqual([403, 'token_limited'])
  expect(await problemIn(await create(reader, everything))).toEqual([403, 'token_limited'])
  expect((await reader.fetch(`/-/user/token/${reader.token}`, { method: 'DELETE' })).status).toBe(200)
  expect((await reader.fetch('/bobs')).status).toBe(401)
})

test("the older form's readonly is kept", async () => {
  const reader = new Actor(stack.url, (await created({ name: undefined, readonly: true, cidr_whitelist: [] }))['token'])
  expect(await problemIn(await reader.publish('unheard-of', '1.0.0'))).toEqual([403, 'token_limited'])
})

test('a token for some packages makes its owner a stranger to the others', async () => {
  await bob.publish('inside', '1.0.0')
  await bob.publish('outside', '1.0.0')
  const limited = await withToken({
    packages: ['inside'],
    scopes: ['@acme'],
    packages_and_scopes_permission: 'read-write',
  })
  expect((await limited.fetch('/inside')).status).toBe(200)
  expect((await limited.publish('inside', '1.0.1')).status).toBe(201)
  expect((await limited.publish('@acme/new', '1.0.0')).status).toBe(201)
  const [hidden, missing] = [await limited.fetch('/outside'), await limited.fetch('/nobody')]
  expect(await problemIn(hidden)).toEqual(await problemIn(missing))
  for (const name of ['outside', 'nobody', '@acme2/new', 'inside2']) {
    expect(await problemIn(await limited.publish(name, '2.0.0'))).toEqual([403, 'token_limited'])
  }
  expect(await problemIn(await limited.fetch('/-/npm/v1/tokens'))).toEqual([403, 'token_limited'])
})

test('what is said of organisations when a token is made holds', async () => {
  const bothWays = { ...everything, orgs: ['acme'] }
  const limitsOf = async (body: object) => {
    const { key } = await created(body)
    return (await bob.json(`/api/v1/tokens/${key}`))['limits']
  }
  expect(await limitsOf({ ...bothWays, orgs_permission: 'read-write' })).toMatchObject({ manages: ['acme'] })
  expect(await limitsOf({ ...bothWays, orgs_permission: 'read-only' })).toMatchObject({ sees: ['acme'] })
  expect(await limitsOf({ ...bothWays, orgs_permission: 'no-access' })).toMatchObject({ sees: [] })
})

test('a token for certain addresses is refused from elsewhere', async () => {
  const { token, cidr_whitelist: ranges } = await created({
    ...everything,
    cidr_whitelist: ['192.0.2.9/24', '2001:DB8::/32'],
  })
  expect(ranges).toEqual(['192.0.2.0/24', '2001:db8::/32'])
  const edge = stack.edge()
  const from = async (address: string | undefined) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(address === undefined ? {} : { 'cf-connecting-ip': address }),
    }
    return (await edge.fetch(new Request(`${stack.url}/-/whoami`, { headers }))).status
  }
  expect(await Promise.all(['192.0.2.200', '2001:db8:1::9', '::ffff:192.0.2.1'].map(from))).toEqual([200, 200, 200])
  expect(await Promise.all(['192.0.3.1', '2001:db9::1', 'nonsense', undefined].map(from))).toEqual([403, 403, 403, 403])
  await edge.settled()
})

test('where the address is not known for sure, no token is limited to one', async () => {
  const edge = stack.edge(undefined, { DECKLE_TRUST_ADDRESS: 'false' })
  const answer = await edge.fetch(
    new Request(`${stack.url}/-/npm/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bob.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'x', password, ...everything, cidr_whitelist: ['10.0.0.0/8'] }),
    }),
  )
  expect(await problemIn(answer)).toEqual([400, 'token_field_unsupported'])
  await edge.settled()
})

test.each([
  ['organisations, and no word about what it may there', { ...everything, orgs: ['acme'] }, 'body_invalid'],
  [
    'stage-only',
    { packages_all: true, packages_and_scopes_permission: 'read-write-stage-only' },
    'token_field_unsupported',
  ],
  ['a limit that nobody knows', { ...everything, only_on_sundays: true }, 'body_invalid'],
  ['no word about packages', {}, 'body_invalid'],
  ['no word about what it may', { packages: ['a'] }, 'body_invalid'],
  ['a range that is none', { ...everything, cidr_whitelist: ['300.1.1.1/8'] }, 'body_invalid'],
  [
    'a name that no package can have',
    { packages: ['../x'], packages_and_scopes_permission: 'read-only' },
    'package_name_invalid',
  ],
])('create refuses %s', async (_, body, code) => {
  expect(await problemIn(await create(bob, body))).toEqual([400, code])
})

test('a long list comes in pages', async () => {
  const deps = wireAccounts(stack.config, stack.stores, webPlatform)
  const user = await createAccount(deps, { username: 'many', password, roles: ['publisher'] })
  const made = await Promise.all(Array.from({ length: 130 }, () => deps.tokens.issue(user, 'login by npm', 1)))
  const many = new Actor(stack.url, made[0]?.token)
  const first = await many.json('/-/npm/v1/tokens')
  expect(first['objects']).toHaveLength(100)
  const second = await many.json(first['urls'].next.slice(stack.url.length))
  expect(second['urls']).toEqual({})
  const keys = [...first['objects'], ...second['objects']].map(({ key }: { key: string }) => key)
  expect(new Set(keys).size).toBe(130)
  expect((await many.fetch('/-/npm/v1/tokens?after=nonsense')).status).toBe(400)
})
