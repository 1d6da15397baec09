import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../src/registry/accounts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { Actor } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let stranger: Actor
const password = 'correct horse battery'

beforeAll(async () => {
  stack = await startStack({ validator: false })
  stranger = await stack.as()
  await createAccount(wireAccounts(stack.config, stack.stores, webPlatform), {
    username: 'bob',
    password,
    roles: ['publisher'],
  })
}, 60_000)
afterAll(() => stack?.close())

async function begin(body = '{}') {
  const answer = await stranger.fetch('/-/v1/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'npm/11.21.2 node/v24 <b>linux</b>' },
    body,
  })
  expect(answer.status).toBe(200)
  const { loginUrl, doneUrl } = (await answer.json()) as Record<string, string>
  expect(loginUrl).toMatch(new RegExp(`^${stack.url}/-/cli/`))
  return { page: loginUrl?.slice(stack.url.length) ?? '', poll: doneUrl?.slice(stack.url.length) ?? '' }
}

async function tokenOf(page: string): Promise<string> {
  const text = await (await stranger.fetch(page)).text()
  return /name="token" value="([^"]+)"/.exec(text)?.[1] ?? ''
}

const send = (
  page: string,
  fields: Record<string, string>,
  headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' },
) => stranger.fetch(page, { method: 'POST', headers, body: new URLSearchParams(fields) })

test('somebody allows a login, and its client gets one token, once', async () => {
  const { page, poll } = await begin()
  const waiting = await stranger.fetch(poll)
  expect([waiting.status, waiting.headers.get('retry-after'), await waiting.json()]).toEqual([202, '2', {}])
  const allowed = await send(page, { token: await tokenOf(page), decision: 'allow', name: 'bob', password })
  expect([allowed.status, allowed.headers.get('location')]).toEqual([303, page])
  expect(await (await stranger.fetch(page)).text()).toContain('<strong>bob</strong>')
  const { token } = await stranger.json(poll)
  expect(await new Actor(stack.url, token).json('/-/whoami')).toEqual({ username: 'bob' })
  expect((await stranger.fetch(poll)).status).toBe(404)
  expect((await send(page, { token: await tokenOf(page), decision: 'allow', name: 'bob', password })).status).toBe(404)
})

test('two clients that ask at once get one token between them', async () => {
  const { page, poll } = await begin('')
  await send(page, { token: await tokenOf(page), decision: 'allow', name: 'bob', password })
  const answers = await Promise.all(Array.from({ length: 6 }, () => stranger.fetch(poll)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404, 404])
})

test('somebody denies a login without a password, and that stays', async () => {
  const { page, poll } = await begin()
  const token = await tokenOf(page)
  expect((await send(page, { token, decision: 'deny', name: '', password: '' })).status).toBe(303)
  expect((await send(page, { token, decision: 'allow', name: 'bob', password })).status).toBe(404)
  const denied = await stranger.fetch(poll)
  expect([denied.status, ((await denied.json()) as { code: string }).code]).toEqual([403, 'web_login_denied'])
})

test('a wrong password shows the form again with what is wrong, and nothing is allowed', async () => {
  const { page, poll } = await begin()
  const again = await send(page, { token: await tokenOf(page), decision: 'allow', name: '"><i>bob', password: 'wrong' })
  expect(again.status).toBe(401)
  const text = await again.text()
  expect(text).toContain('role="alert">The user name or the password is wrong.')
  expect(text).toContain('value="&quot;&gt;&lt;i&gt;bob"')
  expect(text).not.toContain('value="wrong"')
  expect((await stranger.fetch(poll)).status).toBe(202)
})

test('the page says who asks, runs nothing, and is kept nowhere', async () => {
  const { page } = await begin()
  const answer = await stranger.fetch(page)
  const text = await answer.text()
  expect(text).toContain('npm/11.21.2')
  expect(text).toContain('less than a minute ago')
  expect(text).not.toMatch(/<script|<b>|style=|onclick/)
  expect(answer.headers.get('content-security-policy')).toBe(
    `default-src 'none'; style-src ${stack.url}/-/assets/; img-src ${stack.url}/-/assets/; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  )
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const [, sheet = ''] = /rel="stylesheet" href="([^"]+)"/.exec(text) ?? []
  const css = await stranger.fetch(sheet)
  expect([css.status, css.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8'])
  const [, icon = ''] = /rel="icon" type="image\/svg\+xml" href="([^"]+)"/.exec(text) ?? []
  const drawing = await stranger.fetch(icon)
  expect([drawing.status, drawing.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
})

test('a form from another site, or from another page, does nothing', async () => {
  const { page, poll } = await begin()
  const fields = { token: await tokenOf(page), decision: 'allow', name: 'bob', password }
  const others: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: stack.url },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    {},
  ]
  for (const headers of others) expect((await send(page, fields, headers)).status).toBe(403)
  expect((await send(page, { ...fields, token: 'x' })).status).toBe(404)
  expect((await send(page, { ...fields, decision: 'perhaps' })).status).toBe(400)
  const json = await stranger.fetch(page, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify(fields),
  })
  expect(json.status).toBe(415)
  expect((await stranger.fetch(poll)).status).toBe(202)
  expect((await send(page, fields, { origin: stack.url })).status).toBe(303)
})

test('one that ended answers like one that never was', async () => {
  const { page, poll } = await begin()
  const login = await stack.stores.webLogins.get(page.slice('/-/cli/'.length))
  if (login === undefined) throw new Error('the login was not stored')
  expect(login.endsAtMs - Date.now()).toBeLessThanOrEqual(10 * 60_000)
  await stack.stores.webLogins.put({ ...login, endsAtMs: Date.now() })
  for (const path of [page, `/-/cli/${'a'.repeat(22)}`, '/-/cli/x']) {
    const answer = await stranger.fetch(path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8'])
    expect(await answer.text()).toContain('This login has ended, was used, or never was.')
  }
  for (const path of [poll, `${poll}x`, `/-/v1/done/${'a'.repeat(22)}.b`, '/-/v1/done/x']) {
    expect((await stranger.fetch(path)).status).toBe(404)
  }
  expect((await stranger.fetch(`${poll.slice(0, -1)}-`)).status).toBe(404)
})

test('switched off, or to register, it is 404, so that clients ask themselves', async () => {
  const post = { method: 'POST', body: '{}' }
  const off = stack.edge(undefined, { DECKLE_WEB_LOGIN: 'false' })
  expect((await off.fetch(new Request(`${stack.url}/-/v1/login`, post))).status).toBe(404)
  expect((await stranger.fetch('/-/v1/login', { method: 'POST', body: '{"create":true}' })).status).toBe(404)
  await off.settled()
})
