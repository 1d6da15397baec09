import { type TOTP, URI } from 'otpauth'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { PackageName, Username } from '../../src/model/ids.ts'
import type { User } from '../../src/model/records.ts'
import { createAccount } from '../../src/registry/accounts.ts'
import { beginSecondFactor } from '../../src/registry/own-second-factor.ts'
import { openSession } from '../../src/registry/own-sessions.ts'
import { fixedKeys } from '../../src/registry/session-keys.ts'
import { SessionTexts } from '../../src/registry/session-texts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { problemIn, publishRequest } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let deps: ReturnType<typeof wireAccounts>
/** Later than now, so that each step of a test has a code of its own; storage takes a quarter of an hour at most. */
let clockMs = 0
let edge: ReturnType<Stack['edge']>
const key = 'a'.repeat(43)
const password = 'correct horse battery'

beforeAll(async () => {
  const keys = JSON.stringify([{ kid: 'test', secret: key }])
  stack = await startStack({
    settings: { DECKLE_SECRET_KEY: 'b'.repeat(43), DECKLE_SESSION_KEYS: keys, DECKLE_NEW_PACKAGES: 'public' },
  })
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
  readonly token?: string
  readonly method?: string
  readonly body?: unknown
  readonly otp?: string | undefined
  readonly headers?: Record<string, string>
}

const ask = (path: string, { token, method = 'GET', body, otp, headers = {} }: Asked = {}, at = edge) => {
  const sent = new Headers({ 'content-type': 'application/json', ...headers })
  if (token !== undefined) sent.set('authorization', `Bearer ${token}`)
  if (otp !== undefined) sent.set('npm-otp', otp)
  const init = { method, headers: sent, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  return at.fetch(new Request(`${stack.url}${path}`, init))
}
const tfa = (token: string, body: unknown, otp?: string) =>
  ask('/-/npm/v1/user', { token, method: 'POST', body: { tfa: body }, otp })
const publish = (name: string, version: string, token: string, otp?: string, headers: Record<string, string> = {}) => {
  const { body, ...init } = publishRequest(name, version)
  const sent = new Headers({ ...headers, 'content-type': 'application/json', authorization: `Bearer ${token}` })
  if (otp !== undefined) sent.set('npm-otp', otp)
  return edge.fetch(new Request(`${stack.url}/${name}`, { ...init, headers: sent, body: body as string }))
}

/** Somebody with a login, and with a second factor once they have set it up as npm does. */
async function person(username: string, mode: 'auth-only' | 'auth-and-writes' | 'none' = 'auth-and-writes') {
  const user = await createAccount(deps, { username, password, roles: ['publisher'] })
  const { token } = await deps.tokens.issue(user, 'login by npm', 1)
  if (mode === 'none') return { user, token, next: () => '', codes: [] as string[] }
  const { tfa: uri } = (await (await tfa(token, { mode, password })).json()) as { tfa: string }
  const totp = URI.parse(uri) as TOTP
  const code = () => totp.generate({ timestamp: Date.now() + clockMs })
  const { tfa: codes } = (await (await tfa(token, [code()])).json()) as { tfa: string[] }
  deps.accounts.forget(user.username)
  const next = () => {
    clockMs += 30_000
    return code()
  }
  return { user, token, next, code, codes }
}
const current = async (user: User) => (await deps.users.get(user.username)) ?? user

test('npm enables it: an address to scan, a code of it, ten recovery codes; nothing of it is stored in clear', async () => {
  const { token } = await person('ana', 'none')
  const begun = (await (await tfa(token, { mode: 'auth-only', password })).json()) as { tfa: string }
  expect(begun.tfa).toMatch(/^otpauth:\/\/totp\/.+secret=[A-Z2-7]{32}/)
  expect(await problemIn(await tfa(token, ['000000']))).toEqual([401, 'second_factor_wrong'])
  expect(await (await ask('/-/npm/v1/user', { token })).json()).toMatchObject({ tfa: null })
  const totp = URI.parse(begun.tfa) as TOTP
  const code = totp.generate({ timestamp: Date.now() + clockMs })
  const { tfa: codes } = (await (await tfa(token, [code])).json()) as { tfa: string[] }
  expect(codes).toHaveLength(10)
  expect(new Set(codes).size).toBe(10)
  for (const one of codes) expect(one).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/)
  expect(await (await ask('/-/npm/v1/user', { token })).json()).toMatchObject({
    tfa: { mode: 'auth-only', pending: false },
  })
  const kept = JSON.stringify(await stack.stores.secondFactors.get('ana' as Username))
  expect(kept).not.toContain(totp.secret.base32)
  for (const one of codes) expect(kept).not.toContain(one)
  const audited = await stack.stores.db.query('audit', { index: 'byTarget', partition: 'user/ana' })
  const entry = audited.items.find(({ action }) => action === 'user.second-factor')
  expect(entry).toMatchObject({ actor: 'ana', after: '{"secondFactor":"auth-only"}' })
})

test('it is not begun without the password, or where the registry cannot keep secrets', async () => {
  const { token } = await person('bob', 'none')
  const wrong = await tfa(token, { mode: 'auth-only', password: 'not his password' })
  expect(await problemIn(wrong)).toEqual([401, 'credentials_wrong'])
  const { secretKey: _, ...config } = stack.config
  const off = wireAccounts(config, stack.stores, webPlatform)
  const who = await off.tokens.resolve(token, { address: undefined, writes: true })
  await expect(beginSecondFactor(off, who, 'auth-only', { password, address: undefined })).rejects.toMatchObject({
    code: 'second_factor_off',
  })
})

test('with auth-and-writes, publishing asks for a code in the words that clients know, and takes it once', async () => {
  const { token, next, user } = await person('carla')
  const refused = await publish('carlas', '1.0.0', token)
  expect(refused.headers.get('www-authenticate')).toBe('otp')
  expect(await problemIn(refused)).toEqual([401, 'second_factor_required'])
  expect(await problemIn(await publish('carlas', '1.0.0', token, '123456'))).toEqual([401, 'second_factor_wrong'])
  const code = next()
  expect((await publish('carlas', '1.0.0', token, code)).status).toBe(201)
  // The next request of the same command
  expect((await publish('carlas', '1.0.1', token, code)).status).toBe(201)
  const other = await deps.tokens.issue(await current(user), 'stolen', 1)
  expect(await problemIn(await publish('carlas', '1.0.2', other.token, code))).toEqual([401, 'second_factor_wrong'])
  clockMs += 120_000
  expect(await problemIn(await publish('carlas', '1.0.2', token, code))).toEqual([401, 'second_factor_wrong'])
})

test('with auth-only, logging in asks for it, and writing does not', async () => {
  const { token, next } = await person('dora', 'auth-only')
  expect((await publish('doras', '1.0.0', token)).status).toBe(201)
  const login = (otp?: string) =>
    ask('/-/user/org.couchdb.user:dora', { method: 'PUT', body: { name: 'dora', password }, otp })
  const refused = await login()
  expect([refused.headers.get('www-authenticate'), ...(await problemIn(refused))]).toEqual([
    'otp',
    401,
    'second_factor_required',
  ])
  const code = next()
  expect((await login(code)).status).toBe(201)
  expect(await problemIn(await login(code))).toEqual([401, 'second_factor_wrong'])
  const wrong = await ask('/-/user/org.couchdb.user:dora', {
    method: 'PUT',
    body: { name: 'dora', password: 'not her password' },
    otp: next(),
  })
  expect([wrong.headers.get('www-authenticate'), ...(await problemIn(wrong))]).toEqual([null, 401, 'credentials_wrong'])
})

test('a recovery code is good once, also when two come at the same moment', async () => {
  const { user, codes } = await person('emma')
  const [first = '', second = ''] = codes
  expect(await deps.factors.check(user.username, first.toUpperCase())).toBe(true)
  expect(await deps.factors.check(user.username, first)).toBe(false)
  const both = await Promise.all(Array.from({ length: 4 }, () => deps.factors.check(user.username, second)))
  expect(both.filter(Boolean)).toHaveLength(1)
  expect((await deps.factors.get(user.username))?.recovery).toHaveLength(8)
})

test('a code of the app is good for one of those who show it at the same moment', async () => {
  const { user, next } = await person('fritz')
  const code = next()
  const all = await Promise.all(Array.from({ length: 4 }, () => deps.factors.check(user.username, code)))
  expect(all.filter(Boolean)).toHaveLength(1)
})

test('guessing codes is stopped, for right ones too', async () => {
  const { user, next } = await person('gerd')
  for (let guess = 0; guess < 9; guess += 1) await deps.factors.check(user.username, `00000${guess}`)
  await deps.factors.check(user.username, '000009')
  await expect(deps.factors.check(user.username, next())).rejects.toMatchObject({ code: 'too_many_attempts' })
})

test('changes of the account ask for it, whatever it is asked for otherwise', async () => {
  const { token, next } = await person('hanna', 'auth-only')
  const body = { name: 'ci', password, packages_all: true, packages_and_scopes_permission: 'read-write' }
  const create = (otp?: string) => ask('/-/npm/v1/tokens', { token, method: 'POST', body, otp })
  expect(await problemIn(await create())).toEqual([401, 'second_factor_required'])
  expect((await create(next())).status).toBe(201)
  const email = { email: 'thief@example.com' }
  expect(await problemIn(await ask('/-/npm/v1/user', { token, method: 'POST', body: email }))).toEqual([
    401,
    'second_factor_required',
  ])
  expect(await problemIn(await tfa(token, { mode: 'disable', password }))).toEqual([401, 'second_factor_required'])
  expect(await problemIn(await tfa(token, { mode: 'auth-and-writes', password }))).toEqual([
    401,
    'second_factor_required',
  ])
  const changed = await tfa(token, { mode: 'auth-and-writes', password }, next())
  expect(await changed.json()).toEqual({ tfa: { mode: 'auth-and-writes', pending: false } })
  expect((await (await tfa(token, { mode: 'disable', password }, next())).json()) as object).toEqual({ tfa: null })
  expect(await stack.stores.secondFactors.get('hanna' as Username)).toBeUndefined()
  expect((await create()).status).toBe(201)
})

test('what is set up again after it was ended keeps nothing of before', async () => {
  const { token, next, user, codes } = await person('ida')
  const standing = await deps.factors.get(user.username)
  await tfa(token, { mode: 'disable', password }, next())
  // As if the removal had been cut off
  if (standing !== undefined) await stack.stores.secondFactors.replace(undefined, standing, 'left')
  await tfa(token, { mode: 'auth-only', password })
  const begun = await stack.stores.secondFactors.get(user.username)
  expect(begun).toMatchObject({ recovery: [], passkeys: [] })
  expect(begun).not.toHaveProperty('totp')
  expect(await deps.factors.check(user.username, codes[0] ?? '')).toBe(false)
})

test('where every change demands one, nobody without publishes, but for automation', async () => {
  const { token, user } = await person('jan', 'none')
  const strict = stack.edge(undefined, { DECKLE_SECOND_FACTOR: 'writes' })
  const tag = { method: 'PUT', body: '1.0.0' }
  const enrol = { method: 'POST', body: { tfa: { mode: 'auth-only', password } } }
  await publish('jans', '1.0.0', token)
  const refused = await ask('/-/package/jans/dist-tags/next', { token, ...tag }, strict)
  expect(await problemIn(refused)).toEqual([403, 'second_factor_missing'])
  const robot = { password, packages_all: true, packages_and_scopes_permission: 'read-write', bypass_2fa: true }
  const made = await ask('/-/npm/v1/tokens', { token, method: 'POST', body: robot }, strict)
  expect(await problemIn(made)).toEqual([403, 'second_factor_missing'])
  expect((await ask('/-/npm/v1/user', { token, ...enrol }, strict)).status).toBe(200)
  const limits = { power: 'write' } as const
  const ci = await deps.tokens.issueNamed(user, { kind: 'automation', description: 'ci', lifetimeDays: 1, limits })
  expect((await ask('/-/package/jans/dist-tags/next', { token: ci.token, ...tag }, strict)).status).toBe(201)
  await strict.settled()
})

test('a package can demand one of whoever publishes it, and of automation too', async () => {
  const { token, user } = await person('kurt', 'none')
  await publish('kurts', '1.0.0', token)
  const limits = { power: 'write' } as const
  const ci = await deps.tokens.issueNamed(user, { kind: 'automation', description: 'ci', lifetimeDays: 1, limits })
  const ref = { format: 'npm', name: 'kurts' as PackageName } as const
  const settle = async (secondFactor: 'publish' | 'automation') => {
    const head = await stack.stores.heads.get(ref)
    if (head === undefined) throw new Error('no such package')
    await stack.stores.heads.replace(head, { ...head, secondFactor, generation: head.generation + 1 })
  }
  await settle('automation')
  expect(await problemIn(await publish('kurts', '1.0.1', token))).toEqual([403, 'second_factor_missing'])
  expect((await publish('kurts', '1.0.1', ci.token)).status).toBe(201)
  await settle('publish')
  expect(await problemIn(await publish('kurts', '1.0.2', ci.token))).toEqual([403, 'second_factor_missing'])
})

test('what a package demands is not taken back, nor is an owner made, without one', async () => {
  const { token, next } = await person('mara', 'auth-only')
  await publish('maras', '1.0.0', token)
  const set = (body: object, otp?: string) => ask('/-/package/maras/access', { token, method: 'POST', body, otp })
  expect((await set({ publish_requires_tfa: true })).status).toBe(200)
  expect(await problemIn(await set({ publish_requires_tfa: false }))).toEqual([401, 'second_factor_required'])
  expect((await set({ publish_requires_tfa: false }, next())).status).toBe(200)
  expect((await publish('maras', '1.0.1', token)).status).toBe(201)
})

test('a client that opens browsers gets a page, and by it a proof that is good for its own requests only', async () => {
  const { token, next, user } = await person('lena')
  const web = { 'npm-auth-type': 'web', 'user-agent': 'npm/11.21.2 node/v24' }
  const refused = await publish('lenas', '1.0.0', token, undefined, web)
  const { authUrl, doneUrl } = (await refused.json()) as Record<string, string>
  const [page, done] = [authUrl?.slice(stack.url.length) ?? '', doneUrl?.slice(stack.url.length) ?? '']
  const waiting = await ask(done)
  expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([202, '2'])
  const text = await (await ask(page)).text()
  expect(text).toContain('npm/11.21.2')
  const formToken = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? ''
  const send = (code: string, headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' }, of = formToken) =>
    edge.fetch(
      new Request(`${stack.url}${page}`, { method: 'POST', headers, body: new URLSearchParams({ token: of, code }) }),
    )
  const wrong = await send('000000')
  expect([wrong.status, (await wrong.text()).includes('role="alert"')]).toEqual([401, true])
  expect((await send(next(), { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await send(next(), undefined, 'x')).status).toBe(404)
  const right = await send(next())
  expect([right.status, right.headers.get('location')]).toEqual([303, page])
  expect((await send(next())).status).toBe(404)
  expect(await (await ask(page)).text()).toContain('Confirmed')
  const [{ token: proof }, again] = [(await (await ask(done)).json()) as { token: string }, await ask(done)]
  expect(again.status).toBe(404)
  const other = await deps.tokens.issue(await current(user), 'stolen', 1)
  expect(await problemIn(await publish('lenas', '1.0.0', other.token, proof))).toEqual([401, 'second_factor_wrong'])
  expect((await publish('lenas', '1.0.0', token, proof)).status).toBe(201)
  expect((await publish('lenas', '1.0.1', token, proof)).status).toBe(201)
  const challenge = await deps.challenges.read(page.slice('/-/second/'.length))
  expect(challenge.endsAtMs - Date.now() - clockMs).toBeLessThanOrEqual(5 * 60_000)
  await stack.stores.challenges.put({ ...challenge, endsAtMs: Date.now() })
  expect(await problemIn(await publish('lenas', '1.0.2', token, proof))).toEqual([401, 'second_factor_wrong'])
  for (const path of [`/-/second/${'a'.repeat(22)}`, '/-/second/x', `/-/v1/second/${'a'.repeat(22)}.b`]) {
    expect((await ask(path)).status).toBe(404)
  }
})

test('a login by the browser asks for it after the password, and ends when the password is changed meanwhile', async () => {
  const { next, user } = await person('mona', 'auth-only')
  const begin = async () => {
    const answer = await ask('/-/v1/login', { method: 'POST', body: {} })
    const { loginUrl, doneUrl } = (await answer.json()) as Record<string, string>
    return [loginUrl?.slice(stack.url.length) ?? '', doneUrl?.slice(stack.url.length) ?? ''] as const
  }
  const formOf = async (page: string) => /name="token" value="([^"]+)"/.exec(await (await ask(page)).text())?.[1] ?? ''
  const send = async (page: string, fields: Record<string, string>) => {
    const body = new URLSearchParams({ token: await formOf(page), ...fields })
    const headers = { 'sec-fetch-site': 'same-origin' }
    return edge.fetch(new Request(`${stack.url}${page}`, { method: 'POST', headers, body }))
  }
  const [page, done] = await begin()
  const second = (await send(page, { decision: 'allow', name: 'mona', password })).headers.get('location') ?? ''
  expect(second).toMatch(/^\/-\/second\//)
  expect((await ask(done)).status).toBe(202)
  expect((await send(second, { code: next() })).headers.get('location')).toBe(page)
  const { token } = (await (await ask(done)).json()) as { token: string }
  expect(await (await ask('/-/whoami', { token })).json()).toEqual({ username: 'mona' })

  const [page2, done2] = await begin()
  const second2 = (await send(page2, { decision: 'allow', name: 'mona', password })).headers.get('location') ?? ''
  const passwordHash = deps.passwords.hash('another horse battery')
  await stack.stores.users.replace(await current(user), { passwordHash }, new Date(Date.now() + 1e9).toISOString())
  expect((await send(second2, { code: next() })).status).toBe(404)
  expect((await ask(done2)).status).toBe(202)
})

test('a session that was opened with a code may do for ten minutes what demands one', async () => {
  const { next } = await person('nora')
  const open = (code?: string) =>
    openSession(deps, { name: 'nora', password, address: undefined, ...(code === undefined ? {} : { code }) }, {})
  await expect(open()).rejects.toMatchObject({ code: 'second_factor_required' })
  const { text, session } = await open(next())
  expect((await publish('noras', '1.0.0', text)).status).toBe(201)
  const texts = new SessionTexts(
    fixedKeys([{ kid: 'test', secret: Buffer.from(key, 'base64url') }]),
    stack.url,
    webPlatform,
  )
  const later = await texts.sign(session, Math.floor((Date.now() + clockMs) / 1_000) - 601)
  expect(await problemIn(await publish('noras', '1.0.1', later))).toEqual([401, 'second_factor_required'])
  const confirmed = await texts.sign(session, Math.floor((Date.now() + clockMs) / 1_000))
  expect((await publish('noras', '1.0.1', confirmed)).status).toBe(201)
})
