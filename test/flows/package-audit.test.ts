import { afterAll, beforeAll, expect, test } from 'vitest'
import { webPlatform } from '../../src/std/platform.ts'
import { type Actor, json, publishRequest } from '../support/actor.ts'
import { hurried } from '../support/hurried.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let ana: Actor

beforeAll(async () => {
  stack = await startStack()
  ana = await stack.as('ana')
}, 60_000)
afterAll(() => stack?.close())

/** What the log says of a package, oldest first. */
async function entriesOf(name: string) {
  const day = new Date().toISOString().slice(0, 10)
  const query = { from: day, to: `${day}T24`, limit: 100, target: `package/npm/${name}` }
  return [...(await stack.stores.auditEntries.find(query)).entries].reverse()
}

test('each command that changes a package leaves one entry, which says who and what', async () => {
  await ana.publish('lib', '1.0.0')
  await ana.publish('lib', '1.1.0', { tag: 'next' })
  await ana.fetch('/-/package/lib/dist-tags/next', json('PUT', '1.1.0')) // as it is already
  await ana.fetch('/-/package/lib/dist-tags/next', json('PUT', '1.0.0'))
  await ana.fetch('/-/package/lib/dist-tags/next', { method: 'DELETE' })
  for (const text of ['old', 'old', '']) {
    const packument = await ana.json('/lib?write=true')
    for (const version of Object.values(packument['versions'])) Object.assign(version as object, { deprecated: text })
    await ana.fetch('/lib', json('PUT', packument))
  }
  const { _rev } = await ana.json('/lib?write=true')
  await ana.fetch(`/lib/-rev/${_rev}`, json('PUT', { versions: { '1.0.0': {} } }))
  const entries = await entriesOf('lib')
  expect(entries.every(({ actor, credential }) => actor === 'ana' && credential?.startsWith('token/'))).toBe(true)
  const sha512 = expect.stringMatching(/^[0-9a-f]{128}$/)
  const both = (text: string) => ({ count: 2, versions: { '1.0.0': text, '1.1.0': text } })
  expect(entries.map(({ action, before, after, failed }) => [action, before, after, failed])).toEqual([
    ['package.publish', undefined, { version: '1.0.0', tags: ['latest'], sha512 }, undefined],
    ['package.publish', undefined, { version: '1.1.0', tags: ['next'], sha512 }, undefined],
    ['package.tags', { next: '1.1.0' }, { next: '1.0.0' }, undefined],
    ['package.tags', { next: '1.0.0' }, {}, undefined],
    ['package.deprecate', both(''), both('old'), undefined],
    ['package.deprecate', both('old'), both(''), undefined],
    ['package.unpublish', { count: 1, versions: { '1.1.0': 'published' } }, undefined, undefined],
  ])
})

test('what is refused on the way leaves a second entry that says so', async () => {
  await ana.publish('taken', '1.0.0')
  expect((await ana.publish('taken', '1.0.0', { files: { 'index.js': 'other' } })).status).toBe(403)
  const [, begun, failed] = await entriesOf('taken')
  expect(failed).toMatchObject({ id: begun?.id, action: 'package.publish', failed: 'version_taken' })
})

test('a change that cannot be recorded is not made', async () => {
  await ana.publish('safe', '1.0.0')
  const platform = hurried(async (request) => {
    if ((await request.clone().text()).includes('"day"')) throw new TypeError('away')
    return webPlatform.fetch(request)
  })
  const edge = stack.edge(platform)
  const { _rev } = await ana.json('/safe?write=true')
  const changes: readonly (readonly [string, RequestInit])[] = [
    ['/safe', publishRequest('safe', '1.1.0')],
    ['/-/package/safe/dist-tags/next', json('PUT', '1.0.0')],
    ['/safe', json('PUT', { name: 'safe', _rev, versions: { '1.0.0': { deprecated: 'old' } } })],
    [`/safe/-rev/${_rev}`, { method: 'DELETE' }],
    ['/-/package/safe/access', json('POST', { access: 'public' })],
  ]
  for (const [path, init] of changes) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ana.token}` }
    expect((await edge.fetch(new Request(`${stack.url}${path}`, { ...init, headers }))).status).toBe(503)
  }
  expect((await ana.json('/safe?write=true'))['_rev']).toBe(_rev)
  expect(await stack.stores.versions.due('9999', 10)).toEqual([])
})
