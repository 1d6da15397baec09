import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Username } from '../../src/model/ids.ts'
import { createAccount } from '../../src/registry/accounts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let deps: ReturnType<typeof wireAccounts>
let edge: ReturnType<Stack['edge']>
/** Later than now, so that each step of a test has a code of its own. */
let clockMs = 0
const password = 'correct horse battery'

beforeAll(async () => {
  const keys = JSON.stringify([{ kid: 'test', secret: 'a'.repeat(43) }])
  const settings = { DECKLE_SECRET_KEY: 'b'.repeat(43), DECKLE_SESSION_KEYS: keys }
  stack = await startStack({ validator: false, workerd: false, settings })
}, 60_000)
beforeEach(() => {
  clockMs = 0
  const platform = { ...webPlatform, now: () => Date.now() + clockMs }
  deps = wireAccounts(stack.config, stack.stores, platform)
  edge = stack.edge(platform)
})
afterEach(() => edge.settled())
afterAll(() => stack?.close())

interface Asked {
  readonly body?: unknown
  readonly code?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends a request of the API as whoever holds a token, or as nobody. */
async function ask(token: string | undefined, method: string, path: string, asked: Asked = {}) {
  const headers = new Headers({ 'content-type': 'application/json', ...asked.headers })
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  if (asked.code !== undefined) headers.set('npm-otp', asked.code)
  const body = asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }
  const answer = await edge.fetch(new Request(`${stack.url}/api/v1${path}`, { method, headers, ...body }))
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) }
}

/** Somebody who is logged in. */
async function person(username: string, roles: 'admin' | 'publisher' = 'publisher'): Promise<string> {
  const user = await createAccount(deps, { username, password, roles: [roles] })
  return (await deps.tokens.issue(user, 'login', 1)).token
}

async function openSession(username: string, headers = {}) {
  const opened = await ask(undefined, 'POST', '/auth/sessions', { body: { username, password }, headers })
  expect(opened.status).toBe(201)
  return opened.body as { readonly id: string; readonly session: string }
}

async function audited(target: string): Promise<readonly unknown[]> {
  const { entries } = await stack.stores.auditEntries.find({ target, from: '2', to: '3', limit: 100 })
  return entries.map(({ action, actor }) => `${action} by ${actor}`)
}

test('sessions are opened, listed to their owner alone, and ended one by one', async () => {
  const [ana, eve] = [await person('ana'), await person('eve')]
  const visitor = { 'user-agent': 'browser/1.0 more', 'cf-connecting-ip': '192.0.2.77' }
  const [one, two] = [await openSession('ana', visitor), await openSession('ana')]
  const { items } = (await ask(one.session, 'GET', '/auth/sessions')).body
  expect(items).toMatchObject([
    { id: one.id, isCurrent: true, client: 'browser/1.0', addressPrefix: '192.0.2.0/24', uses: 1_000 },
    { id: two.id, isCurrent: false },
  ])
  expect(items[0].usesLeft).toBeLessThan(1_000)
  expect(JSON.stringify(items)).not.toContain('eyJ')
  expect((await ask(eve, 'GET', '/auth/sessions')).body).toEqual({ items: [] })
  expect((await ask(eve, 'DELETE', `/auth/sessions/${one.id}`)).body.code).toBe('session_not_found')
  expect((await ask(ana, 'DELETE', `/auth/sessions/${one.id}`)).status).toBe(204)
  expect((await ask(one.session, 'GET', '/auth/me')).body.code).toBe('token_invalid')
  expect((await ask(two.session, 'GET', '/auth/me')).body.credential).toEqual({ kind: 'session', id: two.id })
  expect(await audited(`session/${one.id}`)).toContain('session.end by ana')
})

test('a list of sessions goes on where it ended; a position of another list is no place in it', async () => {
  const [token, other] = [await person('bert'), await person('bess')]
  const opened = [await openSession('bert'), await openSession('bert'), await openSession('bert')]
  const first = (await ask(token, 'GET', '/auth/sessions?limit=2')).body
  const second = (await ask(token, 'GET', `/auth/sessions?limit=2&after=${first.next}`)).body
  const ids = [...first.items, ...second.items].map(({ id }) => id)
  expect(ids.sort()).toEqual(opened.map(({ id }) => id).sort())
  expect((await ask(other, 'GET', `/auth/sessions?after=${first.next}`)).body).toEqual({ items: [] })
})

test('all of them are ended at once, with every login, and nothing else', async () => {
  const login = await person('carl')
  const named = await ask(login, 'POST', '/tokens', { body: { password, name: 'ci', kind: 'read' } })
  const { session } = await openSession('carl')
  expect((await ask(login, 'DELETE', '/auth/sessions')).status).toBe(204)
  for (const over of [login, session]) expect((await ask(over, 'GET', '/auth/me')).status).toBe(401)
  expect((await ask(named.body.token, 'GET', '/auth/me')).status).toBe(200)
})

test('administrators see and end the sessions of others', async () => {
  const [admin, dora] = [await person('boss', 'admin'), await person('dora')]
  const { id, session } = await openSession('dora')
  const list = await ask(admin, 'GET', '/users/dora/sessions')
  expect(list.body.items).toMatchObject([{ id, isCurrent: false }])
  expect((await ask(dora, 'GET', '/users/dora/sessions')).body.code).toBe('admin_required')
  expect((await ask(admin, 'DELETE', `/users/boss/sessions/${id}`)).body.code).toBe('session_not_found')
  expect((await ask(admin, 'DELETE', `/users/dora/sessions/${id}`)).status).toBe(204)
  expect((await ask(session, 'GET', '/auth/me')).status).toBe(401)
  expect(await audited(`session/${id}`)).toContain('session.end by boss')
})

test('one’s own profile is changed by its parts; a limited token neither sees nor changes it', async () => {
  const token = await person('emil')
  const change = (body: object, as = token) => ask(as, 'PATCH', '/auth/me', { body })
  expect((await change({ email: 'emil@example.org', fullName: 'Emil' })).status).toBe(200)
  const cleared = await change({ fullName: null })
  expect(cleared.body).toMatchObject({ username: 'emil', email: 'emil@example.org' })
  expect((await ask(token, 'GET', '/auth/me')).body.profile).toEqual(cleared.body)
  expect(cleared.body).not.toHaveProperty('fullName')
  expect((await change({ email: 'nowhere' })).body.code).toBe('email_invalid')
  expect((await change({ roles: ['admin'] })).body.code).toBe('body_invalid')
  const limited = await ask(token, 'POST', '/tokens', { body: { password, name: 'ci', kind: 'publish' } })
  expect((await ask(limited.body.token, 'GET', '/auth/me')).body).not.toHaveProperty('profile')
  expect((await change({ fullName: 'Mallory' }, limited.body.token)).body.code).toBe('token_limited')
})

test('a new password costs the old one, and ends every other login', async () => {
  const token = await person('fritz')
  const { session } = await openSession('fritz')
  const change = (old: string) =>
    ask(token, 'PATCH', '/auth/me', { body: { password: { old, new: 'staple, not horse' } } })
  expect((await change('not his password')).body.code).toBe('credentials_wrong')
  expect((await change(password)).status).toBe(200)
  expect((await ask(token, 'GET', '/auth/me')).status).toBe(200)
  expect((await ask(session, 'GET', '/auth/me')).status).toBe(401)
  const user = await stack.stores.users.get('fritz' as Username)
  expect(deps.passwords.matches('staple, not horse', user?.passwordHash)).toBe(true)
})
