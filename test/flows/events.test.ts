import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { PackageName, Username, Version } from '../../src/model/ids.ts'
import type { DownloadEvent } from '../../src/model/records.ts'
import { foldUsage } from '../../src/registry/fold-usage.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import type { Item } from '../../src/storage/dynamodb-items.ts'
import { hurried } from '../support/hurried.ts'
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
const today = new Date().toISOString().slice(0, 10)

const eventsIn = (item: Item): readonly Record<string, unknown>[] => JSON.parse(String(item['events']))

/** The items of a package's events today, each with what one user did in one minute. */
async function storedEvents(name: string): Promise<readonly Item[]> {
  return (await stack.stores.db.query('downloads', { partition: `npm/${name}#${today}` })).items
}

/** What the sweeper does. */
const counted = () => foldUsage({ ...stack.stores, platform: webPlatform })

test('each download leaves an event within a second, and is counted by the next sweep', async () => {
  const ana = await stack.as('ana')
  const headers = { 'user-agent': 'npm/11.21.2 node/v20', 'cf-connecting-ip': '203.0.113.9' }
  for (let time = 0; time < 3; time += 1) await ana.fetch(tarball, { headers })
  await vi.waitFor(async () => expect((await storedEvents('lib')).flatMap(eventsIn)).toHaveLength(3), 3_000)
  await counted()
  expect(await ana.json('/downloads/point/last-day/lib')).toMatchObject({ downloads: 3, package: 'lib' })
  const items = await storedEvents('lib')
  expect(items[0]).toMatchObject({ format: 'npm', name: 'lib', username: 'ana' })
  const events = items.flatMap(eventsIn)
  expect(events).toHaveLength(3)
  expect(events[0]).toMatchObject({
    at: expect.stringContaining(today),
    version: '1.0.0',
    outcome: 'allowed',
    addressPrefix: '203.0.113.0/24',
    client: 'npm/11.21.2',
  })
  const range = await ana.json('/downloads/range/last-week/lib')
  expect(range['downloads']).toHaveLength(7)
  expect(range['downloads'].at(-1)).toEqual({ day: today, downloads: 3 })
})

test('a refusal leaves an event with its reason, and so does a version that never was; neither is counted', async () => {
  const stranger = await stack.as()
  await stranger.fetch('/hidden/-/hidden-1.0.0.tgz')
  await (await stack.as('ana')).fetch('/hidden/-/hidden-9.9.9.tgz')
  await vi.waitFor(async () => {
    const events = (await storedEvents('hidden')).flatMap(eventsIn)
    const reasons = events.map((event) => [event['outcome'], event['reason']])
    expect(reasons).toEqual(
      expect.arrayContaining([
        ['refused', 'package_not_found'],
        ['refused', 'version_not_found'],
      ]),
    )
  }, 3_000)
  await counted()
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

test('many downloads of one package are a few items, one user to each, and each user finds their own', async () => {
  const minute = Math.floor(Date.now() / 60_000) * 60_000
  const event = (index: number, username?: string): DownloadEvent => ({
    id: `id-${index}-${username ?? ''}`,
    format: 'npm',
    name: 'popular' as PackageName,
    version: `1.0.${index}` as Version,
    at: new Date(minute + index).toISOString(),
    outcome: 'allowed',
    ...(username === undefined ? {} : { username: username as Username }),
  })
  const bySomebody = Array.from({ length: 250 }, (_, index) => event(index, 'bea'))
  const events = [...bySomebody, event(1), event(2, 'cyd'), { ...event(3, 'cyd'), at: '2026-01-01T00:00:00.000Z' }]
  await stack.stores.downloads.write(events)
  await stack.stores.downloads.write(events) // the same again, as after a lost answer, writes nothing anew
  const { items } = await stack.stores.db.query('downloads', { index: 'byUser', partition: 'bea' })
  expect(items.map((item) => eventsIn(item).length)).toEqual([100, 100, 50])
  expect(items.flatMap(eventsIn).map(({ version }) => version)).toEqual(bySomebody.map(({ version }) => version))
  const others = await stack.stores.db.query('downloads', { index: 'byUser', partition: 'cyd' })
  expect(others.items).toHaveLength(2)
})

test('when the store is away, events wait for the next flush', async () => {
  let away = true
  const platform = hurried(async (request) => {
    const body = await request.clone().text()
    if (away && body.includes('downloads')) throw new TypeError('away')
    return webPlatform.fetch(request)
  })
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
  await counted()
  expect(await ana.json('/downloads/point/last-day/patient')).toMatchObject({ downloads: 2 })
})

test('a flush that the runtime stopped is taken over by a later request, and nothing is lost', async () => {
  let now = Date.now()
  let stopped = 0
  const platform: Platform = {
    ...webPlatform,
    now: () => now,
    sleep: (milliseconds, signal) => {
      if (milliseconds !== 500 || stopped > 0) return webPlatform.sleep(milliseconds, signal)
      stopped += 1
      return Promise.withResolvers<void>().promise // no more is heard of it
    },
  }
  const edge = stack.edge(platform)
  const ana = await stack.as('ana')
  await ana.publish('stopped', '1.0.0')
  const count = async () => {
    await counted()
    return (await ana.json('/downloads/point/last-day/stopped'))['downloads']
  }
  for (const waitMs of [0, 9_000, 2_000]) {
    now += waitMs
    const headers = { authorization: `Bearer ${ana.token}` }
    const answer = await edge.fetch(new Request(`${stack.url}/stopped/-/stopped-1.0.0.tgz`, { headers }))
    expect(answer.status).toBe(302)
  }
  await vi.waitFor(async () => expect(await count()).toBe(3), 3_000)
  expect(stopped).toBe(1)
})

test('what comes while a flush is under way waits for the next half second: a busy edge writes twice a second', async () => {
  const sleeping: (() => void)[] = []
  let writes = 0
  const platform: Platform = {
    ...webPlatform,
    sleep: (milliseconds, signal) =>
      milliseconds === 500 ? new Promise((resolve) => sleeping.push(resolve)) : webPlatform.sleep(milliseconds, signal),
    fetch: (request) => {
      if (request.headers.get('x-amz-target')?.endsWith('BatchWriteItem')) {
        writes += 1
        if (writes === 1) void ask()
      }
      return webPlatform.fetch(request)
    },
  }
  const edge = stack.edge(platform)
  const ana = await stack.as('ana')
  const ask = () =>
    edge.fetch(new Request(`${stack.url}${tarball}`, { headers: { authorization: `Bearer ${ana.token}` } }))
  await ask()
  await ask()
  expect(sleeping).toHaveLength(1)
  sleeping[0]?.()
  await vi.waitFor(() => expect(sleeping).toHaveLength(2), 3_000)
  expect(writes).toBe(2) // of the journal, and of the log
  sleeping[1]?.()
  await edge.settled()
  expect(writes).toBe(4)
})
