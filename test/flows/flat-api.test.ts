import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestHex } from '../../src/std/digest.ts'
import { json, problemIn } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

/** The flat API as `docs/flat-api.md` tells a script to use it. */

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ settings: { DECKLE_REGISTRATION: 'open' } })
}, 60_000)
afterAll(() => stack?.close())

const account = { username: 'sam', password: 'a brush of badger hair' }
const content = new TextEncoder().encode('a model, but small\n')
const sha256 = digestHex('sha256', content)

test('a script registers, publishes, lists and downloads, and its bytes never pass the registry', async () => {
  const stranger = await stack.as()
  const registered = await stranger.json('/api/auth/register', json('POST', { ...account, email: 'sam@example.com' }))
  expect(registered['username']).toBe('sam')
  const { token } = (await stranger.json('/api/auth/login', json('POST', account))) as { token: string }
  const headers = { authorization: `Bearer ${token}` }
  const ask = (path: string, init: RequestInit = {}) =>
    stranger.fetch(path, { ...init, headers: { ...headers, ...init.headers } })
  const read = async (path: string, init: RequestInit = {}) =>
    (await (await ask(path, init)).json()) as Record<string, any>
  expect(await read('/api/auth/me')).toMatchObject({ username: 'sam' })

  const wanted = {
    package: 'model',
    version: '1.0.0',
    filename: 'a.bin',
    sizeBytes: content.length,
    visibility: 'public',
  }
  const { id } = await read('/api/packages/init', json('POST', wanted))
  for (const body of [content, new Uint8Array(1_000_000)]) {
    const here = await ask(`/api/packages/${id}/part?number=1&sha256=${sha256}`, { method: 'PUT', body })
    expect(await problemIn(here)).toEqual([400, 'body_invalid'])
  }
  for (const method of ['PUT', 'POST']) {
    const part = await read(`/api/packages/${id}/part?number=1&sha256=${sha256}`, { method })
    expect(new URL(part['url']).origin).not.toBe(stack.url)
    expect((await fetch(part['url'], { method: 'PUT', headers: part['headers'], body: content })).status).toBe(200)
  }
  for (const wrong of [{ released: true }, { parts: [{ number: 1, sha256: 'x' }] }]) {
    const answer = await ask(`/api/packages/${id}/commit`, json('POST', wrong))
    expect(await problemIn(answer)).toEqual([400, 'body_invalid'])
  }
  const commit = json('POST', { release: true })
  expect(await read(`/api/packages/${id}/commit`, commit)).toMatchObject({ state: 'published', sha256 })
  expect((await read('/generic/model'))['versions']['1.0.0']).toMatchObject({ released: true })
  expect(await read(`/api/packages/${id}/commit`, { method: 'POST' })).toMatchObject({ state: 'published' })

  const link = await ask('/api/packages/model/1.0.0/a.bin/download')
  expect(link.status).toBe(302)
  expect(await (await fetch(link.headers.get('location') ?? '')).text()).toBe('a model, but small\n')
  expect((await ask('/api/packages/model/latest/a.bin/download')).status).toBe(302)
  const soon = { timeout: 10_000 } // the index of search, and the log, are written after the answer
  const found = async () => (await read('/api/packages?format=generic&q=model'))['items']
  await expect.poll(found, soon).toMatchObject([{ name: 'model' }])
  const history = async () => (await read('/history/sam'))['items']
  await expect.poll(history, soon).toMatchObject([{ package: 'model' }])
  expect(await read('/api/history/sam')).toEqual(await read('/history/sam'))

  const other = await read('/api/packages/init', json('POST', { ...wanted, version: '2.0.0' }))
  expect((await ask(`/api/packages/${other['id']}/abort`, { method: 'POST' })).status).toBe(204)
  expect(await problemIn(await ask(`/api/packages/${other['id']}/commit`, { method: 'POST' }))).toEqual([
    409,
    'upload_closed',
  ])
  expect((await ask('/api/auth/logout', { method: 'POST' })).status).toBe(204)
  expect((await ask('/api/auth/me')).status).toBe(401)
})

test('packages of npm that are called as a short address is are still there', async () => {
  const ana = await stack.as('ana')
  for (const name of ['history', 'validate']) {
    expect((await ana.publish(name, '5.3.0', { access: 'public' })).status).toBe(201)
    expect(await ana.json(`/${name}`)).toMatchObject({ name, 'dist-tags': { latest: '5.3.0' } })
    for (const version of ['5.3.0', 'latest']) expect(await ana.json(`/${name}/${version}`)).toMatchObject({ name })
    expect((await ana.fetch(`/${name}/-/${name}-5.3.0.tgz`)).status).toBe(302)
  }
  expect((await ana.fetch('/history/^5')).status).toBe(404)
  const tagged = await ana.fetch('/-/package/history/dist-tags/next', json('PUT', '5.3.0'))
  expect(tagged.status).toBe(201)
  expect((await ana.json('/history'))['dist-tags']).toEqual({ latest: '5.3.0', next: '5.3.0' })
  // A user's, whatever a tag is called: `/history` names them all
  expect(await problemIn(await ana.fetch('/history/next'))).toEqual([403, 'history_not_allowed'])
})

test('what one may not do by the long address, one may not do by the short one', async () => {
  const stranger = await stack.as()
  expect(await problemIn(await stranger.fetch('/api/packages/init', json('POST', {})))).toEqual([400, 'body_invalid'])
  for (const path of ['/history/sam', '/api/history/sam'])
    expect(await problemIn(await stranger.fetch(path))).toEqual([401, 'login_required'])
  expect(await problemIn(await stranger.fetch('/validate', json('POST', {})))).toEqual([400, 'body_invalid'])
  expect(await problemIn(await (await stack.as('eve')).fetch('/api/history/sam'))).toEqual([403, 'history_not_allowed'])
  expect(await problemIn(await stranger.fetch('/api/packages/none/1.0.0/a.bin/download'))).toEqual([
    404,
    'package_not_found',
  ])
  expect(await stranger.json('/api/health')).toMatchObject({ status: 'ok' })
})
