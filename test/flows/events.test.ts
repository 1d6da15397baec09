import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
  const ana = await stack.as('ana')
  await ana.publish('lib', '1.0.0', { access: 'public' })
  await ana.publish('hidden', '1.0.0')
}, 60_000)
afterAll(() => stack?.close())

const tarball = '/lib/-/lib-1.0.0.tgz'

test('each download is counted and leaves an event, within a second', async () => {
  const ana = await stack.as('ana')
  const headers = { 'user-agent': 'npm/11.21.2 node/v20', 'cf-connecting-ip': '203.0.113.9' }
  for (let time = 0; time < 3; time += 1) await ana.fetch(tarball, { headers })
  await vi.waitFor(async () => {
    expect(await ana.json('/downloads/point/last-day/lib')).toMatchObject({ downloads: 3, package: 'lib' })
  }, 3_000)
  const today = new Date().toISOString().slice(0, 10)
  const page = await stack.stores.db.query('downloads', { partition: `npm/lib#${today}` })
  expect(page.items).toHaveLength(3)
  expect(page.items[0]).toMatchObject({
    name: 'lib',
    version: '1.0.0',
    outcome: 'allowed',
    username: 'ana',
    addressPrefix: '203.0.113.0/24',
    client: 'npm/11.21.2',
  })
  const range = await ana.json('/downloads/range/last-week/lib')
  expect(range['downloads']).toHaveLength(7)
  expect(range['downloads'].at(-1)).toEqual({ day: today, downloads: 3 })
})

test('a refusal leaves an event with its reason, and so does a version that never was; neither is counted', async () => {
  const stranger = await stack.as()
  const today = new Date().toISOString().slice(0, 10)
  await stranger.fetch('/hidden/-/hidden-1.0.0.tgz')
  await (await stack.as('ana')).fetch('/hidden/-/hidden-9.9.9.tgz')
  await vi.waitFor(async () => {
    const page = await stack.stores.db.query('downloads', { partition: `npm/hidden#${today}` })
    const reasons = page.items.map((item) => [item['outcome'], item['reason']])
    expect(reasons).toEqual(
      expect.arrayContaining([
        ['refused', 'package_not_found'],
        ['refused', 'version_not_found'],
      ]),
    )
  }, 3_000)
  expect(await (await stack.as('ana')).json('/downloads/point/last-day/hidden')).toMatchObject({ downloads: 0 })
})

test('a cold download makes two requests side by side, a warm one none, and none is signed twice in a window', async () => {
  let requests = 0
  let now = Math.floor(Date.now() / 300_000) * 300_000 + 60_000
  const counting: Platform = {
    ...webPlatform,
    now: () => now,
    fetch: (request) => {
      requests += 1
      return webPlatform.fetch(request)
    },
  }
  const edge = stack.edge(counting)
  const ana = await stack.as('ana')
  const ask = () =>
    edge.fetch(new Request(`${stack.url}${tarball}`, { headers: { authorization: `Bearer ${ana.token}` } }))
  const first = await ask()
  expect(requests).toBe(2)
  const before = requests
  const second = await ask()
  expect(requests).toBe(before)
  expect(second.headers.get('location')).toBe(first.headers.get('location'))
  now += 4_000
  expect((await ask()).headers.get('location')).toBe(first.headers.get('location'))
  now += 300_000
  expect((await ask()).headers.get('location')).not.toBe(first.headers.get('location'))
  await edge.settled()
})

test('when the store is away, events wait for the next flush', async () => {
  let away = true
  const platform: Platform = {
    ...webPlatform,
    // Back-offs take no time; time-outs, which are sleeps too, keep theirs
    sleep: (milliseconds, signal) =>
      milliseconds < 1_000 ? Promise.resolve() : webPlatform.sleep(milliseconds, signal),
    fetch: async (request) => {
      const body = await request.clone().text()
      if (away && body.includes('downloads')) throw new TypeError('away')
      return webPlatform.fetch(request)
    },
  }
  const edge = stack.edge(platform)
  const ana = await stack.as('ana')
  await ana.publish('patient', '1.0.0')
  const ask = () =>
    edge.fetch(
      new Request(`${stack.url}/patient/-/patient-1.0.0.tgz`, { headers: { authorization: `Bearer ${ana.token}` } }),
    )
  expect((await ask()).status).toBe(302)
  await edge.settled()
  away = false
  expect((await ask()).status).toBe(302)
  await edge.settled()
  expect(await ana.json('/downloads/point/last-day/patient')).toMatchObject({ downloads: 2 })
})
