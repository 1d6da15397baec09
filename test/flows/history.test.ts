import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Username, Version } from '../../src/model/ids.ts'
import type { DownloadEvent } from '../../src/model/records.ts'
import { npmPackage } from '../../src/npm/names.ts'
import { account } from '../builders/account.ts'
import type { Actor } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let ana: Actor
let eve: Actor
let auditor: Actor

const day = 86_400_000
const now = Date.now()
const ago = (ms: number) => new Date(now - ms).toISOString()

beforeAll(async () => {
  stack = await startStack()
  await stack.stores.users.claim(account('uma', { roles: ['auditor'] }))
  ana = await stack.as('ana')
  eve = await stack.as('eve')
  auditor = await stack.as('uma')
  await ana.publish('lib', '1.0.0', { access: 'public' })
  await ana.publish('hidden', '1.0.0')
}, 60_000)
afterAll(() => stack?.close())

let count = 0
function event(name: string, at: string, changes: Partial<DownloadEvent> = {}): DownloadEvent {
  count += 1
  return {
    id: `id${String(count).padStart(8, '0')}`,
    ...npmPackage(name),
    version: '1.0.0' as Version,
    at,
    outcome: 'allowed',
    ...changes,
  }
}

const by = (name: string) => ({ username: name as Username })

/** All pages of a list. */
async function all(actor: Actor, path: string, limit: number): Promise<readonly Record<string, any>[]> {
  const items: Record<string, any>[] = []
  for (let after = ''; ; ) {
    const page = await actor.json(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${after}`)
    expect(page['items'].length).toBeLessThanOrEqual(limit)
    items.push(...page['items'])
    if (page['next'] === undefined) return items
    after = `&after=${encodeURIComponent(page['next'])}`
  }
}

test('downloads and refusals are in the history of the user and of the package', async () => {
  const headers = { 'user-agent': 'npm/11.21.2 node/v20', 'cf-connecting-ip': '203.0.113.9' }
  const edge = stack.edge()
  const get = (path: string, token?: string) =>
    edge.fetch(
      new Request(`${stack.url}${path}`, {
        headers: token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` },
      }),
    )
  expect((await get('/lib/-/lib-1.0.0.tgz', eve.token)).status).toBe(302)
  expect((await get('/hidden/-/hidden-1.0.0.tgz', eve.token)).status).toBe(404)
  expect((await get('/hidden/-/hidden-1.0.0.tgz')).status).toBe(404)
  await edge.settled()
  const where = { client: 'npm/11.21.2', addressPrefix: '203.0.113.0/24' }
  const ofEve = await all(eve, '/api/v1/history/eve', 50)
  expect(ofEve).toHaveLength(2)
  expect(ofEve).toEqual(
    expect.arrayContaining([
      {
        at: expect.any(String),
        format: 'npm',
        package: 'lib',
        version: '1.0.0',
        status: 'allowed',
        sizeBytes: expect.any(Number),
        username: 'eve',
        ...where,
      },
      expect.objectContaining({ package: 'hidden', status: 'refused', reason: 'package_not_found', ...where }),
    ]),
  )
  const ofHidden = await all(ana, '/api/v1/packages/npm/hidden/history', 50)
  expect(ofHidden.map(({ username, status }) => [username, status])).toEqual(
    expect.arrayContaining([
      ['eve', 'refused'],
      [undefined, 'refused'],
    ]),
  )
})

test('people read their own history, owners that of their packages, auditors all', async () => {
  const status = async (actor: Actor, path: string) => (await actor.fetch(path)).status
  expect(await status(eve, '/api/v1/history/ana')).toBe(403)
  expect(await status(eve, '/api/v1/history/nobody-at-all')).toBe(403)
  expect(await status(auditor, '/api/v1/history/eve')).toBe(200)
  expect(await status(auditor, '/api/v1/packages/npm/hidden/history')).toBe(200)
  expect(await status(eve, '/api/v1/packages/npm/lib/history')).toBe(404)
  const hidden = await eve.json('/api/v1/packages/npm/hidden/history')
  const none = await eve.json('/api/v1/packages/npm/none/history')
  expect({ ...hidden, requestId: '' }).toEqual({ ...none, requestId: '' })
  expect(await status(await stack.as(), '/api/v1/history/eve')).toBe(401)
})

test('pages of any size show every event once, the newest first, also within one item and over days', async () => {
  const minute = Date.parse(ago(3 * day).slice(0, 16)) + 0
  const at = (second: number) => new Date(minute + second * 1_000).toISOString()
  const together = Array.from({ length: 7 }, (_, second) => event('lib', at(second), by('kim')))
  await stack.stores.downloads.write(together)
  await stack.stores.downloads.write([event('lib', ago(40 * day), by('kim')), event('hidden', ago(2 * day), by('kim'))])
  await stack.stores.downloads.write([event('lib', ago(1 * day), by('kim'))])
  const times = [ago(1 * day), ago(2 * day), ...together.map((each) => each.at).reverse(), ago(40 * day)]
  for (const limit of [1, 2, 3, 7, 100]) {
    expect((await all(auditor, '/api/v1/history/kim', limit)).map((each) => each['at'])).toEqual(times)
    const ofLib = (await all(ana, '/api/v1/packages/npm/lib/history', limit)).filter(
      ({ username }) => username === 'kim',
    )
    expect(ofLib.map((each) => each['at'])).toEqual(times.filter((time) => time !== ago(2 * day)))
  }
})

test('a period is kept to the millisecond, also when an item began before it', async () => {
  const minute = Date.parse(ago(5 * day).slice(0, 16))
  const at = (second: number) => new Date(minute + second * 1_000).toISOString()
  await stack.stores.downloads.write(Array.from({ length: 6 }, (_, second) => event('lib', at(second), by('pat'))))
  const period = `from=${at(2)}&to=${at(4)}`
  const expected = [at(4), at(3), at(2)]
  const ofPat = await all(auditor, `/api/v1/history/pat?${period}`, 2)
  expect(ofPat.map((each) => each['at'])).toEqual(expected)
  const ofLib = await all(ana, `/api/v1/packages/npm/lib/history?${period}`, 2)
  expect(ofLib.map((each) => each['at'])).toEqual(expected)
  expect(await auditor.json(`/api/v1/history/pat?from=${at(4)}&to=${at(2)}`)).toEqual({ items: [] })
})

test('events that were written one to an item are read too', async () => {
  const old = event('lib', ago(6 * day), by('ole'))
  await stack.stores.db.put('downloads', {
    ...old,
    bucket: `npm/lib#${old.at.slice(0, 10)}`,
    item: `${old.at}#${old.id}`,
  })
  expect(await all(auditor, '/api/v1/history/ole', 10)).toMatchObject([
    { at: old.at, package: 'lib', status: 'allowed' },
  ])
})

test('a position that somebody made up is refused, or a place like any other', async () => {
  const [today, old] = [ago(0).slice(0, 10), ago(200 * day).slice(0, 10)]
  const tries = { '!': 400, 'x|y|z': 400, [`npm/lib#${today}|${ago(0)}#a|9999`]: 400, [`npm/none#${old}||0`]: 200 }
  const positions = { ...tries, [`npm/none#${today}|${ago(0)}#zzz|5`]: 200, [`npm/none#2026-02-31||0`]: 200 }
  for (const [after, status] of Object.entries(positions)) {
    for (const path of ['/api/v1/history/kim', '/api/v1/packages/npm/lib/history']) {
      const answer = await auditor.fetch(`${path}?after=${encodeURIComponent(after)}`)
      expect([after, path, answer.status]).toEqual([after, path, status])
    }
  }
})
