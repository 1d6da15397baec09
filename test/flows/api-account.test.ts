import { type TOTP, URI } from 'otpauth'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Username } from '../../src/model/ids.ts'
import { createAccount } from '../../src/registry/accounts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { Authenticator } from '../builders/authenticator.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let deps: ReturnType<typeof wireAccounts>
let edge: ReturnType<Stack['edge']>
/** Later than now, so that each step of a test has a code of its own. */
let clockMs = 0
const password = 'correct horse battery'

beforeAll(async () => {
  const keys = JSON.stringify([{ kid: 'test', secret: 'a'.repeat(43) }])
  const settings = { DECKLE_SECRET_KEY: 'b'.repeat(43), DECKLE_SESSION_KEYS: keys, DECKLE_REGISTRATION: 'invited' }
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

const factor = '/auth/second-factor'

/** Sets an app up by the API. @returns the code of the next step each time, and the recovery codes */
async function enrol(token: string, mode: 'auth-only' | 'auth-and-writes') {
  const begun = await ask(token, 'POST', `${factor}/app`, { body: { password, mode } })
  expect(begun.status).toBe(201)
  const app = URI.parse(begun.body.uri) as TOTP
  expect(app.secret.base32).toBe(begun.body.secret)
  const code = () => app.generate({ timestamp: Date.now() + clockMs })
  const next = () => {
    clockMs += 30_000
    return code()
  }
  const confirmed = await ask(token, 'POST', `${factor}/app/confirm`, { body: { code: code() } })
  expect(confirmed.status).toBe(200)
  return { next, codes: confirmed.body.recoveryCodes as readonly string[] }
}

test('an app is set up by the password and a code of it, and asked for from then on in npm’s words', async () => {
  const token = await person('greta')
  expect((await ask(token, 'GET', factor)).body).toEqual({ hasApp: false, codesLeft: 0, passkeys: [] })
  const wrong = await ask(token, 'POST', `${factor}/app`, { body: { password: 'not hers', mode: 'auth-only' } })
  expect(wrong.body.code).toBe('credentials_wrong')
  const { next, codes } = await enrol(token, 'auth-and-writes')
  expect(codes).toHaveLength(10)
  const mode = 'auth-and-writes'
  expect((await ask(token, 'GET', factor)).body).toEqual({ mode, hasApp: true, codesLeft: 10, passkeys: [] })
  const change = (code?: string) =>
    ask(token, 'PATCH', '/auth/me', { body: { fullName: 'Greta' }, ...(code === undefined ? {} : { code }) })
  const refused = await change()
  expect([refused.status, refused.body.code]).toEqual([401, 'second_factor_required'])
  expect(refused.headers.get('www-authenticate')).toBe('otp')
  expect(refused.headers.get('content-type')).toBe('application/problem+json')
  const guessed = await change('000000')
  expect([guessed.body.code, guessed.headers.get('www-authenticate')]).toEqual(['second_factor_wrong', 'otp'])
  expect((await change(next())).status).toBe(200)
  expect((await change(codes[0])).status).toBe(200)
  expect((await change(codes[0])).body.code).toBe('second_factor_wrong')
})

test.each(['/auth/login', '/auth/sessions'])('a code comes along with POST %s', async (path) => {
  const name = `hal${path.length}`
  const { next } = await enrol(await person(name), 'auth-only')
  const body = { username: name, password }
  const refused = await ask(undefined, 'POST', path, { body })
  expect([refused.body.code, refused.headers.get('www-authenticate')]).toEqual(['second_factor_required', 'otp'])
  expect((await ask(undefined, 'POST', path, { body, code: next() })).status).toBe(201)
  const unknown = { username: name, password: 'not his password' }
  expect((await ask(undefined, 'POST', path, { body: unknown, code: next() })).body.code).toBe('credentials_wrong')
})

test('what is asked, and recovery codes, are changed by password and code; so is the end of it', async () => {
  const token = await person('ida')
  const none = await ask(token, 'POST', `${factor}/recovery-codes`, { body: { password } })
  expect(none.body.code).toBe('second_factor_missing')
  const { next, codes } = await enrol(token, 'auth-only')
  const send = (method: string, rest: string, body: object, code?: string) =>
    ask(token, method, `${factor}${rest}`, { body, ...(code === undefined ? {} : { code }) })
  for (const [method, rest, more] of [
    ['PUT', '/mode', { mode: 'auth-and-writes' }],
    ['POST', '/recovery-codes', {}],
    ['POST', '/end', {}],
  ] as const) {
    expect((await send(method, rest, { password, ...more })).body.code).toBe('second_factor_required')
    const wrong = await send(method, rest, { password: 'not hers at all', ...more }, next())
    expect(wrong.body.code).toBe('credentials_wrong')
  }
  expect((await send('PUT', '/mode', { password, mode: 'auth-and-writes' }, next())).status).toBe(204)
  const renewed = await send('POST', '/recovery-codes', { password }, next())
  expect(renewed.body.recoveryCodes).toHaveLength(10)
  expect(await deps.factors.check('ida' as Username, codes[0] ?? '')).toBe(false)
  expect((await send('POST', '/end', { password }, next())).status).toBe(204)
  expect((await send('POST', '/end', { password })).status).toBe(204)
  expect((await ask(token, 'GET', factor)).body).toEqual({ hasApp: false, codesLeft: 0, passkeys: [] })
  expect(await audited('user/ida')).toEqual(
    expect.arrayContaining(['user.second-factor by ida', 'user.recovery-codes by ida']),
  )
})

test('passkeys are added, renamed and removed without a page of ours', async () => {
  const token = await person('jan')
  const begin = () => ask(token, 'POST', `${factor}/passkeys`, { body: { password, name: 'key' } })
  const authenticator = new Authenticator(stack.url)
  const foreign = authenticator.create((await begin()).body, { origin: 'https://evil.example' })
  const confirm = (passkey: object) => ask(token, 'POST', `${factor}/passkeys/confirm`, { body: { passkey } })
  expect((await confirm(foreign)).body.code).toBe('second_factor_wrong')
  const made = await confirm(authenticator.create((await begin()).body))
  expect([made.status, made.body.recoveryCodes.length]).toEqual([201, 10])
  const [code = '', another = ''] = made.body.recoveryCodes
  const [{ id }] = (await ask(token, 'GET', factor)).body.passkeys
  const rename = (one: string, shown: string) =>
    ask(token, 'PATCH', `${factor}/passkeys/${one}`, { body: { name: 'blue key' }, code: shown })
  expect((await rename('none', code)).body.code).toBe('passkey_not_found')
  expect((await rename(id, another)).status).toBe(204)
  expect((await ask(token, 'GET', factor)).body.passkeys).toMatchObject([{ id, name: 'blue key' }])
  const remove = (one: string, shown: string) => ask(token, 'DELETE', `${factor}/passkeys/${one}`, { code: shown })
  expect((await remove(id, made.body.recoveryCodes[2])).body.code).toBe('last_passkey')
  expect((await remove('none', made.body.recoveryCodes[3])).status).toBe(204)
})

test('an administrator takes away a second factor that was lost, on record, and not their own', async () => {
  const [admin, kim] = [await person('chief', 'admin'), await person('kim')]
  await enrol(kim, 'auth-and-writes')
  const path = '/users/kim/second-factor'
  expect((await ask(kim, 'DELETE', path)).body.code).toBe('admin_required')
  for (let time = 0; time < 2; time += 1) expect((await ask(admin, 'DELETE', path)).status).toBe(204)
  expect((await ask(undefined, 'POST', '/auth/login', { body: { username: 'kim', password } })).status).toBe(201)
  expect(await stack.stores.secondFactors.get('kim' as Username)).toBeUndefined()
  expect(await audited('user/kim')).toContain('user.second-factor by chief')
  expect((await ask(admin, 'DELETE', '/users/chief/second-factor')).body.code).toBe('own_account_kept')
  expect((await ask(admin, 'DELETE', '/users/nobody/second-factor')).body.code).toBe('user_not_found')
})

test('an administrator with a second factor reads lists without a code, and changes nothing without one', async () => {
  const admin = await person('root', 'admin')
  const { next } = await enrol(admin, 'auth-and-writes')
  for (const path of ['/users', '/users/root', '/users/root/sessions']) {
    expect((await ask(admin, 'GET', path)).status).toBe(200)
  }
  await person('lisa')
  const demote = (code?: string) =>
    ask(admin, 'PUT', '/users/lisa/roles', { body: { roles: ['reader'] }, ...(code === undefined ? {} : { code }) })
  expect((await demote()).body.code).toBe('second_factor_required')
  expect((await demote(next())).status).toBe(204)
})

test('invitations are listed without their secrets, newest first, and go on where they ended', async () => {
  const admin = await person('usher', 'admin')
  const made: Record<string, string>[] = []
  for (let count = 0; count < 3; count += 1) {
    clockMs += 1_000
    made.unshift((await ask(admin, 'POST', '/invitations', { body: { roles: ['reader'], days: 1 } })).body)
  }
  const first = (await ask(admin, 'GET', '/invitations?limit=2')).body
  const rest = (await ask(admin, 'GET', `/invitations?limit=2&after=${encodeURIComponent(first.next)}`)).body
  const items = [...first.items, ...rest.items]
  expect(items.map(({ id, endsAt }) => ({ id, endsAt }))).toEqual(made.map(({ id, endsAt }) => ({ id, endsAt })))
  expect(items[0]).toMatchObject({ roles: ['reader'], organisations: {}, by: 'usher' })
  for (const { url = '' } of made) expect(JSON.stringify(items)).not.toContain(url.slice(url.lastIndexOf('/') + 1))
  expect((await ask(admin, 'GET', '/invitations?after=x')).body.code).toBe('query_invalid')
  const ended = await stack.stores.invitations.get(made[0]?.['id'] ?? '')
  if (ended !== undefined) await stack.stores.invitations.put({ ...ended, endsAtMs: Date.now() })
  expect((await ask(admin, 'GET', '/invitations')).body.items.map(({ id }: { id: string }) => id)).toEqual(
    made.slice(1).map(({ id }) => id),
  )
})

test('an invitation that was revoked is good for nobody; revoking it again is fine, and on record once', async () => {
  const admin = await person('porter', 'admin')
  const { id, url } = (await ask(admin, 'POST', '/invitations', { body: { roles: [] } })).body
  const secret = url.slice(url.lastIndexOf('/') + 1)
  const path = `/invitations/${id}`
  expect((await ask(await person('olga'), 'DELETE', path)).body.code).toBe('admin_required')
  for (let time = 0; time < 2; time += 1) expect((await ask(admin, 'DELETE', path)).status).toBe(204)
  const guest = { secret, username: 'guest', password, email: 'guest@example.org' }
  expect((await ask(undefined, 'POST', '/invitations/accept', { body: guest })).body.code).toBe('invitation_over')
  expect(await audited(`invitation/${id.slice(0, 12)}`)).toEqual([
    'invitation.revoke by porter',
    'invitation.create by porter',
  ])
  expect((await ask(admin, 'DELETE', `/invitations/${secret}`)).status).toBe(204)
})

test('an invitation is revoked while it is used: it makes one account, or none', async () => {
  const admin = await person('warden', 'admin')
  for (let round = 0; round < 5; round += 1) {
    const { id, url } = (await ask(admin, 'POST', '/invitations', { body: { roles: ['reader'] } })).body
    const username = `guest-${round}`
    const body = { secret: url.slice(url.lastIndexOf('/') + 1), username, password, email: 'guest@example.org' }
    const [accepted, revoked] = await Promise.all([
      ask(undefined, 'POST', '/invitations/accept', { body }),
      ask(admin, 'DELETE', `/invitations/${id}`),
    ])
    expect(revoked.status).toBe(204)
    expect([201, 404]).toContain(accepted.status)
    const user = await stack.stores.users.get(username as Username)
    expect(user === undefined).toBe(accepted.status === 404)
    expect(await stack.stores.invitations.get(id)).toBeUndefined()
  }
})
