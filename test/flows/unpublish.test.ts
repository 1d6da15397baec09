import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PackageName, Version } from '../../src/model/ids.ts'
import { rebuild } from '../../src/registry/rebuild.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { formats } from '../../src/wiring.ts'
import { type Actor, json } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let ana: Actor

beforeAll(async () => {
  stack = await startStack()
  ana = await stack.as('ana')
}, 60_000)
afterAll(() => stack?.close())

const ref = (name: string) => ({ format: 'npm', name: name as PackageName }) as const

async function publish(name: string, ...versions: string[]): Promise<void> {
  for (const version of versions) expect((await ana.publish(name, version)).status).toBe(201)
}

/** What `npm unpublish <name>@<version>` does. */
async function unpublish(actor: Actor, name: string, version: string): Promise<Response> {
  const packument = await actor.json(`/${name}?write=true`)
  delete packument['versions'][version]
  return actor.fetch(`/${name}/-rev/${packument['_rev']}`, json('PUT', packument))
}

async function untilRemoved(name: string): Promise<void> {
  await expect.poll(() => stack.stored(`packages/npm/${name}/`), { timeout: 20_000 }).toEqual([])
}

test('a version goes: from the list, the tags and storage; its number is never free again', async () => {
  await publish('gone', '1.0.0', '1.1.0', '2.0.0-rc.1')
  await ana.fetch('/-/package/gone/dist-tags/latest', json('PUT', '1.1.0'))
  await ana.fetch('/-/package/gone/dist-tags/stable', json('PUT', '1.1.0'))
  expect((await unpublish(ana, 'gone', '1.1.0')).status).toBe(201)
  const after = await ana.json('/gone?write=true')
  expect(Object.keys(after['versions'])).toEqual(['1.0.0', '2.0.0-rc.1'])
  expect(after['dist-tags']).toEqual({ latest: '1.0.0' })
  expect((await ana.fetch(`/gone/-/gone-1.1.0.tgz/-rev/${after['_rev']}`, { method: 'DELETE' })).status).toBe(200)
  await untilRemoved('gone/1.1.0')
  expect(await stack.stored('packages/npm/gone/')).toHaveLength(2)
  const link = (await ana.fetch('/gone/-/gone-1.1.0.tgz')).headers.get('location') ?? ''
  expect((await fetch(link)).status).toBe(404)
  expect((await ana.fetch('/gone/1.1.0')).status).toBe(404)
  const again = await ana.publish('gone', '1.1.0', { files: { 'index.js': 'module.exports = 2' } })
  expect(again.status).toBe(403)
  expect(await again.json()).toMatchObject({ code: 'version_unpublished' })
  const deps = { ...stack.stores, formats, publicUrl: stack.config.publicUrl, platform: webPlatform }
  expect((await rebuild(deps, ref('gone'))).outcome).toBe('unchanged')
})

test('the whole package goes; its name stays with its owners, its numbers with nobody', async () => {
  await publish('whole', '1.0.0', '1.1.0')
  const { _rev } = await ana.json('/whole?write=true')
  expect((await ana.fetch(`/whole/-rev/${_rev}`, { method: 'DELETE' })).status).toBe(200)
  expect((await ana.fetch('/whole')).status).toBe(404)
  await untilRemoved('whole')
  expect((await ana.fetch('/-/package/whole/dist-tags')).status).toBe(404)
  expect((await (await stack.as('eve')).publish('whole', '3.0.0')).status).toBe(403)
  expect((await ana.publish('whole', '1.0.0')).status).toBe(403)
  await publish('whole', '2.0.0')
  const back = await ana.json('/whole')
  expect(back['dist-tags']).toEqual({ latest: '2.0.0' })
  expect(Object.keys(back['versions'])).toEqual(['2.0.0'])
  expect((await ana.publish('whole', '1.1.0')).status).toBe(403)
  await expect.poll(() => stack.stores.versions.due('9999', 10), { timeout: 20_000 }).toEqual([])
})

test('a stale revision, an unknown version and an empty list are refused, and nothing goes', async () => {
  await publish('kept', '1.0.0', '1.1.0')
  const { _rev } = await ana.json('/kept?write=true')
  const put = (revision: string, body: unknown) => ana.fetch(`/kept/-rev/${revision}`, json('PUT', body))
  expect((await put('1-0', { versions: { '1.0.0': {} } })).status).toBe(409)
  expect((await ana.fetch('/kept/-rev/1-0', { method: 'DELETE' })).status).toBe(409)
  expect((await put(_rev, { versions: { '7.0.0': {} } })).status).toBe(400)
  expect((await put(_rev, { versions: {} })).status).toBe(400)
  expect((await put(_rev, { versions: [] })).status).toBe(400)
  expect((await put(_rev, {})).status).toBe(400)
  expect((await put(_rev, { name: 'other', versions: { '1.0.0': {} } })).status).toBe(400)
  const file = await ana.fetch(`/kept/-/kept-1.0.0.tgz/-rev/${_rev}`, { method: 'DELETE' })
  expect(await file.json()).toMatchObject({ code: 'version_published' })
  expect(Object.keys((await ana.json('/kept'))['versions'])).toEqual(['1.0.0', '1.1.0'])
})

test('only owners may', async () => {
  expect((await ana.publish('open', '1.0.0', { access: 'public' })).status).toBe(201)
  const { _rev } = await ana.json('/open?write=true')
  const eve = await stack.as('eve')
  expect((await eve.fetch(`/open/-rev/${_rev}`, { method: 'DELETE' })).status).toBe(403)
  expect((await eve.fetch(`/open/-rev/${_rev}`, json('PUT', { maintainers: [{ name: 'eve' }] }))).status).toBe(403)
  const stranger = await stack.as()
  expect((await stranger.fetch(`/open/-rev/${_rev}`, { method: 'DELETE' })).status).toBe(401)
  const record = await stack.stores.versions.get({ ...ref('open'), version: '1.0.0' as Version })
  expect(record?.status).toBe('published')
})
