import { type TOTP, URI } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Username } from '../../src/model/ids.ts'
import { createAccount } from '../../src/registry/accounts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { Authenticator } from '../builders/authenticator.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let deps: ReturnType<typeof wireAccounts>
const password = 'correct horse battery'
const security = '/-/account/security'

beforeAll(async () => {
  const keys = JSON.stringify([{ kid: 'test', secret: 'a'.repeat(43) }])
  const settings = { DECKLE_SECRET_KEY: 'b'.repeat(43), DECKLE_SESSION_KEYS: keys }
  stack = await startStack({ validator: false, settings })
  deps = wireAccounts(stack.config, stack.stores, webPlatform)
}, 60_000)
afterAll(() => stack?.close())

/** A browser: keeps its cookie, and says where its forms come from. */
class Browser {
  cookie = ''

  async get(path: string): Promise<Response> {
    return this.#send(path, {})
  }

  async post(path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) {
    const site = { 'sec-fetch-site': 'same-origin', ...headers }
    return this.#send(path, { method: 'POST', body: new URLSearchParams(fields), headers: site })
  }

  async text(path: string): Promise<string> {
    return (await this.get(path)).text()
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), ...(this.cookie && { cookie: this.cookie }) }
    const answer = await fetch(`${stack.url}${path}`, { ...init, headers, redirect: 'manual' })
    const set = answer.headers.get('set-cookie')
    if (set !== null) this.cookie = /Max-Age=0/.test(set) ? '' : (set.split(';')[0] ?? '')
    return answer
  }
}

async function loggedIn(name: string): Promise<Browser> {
  await createAccount(deps, { username: name, password, roles: ['publisher'] })
  const browser = new Browser()
  expect((await browser.post('/-/login', { name, password })).headers.get('location')).toBe(security)
  return browser
}
const unescaped = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
const passkeyOptions = (page: string) =>
  JSON.parse(unescaped(/data-passkey="([^"]+)"/.exec(page)?.[1] ?? '')).options as { challenge: string }
const formToken = (page: string) => /name="token" value="([^"]+)"/.exec(page)?.[1] ?? ''
const location = (answer: Response) => answer.headers.get('location') ?? ''

test('a session of a browser is a cookie that scripts and other sites do not get', async () => {
  await createAccount(deps, { username: 'ana', password, roles: ['publisher'] })
  const browser = new Browser()
  const answer = await browser.post('/-/login', { name: 'ana', password })
  expect(answer.headers.get('set-cookie')).toMatch(/^deckle=[\w.-]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/)
  expect(await browser.text(security)).toContain('Security of ana')
  const secure = stack.edge(undefined, { DECKLE_PUBLIC_URL: 'https://packages.example' })
  const body = new URLSearchParams({ name: 'ana', password })
  const headers = { 'sec-fetch-site': 'same-origin' }
  const over = await secure.fetch(new Request('https://packages.example/-/login', { method: 'POST', body, headers }))
  expect(over.headers.get('set-cookie')).toMatch(/^__Host-deckle=.+; Secure;/)
  await secure.settled()
})

test('the cookie is for pages: no other route takes it', async () => {
  const browser = await loggedIn('bob')
  expect((await browser.get('/-/whoami')).status).toBe(401)
  expect((await browser.get('/-/npm/v1/user')).status).toBe(401)
})

test('logging out ends the session, and without one people are sent to log in', async () => {
  const browser = await loggedIn('carla')
  const before = browser.cookie
  expect(location(await browser.post('/-/logout'))).toBe('/-/login')
  expect(browser.cookie).toBe('')
  expect(location(await browser.get(security))).toBe('/-/login')
  browser.cookie = before
  expect(location(await browser.get(security))).toBe('/-/login')
  browser.cookie = 'deckle=a.b.c'
  expect(location(await browser.get(security))).toBe('/-/login')
  expect(location(await browser.post('/-/logout'))).toBe('/-/login')
})

test('ending all sessions on the page ends them in every browser', async () => {
  const one = await loggedIn('dora')
  const two = new Browser()
  await two.post('/-/login', { name: 'dora', password })
  expect(await one.text(security)).toContain('You have 2 sessions.')
  expect(location(await one.post(`${security}/sessions/end`))).toBe('/-/login')
  const elsewhere = stack.edge()
  const asked = await elsewhere.fetch(new Request(`${stack.url}${security}`, { headers: { cookie: two.cookie } }))
  expect(location(asked)).toBe('/-/login')
})

test('nothing that takes a cookie is done for another site', async () => {
  const browser = await loggedIn('emma')
  const paths = ['confirm', 'app', 'app/confirm', 'codes', 'passkeys', 'passkeys/add', 'passkeys/remove', 'end']
  const all = [...[...paths, 'sessions/end'].map((path) => `${security}/${path}`), '/-/logout', '/-/login']
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: stack.url },
    { 'sec-fetch-site': 'none' },
  ]
  for (const path of all) {
    for (const headers of foreign)
      expect((await browser.post(path, { name: 'emma', password }, headers)).status).toBe(403)
  }
  expect(await browser.text(security)).toContain('Security of emma')
})

test('a wrong password shows the form again, alike for a name that nobody has', async () => {
  await loggedIn('fritz')
  const browser = new Browser()
  const wrong = await browser.post('/-/login', { name: 'fritz', password: 'not his password' })
  const unknown = await browser.post('/-/login', { name: 'frotz', password: 'not his password' })
  expect([wrong.status, unknown.status, browser.cookie]).toEqual([401, 401, ''])
  expect((await wrong.text()).replaceAll('fritz', 'frotz')).toBe(await unknown.text())
})

test('an app is set up on the page, then asked for when logging in, and its session may change what it protects', async () => {
  const browser = await loggedIn('gerd')
  const page = await (await browser.post(`${security}/app`, { password })).text()
  const totp = URI.parse(unescaped(/href="(otpauth:[^"]+)"/.exec(page)?.[1] ?? '')) as TOTP
  const confirmed = await browser.post(`${security}/app/confirm`, { code: totp.generate() })
  const codes = [...(await confirmed.text()).matchAll(/<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})<\/code>/g)].map(
    ([, code]) => code,
  )
  expect(codes).toHaveLength(10)
  deps.accounts.forget('gerd' as Username)

  const again = new Browser()
  const asked = location(await again.post('/-/login', { name: 'gerd', password }))
  expect(asked).toMatch(/^\/-\/second\//)
  expect(again.cookie).toBe('')
  const token = formToken(await again.text(asked))
  expect((await again.post(asked, { token, code: '000000' })).status).toBe(401)
  expect(location(await again.post(asked, { token, code: codes[0] ?? '' }))).toBe(security)
  expect(await again.text(security)).toContain('9 recovery codes are left')
  const renewed = await again.post(`${security}/codes`, { password })
  expect(await renewed.text()).toContain('Your recovery codes')
  expect((await again.post(`${security}/end`, { password: 'not his password' })).status).toBe(401)
  expect(location(await again.post(`${security}/end`, { password }))).toBe(security)
  expect(await again.text(security)).toContain('You have none')
})

test('in workerd, a passkey is added, asked for when logging in, and copies of it are found out', async () => {
  const browser = await loggedIn('hanna')
  const key = new Authenticator(stack.url)
  const add = async (name: string, made: (options: { challenge: string }) => object) => {
    const page = await (await browser.post(`${security}/passkeys`, { name, password })).text()
    return browser.post(`${security}/passkeys/add`, { passkey: JSON.stringify(made(passkeyOptions(page))) })
  }
  const elsewhere = await add('phished', (options) => key.create(options, { origin: 'https://evil.example' }))
  expect(elsewhere.status).toBe(401)
  const old = await add('old', (options) => key.create(options, { challenge: `${options.challenge.slice(0, -4)}AAAA` }))
  expect(old.status).toBe(401)
  const codes = await add('blue key', (options) => key.create(options))
  expect(await codes.text()).toContain('Your recovery codes')

  const logIn = async (answer: (options: { challenge: string }) => object) => {
    const person = new Browser()
    const asked = location(await person.post('/-/login', { name: 'hanna', password }))
    const page = await person.text(asked)
    const passkey = JSON.stringify(answer(passkeyOptions(page)))
    return { person, answer: await person.post(asked, { token: formToken(page), passkey }) }
  }
  const { person, answer } = await logIn((options) => key.get(options))
  expect(location(answer)).toBe(security)
  expect(await person.text(security)).toContain('blue key')
  const copied = await logIn((options) => key.get(options, { counter: 1 }))
  expect([copied.answer.status, copied.person.cookie]).toEqual([401, ''])
  const stranger = await logIn((options) => new Authenticator(stack.url).get(options))
  expect(stranger.answer.status).toBe(401)
  const nonsense = await logIn(() => ({ id: 'x', rawId: 'x', type: 'public-key', response: {} }))
  expect(nonsense.answer.status).toBe(400)

  const last = await person.post(`${security}/passkeys/remove`, { id: await passkeyId('hanna') })
  expect(last.status).toBe(409)
  expect(await last.text()).toContain('This is all that you have to show.')
})

test('a page with a passkey runs our script and no other; the others run none', async () => {
  const browser = await loggedIn('ida')
  const answer = await browser.post(`${security}/passkeys`, { name: 'key', password })
  expect(answer.headers.get('content-security-policy')).toContain(`script-src ${stack.url}/-/assets/;`)
  const [, script = ''] = /<script type="module" src="([^"]+)"><\/script>/.exec(await answer.text()) ?? []
  const served = await browser.get(script)
  expect([served.status, served.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
  expect((await browser.get(security)).headers.get('content-security-policy')).not.toContain('script-src')
})

test('whoever has a second factor and a session without it shows it before a change', async () => {
  const browser = await loggedIn('jan')
  const page = await (await browser.post(`${security}/app`, { password })).text()
  const totp = URI.parse(unescaped(/href="(otpauth:[^"]+)"/.exec(page)?.[1] ?? '')) as TOTP
  const confirmed = await (await browser.post(`${security}/app/confirm`, { code: totp.generate() })).text()
  const [, code = ''] = /<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})<\/code>/.exec(confirmed) ?? []
  const refused = await browser.post(`${security}/codes`, { password })
  expect(refused.status).toBe(401)
  expect(await refused.text()).toContain('Before you change something here')
  const asked = location(await browser.post(`${security}/confirm`))
  const token = formToken(await browser.text(asked))
  expect(location(await browser.post(asked, { token, code }))).toBe(security)
  expect((await browser.post(`${security}/codes`, { password })).status).toBe(200)
})

async function passkeyId(name: string): Promise<string> {
  const factor = await deps.factors.get(name as Username)
  return factor?.passkeys[0]?.id ?? ''
}
