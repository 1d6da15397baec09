import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '../support/actor.ts'
import { json } from '../support/actor.ts'
import { company, givePassword } from '../support/company.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let ana: Actor
let eve: Actor
let admin: Actor

const password = 'a brush of badger hair'
const lib = '/api/v1/packages/npm/@acme%2flib'

beforeAll(async () => {
  stack = await startStack({ settings: { DECKLE_TRUST_ADDRESS: 'true' } })
  await company(stack, 'acme', ['writers'], { ana: ['owner'], bob: ['member', 'writers'] })
  await givePassword(stack, 'ana', password)
  ana = await stack.as('ana')
  eve = await stack.as('eve')
  admin = await stack.as('admin')
  await ana.publish('@acme/lib', '1.0.0')
  await ana.publish('@acme/lib', '1.1.0')
}, 60_000)
afterAll(() => stack?.close())

test('every problem is one of RFC 9457, and a wrong method names the right ones', async () => {
  const stranger = await stack.as()
  const cases = [
    ['GET', '/api/v1/nothing', 404, 'not_found'],
    ['POST', '/api/v1/auth/me', 405, 'method_not_allowed'],
    ['DELETE', `${lib}/access`, 405, 'method_not_allowed'],
    ['PUT', '/api/v1/packages/npm/none/tags/next', 415, 'unsupported_media_type'],
  ] as const
  for (const [method, path, status, code] of cases) {
    const answer = await stranger.fetch(path, { method, ...(method === 'PUT' ? { body: 'x' } : {}) })
    expect([path, answer.status]).toEqual([path, status])
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect(await answer.json()).toMatchObject({
      status,
      code,
      type: `urn:deckle:problem:${code}`,
      requestId: expect.any(String),
    })
  }
  expect((await stranger.fetch('/api/v1/tokens', { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD, POST')
  expect((await stranger.fetch('/api/v1/openapi.json', { method: 'HEAD' })).status).toBe(200)
})

test('a package that one may not read, one that is none, and a name that none can have answer the same', async () => {
  const stranger = await stack.as()
  for (const path of ['', '/versions', '/versions/1.0.0', '/versions/1.0.0/report', '/access']) {
    const bodies: unknown[] = []
    for (const name of ['@acme%2flib', '@acme%2fnone', 'No%20Name', '..%2f..']) {
      const answer = await stranger.fetch(`/api/v1/packages/npm/${name}${path}`)
      bodies.push({ status: answer.status, body: { ...((await answer.json()) as object), requestId: '' } })
    }
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size, path).toBe(1)
    expect(bodies[0]).toMatchObject({ status: 404, body: { code: 'package_not_found' } })
  }
})

test('a login is a token that works, until it is logged out', async () => {
  const stranger = await stack.as()
  const answer = await stranger.fetch('/api/v1/auth/login', json('POST', { username: 'ana', password }))
  expect(answer.status).toBe(201)
  const { token } = (await answer.json()) as { token: string }
  const headers = { authorization: `Basic ${btoa(`anything:${token}`)}` }
  const me = await stranger.json('/api/v1/auth/me', { headers })
  expect(me).toMatchObject({ username: 'ana', roles: ['publisher'], organisations: { acme: 'owner' } })
  expect((await stranger.fetch('/api/v1/auth/logout', { method: 'POST', headers })).status).toBe(204)
  const over = await stranger.fetch('/api/v1/auth/me', { headers })
  expect(over.status).toBe(401)
  expect(over.headers.get('www-authenticate')).toBe('Bearer realm="deckle", error="invalid_token"')
})

test('a token is as strong as it was asked for, is shown once, and ends', async () => {
  const asked = {
    password,
    name: 'ci',
    kind: 'publish',
    packages: ['npm/@acme/*'],
    addresses: ['10.1.2.3/8'],
    expiresInDays: 7,
  }
  const made = await ana.json('/api/v1/tokens', json('POST', asked))
  expect(made).toMatchObject({
    kind: 'publish',
    limits: { power: 'write', packages: ['npm/@acme/*'], addresses: ['10.0.0.0/8'] },
  })
  const { token, ...described } = made
  expect(await ana.json(`/api/v1/tokens/${made['id']}`)).toEqual(described)
  const listed = await ana.json('/api/v1/tokens')
  expect(listed['items']).toContainEqual(described)
  expect((await eve.fetch(`/api/v1/tokens/${made['id']}`)).status).toBe(404)
  const as = (address: string) => ({ headers: { authorization: `Bearer ${token}`, 'cf-connecting-ip': address } })
  expect((await ana.fetch(lib, as('10.9.9.9'))).status).toBe(200)
  expect((await ana.fetch(lib, as('192.0.2.1'))).status).toBe(403)
  expect((await ana.fetch('/api/v1/tokens', as('10.9.9.9'))).status).toBe(403)
  expect((await ana.fetch(`/api/v1/tokens/${made['id']}`, { method: 'DELETE' })).status).toBe(204)
  expect((await ana.fetch(lib, as('10.9.9.9'))).status).toBe(401)
})

test('a token for a number of uses says how many are left, and is good for just so many', async () => {
  const made = await ana.json('/api/v1/tokens', json('POST', { password, name: 'twice', kind: 'read', uses: 2 }))
  expect(made).toMatchObject({ limits: { power: 'read', uses: 2 }, usesLeft: 2 })
  const headers = { authorization: `Bearer ${made['token']}` }
  expect((await ana.fetch(lib, { headers })).status).toBe(200)
  expect(await ana.json(`/api/v1/tokens/${made['id']}`)).toMatchObject({ usesLeft: 1 })
  expect((await ana.fetch(lib, { headers })).status).toBe(200)
  const over = await ana.fetch(lib, { headers })
  expect([over.status, await over.json()]).toEqual([401, expect.objectContaining({ code: 'token_used_up' })])
  const { items } = await ana.json('/api/v1/tokens')
  expect(items).toContainEqual(expect.objectContaining({ id: made['id'], usesLeft: 0 }))
  const none = await ana.fetch('/api/v1/tokens', json('POST', { password, name: 'never', kind: 'read', uses: 0 }))
  expect(none.status).toBe(400)
})

test('lists go on where they ended; a position of another list is no place in it', async () => {
  const first = await ana.json('/api/v1/tokens?limit=1')
  expect((await eve.fetch(`/api/v1/tokens?after=${first['next'] ?? 'a'.repeat(20)}`)).status).toBe(200)
  const versions = await ana.json(`${lib}/versions?limit=1`)
  expect(versions).toMatchObject({ items: [{ version: '1.0.0', status: 'published' }], next: '1.0.0' })
  expect(await ana.json(`${lib}/versions?limit=5&after=1.0.0`)).toMatchObject({ items: [{ version: '1.1.0' }] })
  expect(await admin.json('/api/v1/packages?limit=100')).toMatchObject({
    items: [{ name: '@acme/lib', latest: '1.1.0' }],
  })
  expect((await eve.fetch('/api/v1/packages')).status).toBe(403)
  await expect
    .poll(() => ana.json('/api/v1/packages?q=lib'), { timeout: 10_000 })
    .toMatchObject({
      items: [{ name: '@acme/lib', description: 'about @acme/lib' }],
    })
  expect(await eve.json('/api/v1/packages?q=lib')).toEqual({ items: [] })
})

test('what is changed through the API is what clients see, and repeating it is fine', async () => {
  for (let time = 0; time < 2; time += 1) {
    expect((await ana.fetch(`${lib}/versions/1.0.0/deprecation`, json('PUT', { text: 'use 1.1.0' }))).status).toBe(204)
    expect((await ana.fetch(`${lib}/tags/stable`, json('PUT', { version: '1.0.0' }))).status).toBe(204)
    expect((await ana.fetch(`${lib}/owners/bob`, { method: 'PUT' })).status).toBe(204)
    expect((await ana.fetch(`${lib}/settings`, json('PATCH', { visibility: 'public' }))).status).toBe(200)
  }
  const fresh = { headers: { 'cache-control': 'no-cache' } }
  const packument = await eve.json('/@acme%2flib', fresh)
  expect(packument['versions']['1.0.0'].deprecated).toBe('use 1.1.0')
  expect(packument['dist-tags']).toEqual({ latest: '1.1.0', stable: '1.0.0' })
  expect(await eve.json(lib)).toMatchObject({ visibility: 'public', owners: ['ana', 'bob'], yourRight: 'none' })
  for (let time = 0; time < 2; time += 1) {
    expect((await ana.fetch(`${lib}/versions/1.0.0`, { method: 'DELETE' })).status).toBe(204)
  }
  expect(Object.keys((await ana.json('/@acme%2flib', fresh))['versions'])).toEqual(['1.1.0'])
  expect((await eve.fetch(`${lib}/versions/1.0.0`)).status).toBe(404)
  expect(await ana.json(`${lib}/versions/1.0.0`)).toMatchObject({ status: 'unpublished' })
})

test('fields that nobody asked for are refused, not dropped', async () => {
  const answer = await ana.fetch(`${lib}/settings`, json('PATCH', { visibility: 'public', owners: ['eve'] }))
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ code: 'body_invalid', detail: expect.stringContaining('owners') })
})

test('the audit log is read in pages and exported whole, by those whom it concerns', async () => {
  const target = 'target=package/npm/@acme/lib'
  const page = await ana.json(`/api/v1/audit?${target}&limit=2`)
  expect(page['items']).toHaveLength(2)
  const all = await ana.fetch(`/api/v1/audit/export?${target}`)
  expect(all.headers.get('content-type')).toBe('application/jsonl')
  const lines = (await all.text()).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line)).slice(0, 2)).toEqual(page['items'])
  expect(lines.map((line) => JSON.parse(line).action)).toEqual(
    expect.arrayContaining(['package.settings', 'package.owners', 'package.unpublish']),
  )
  const next = await ana.json(`/api/v1/audit?${target}&limit=100&after=${encodeURIComponent(page['next'])}`)
  expect(next['items']).toEqual(lines.map((line) => JSON.parse(line)).slice(2))
  expect((await eve.fetch(`/api/v1/audit?${target}`)).status).toBe(403)
  expect((await eve.fetch('/api/v1/audit/export')).status).toBe(403)
  expect((await admin.fetch('/api/v1/audit?after=9999-12-31T24%23~')).status).toBe(200)
  expect((await admin.fetch('/api/v1/audit?after=x')).status).toBe(400)
  const period = 'from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z'
  expect(await admin.json(`/api/v1/audit?${period}`)).toEqual({ items: [] })
})

test('the API has a page that needs no script, and names every operation', async () => {
  const stranger = await stack.as()
  const answer = await stranger.fetch('/-/docs/api')
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  const page = await answer.text()
  const document = await stranger.json('/api/v1/openapi.json')
  for (const methods of Object.values<Record<string, any>>(document['paths'])) {
    for (const { operationId } of Object.values(methods)) expect(page).toContain(`id="${operationId}"`)
  }
  expect(page).not.toMatch(/<script|style=|\[object/)
  expect(page).toContain('<code>package_not_found</code>')
  expect(page).toContain(`curl -X GET &#39;${stack.url}/api/v1/packages&#39;`)
})
