import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PackageName, Version } from '../../src/model/ids.ts'
import { rebuild } from '../../src/registry/rebuild.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { formats } from '../../src/wiring.ts'
import type { Actor } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let ana: Actor

beforeAll(async () => {
  stack = await startStack()
  ana = await stack.as('ana')
  for (const version of ['1.0.0', '1.1.0', '2.0.0']) await ana.publish('old', version)
}, 60_000)
afterAll(() => stack?.close())

const ref = { format: 'npm', name: 'old' as PackageName } as const

const write = (actor: Actor, document: unknown, name = 'old') =>
  actor.fetch(`/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(document),
  })

/** What `npm deprecate` does: reads, sets, sends all back. */
async function deprecate(actor: Actor, texts: Readonly<Record<string, unknown>>): Promise<Response> {
  const packument = await actor.json('/old?write=true')
  for (const [version, text] of Object.entries(texts)) packument['versions'][version].deprecated = text
  return write(actor, packument)
}

async function said(): Promise<Record<string, unknown>> {
  const { versions } = await ana.json('/old', { headers: { 'cache-control': 'no-cache' } })
  return Object.fromEntries(Object.entries<any>(versions).map(([version, it]) => [version, it.deprecated]))
}

test('many versions are deprecated in one change, which a rebuild has nothing to add to', async () => {
  const before = await stack.stores.heads.get(ref)
  expect((await deprecate(ana, { '1.0.0': 'too old', '1.1.0': 'too old' })).status).toBe(200)
  expect(await said()).toEqual({ '1.0.0': 'too old', '1.1.0': 'too old', '2.0.0': undefined })
  const short = await ana.json('/old', { headers: { accept: 'application/vnd.npm.install-v1+json' } })
  expect(short['versions']['1.0.0'].deprecated).toBe('too old')
  const record = await stack.stores.versions.get({ ...ref, version: '1.0.0' as Version })
  expect(record).toMatchObject({ status: 'published', deprecated: 'too old' })
  expect((await stack.stores.heads.get(ref))?.generation).toBe((before?.generation ?? 0) + 1)
  const deps = { ...stack.stores, formats, publicUrl: stack.config.publicUrl, platform: webPlatform }
  expect((await rebuild(deps, ref)).outcome).toBe('unchanged')
  expect(await stack.stores.versions.due('9999', 10)).toEqual([])
})

test('an empty text takes it back, and so does leaving the field out', async () => {
  await deprecate(ana, { '1.0.0': 'a', '1.1.0': 'b' })
  expect((await deprecate(ana, { '1.0.0': '', '1.1.0': undefined })).status).toBe(200)
  expect(await said()).toEqual({ '1.0.0': undefined, '1.1.0': undefined, '2.0.0': undefined })
  const record = await stack.stores.versions.get({ ...ref, version: '1.0.0' as Version })
  expect(record?.deprecated).toBeUndefined()
})

test('nothing else of what is sent is taken over', async () => {
  const packument = await ana.json('/old?write=true')
  packument['versions']['2.0.0'].scripts = { postinstall: 'evil' }
  packument['versions']['2.0.0'].deprecated = 'changed'
  packument['versions']['9.9.9'] = { name: 'old', version: '9.9.9', deprecated: 'no' }
  packument['dist-tags'].latest = '1.0.0'
  packument['maintainers'] = [{ name: 'eve' }]
  delete packument['versions']['1.1.0']
  expect((await write(ana, packument)).status).toBe(200)
  const after = await ana.json('/old')
  expect(Object.keys(after['versions'])).toEqual(['1.0.0', '1.1.0', '2.0.0'])
  expect(after['versions']['2.0.0'].scripts).toBeUndefined()
  expect(after['dist-tags'].latest).toBe('2.0.0')
  expect(after['maintainers']).toMatchObject([{ name: 'ana' }])
})

test('a stale revision is a conflict, and changes nothing', async () => {
  const stale = await ana.json('/old?write=true')
  await deprecate(ana, { '1.0.0': 'first' })
  stale['versions']['1.0.0'].deprecated = 'second'
  const refused = await write(ana, stale)
  expect(refused.status).toBe(409)
  expect(await refused.json()).toMatchObject({ code: 'conflict' })
  expect((await said())['1.0.0']).toBe('first')
})

test('only owners may, and strangers are asked to log in', async () => {
  const packument = await ana.json('/old?write=true')
  expect((await write(await stack.as('eve'), packument)).status).toBe(403)
  expect((await write(await stack.as(), packument)).status).toBe(401)
  expect(
    (await write(await stack.as('eve'), { ...packument, _id: 'nothing', name: 'nothing' }, 'nothing')).status,
  ).toBe(404)
})

test.each([
  ['an empty object', {}],
  ['versions that are a list', { _rev: '1-x', versions: [] }],
  ['no revision', { versions: { '1.0.0': { deprecated: 'x' } } }],
  ['a text that is none', { _rev: '1-x', versions: { '1.0.0': { deprecated: { a: 1 } } } }],
  ['a version that is none', { _rev: '1-x', versions: { '1.0.0': 1 } }],
  ['too long a text', { _rev: '1-x', versions: { '1.0.0': { deprecated: 'x'.repeat(1_025) } } }],
  ['another package', { _id: 'other', _rev: '1-x', versions: {} }],
  ['attachments without a tarball', { _id: 'old', _rev: '1-x', versions: {}, _attachments: {} }],
])('%s is refused with a sentence', async (_, document) => {
  const refused = await write(ana, document)
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ code: 'body_invalid' })
})
