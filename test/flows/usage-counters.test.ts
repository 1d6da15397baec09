import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OrgName, PackageName, Username, Version } from '../../src/model/ids.ts'
import { anonymous } from '../../src/model/principal.ts'
import type { DownloadEvent } from '../../src/model/records.ts'
import type { Subject } from '../../src/model/usage.ts'
import { EventLog } from '../../src/registry/events.ts'
import { foldUsage } from '../../src/registry/fold-usage.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { wireStores } from '../../src/wiring.ts'
import { publishRequest } from '../support/actor.ts'
import { dying } from '../support/dying.ts'
import { hurried } from '../support/hurried.ts'
import { type Stack, startStack } from '../support/stack.ts'

/** Counters against the log of events: what one says, the other does, whoever dies on the way. */

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ workerd: false })
  const edge = stack.edge()
  for (const [name, version] of [
    ['lib', '1.0.0'],
    ['lib', '2.0.0'],
    ['@acme/tool', '1.0.0'],
  ] as const) {
    const { token } = await stack.as('ana')
    const request = publishRequest(name, version, name === 'lib' ? { access: 'public' } : {})
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const answer = await edge.fetch(new Request(`${stack.url}/${encodeURIComponent(name)}`, { ...request, headers }))
    expect(answer.status).toBe(201)
  }
}, 60_000)
afterAll(() => stack?.close())

const day = new Date().toISOString().slice(0, 10)
const today = { from: `${day}T00:00:00.000Z`, to: `${day}T23:59:59.999Z` }
const format = 'npm' as const
const lib = 'lib' as PackageName

/** As the clients of storage make them. */
const attemptsOfARequest = 4
const hurriedPlatform = hurried(webPlatform.fetch)

/** A sweep an hour later, when what a writer has left behind is the sweeper's. Requests are signed by the real clock. */
function sweep(platform: Platform = hurriedPlatform): Promise<number> {
  const later = { ...platform, now: () => Date.now() + 3_600_000 }
  return foldUsage({ ...wireStores(stack.config, platform), platform: later })
}

/** All events of a package that the log holds. */
async function logOf(name: PackageName): Promise<readonly DownloadEvent[]> {
  const events: DownloadEvent[] = []
  let after: string | undefined
  do {
    const position = after === undefined ? {} : { after }
    const page = await stack.stores.history.ofPackage({ format, name }, { ...today, limit: 100, ...position })
    events.push(...page.events)
    after = page.next
  } while (after !== undefined)
  return events
}

async function counterOf(subject: Subject) {
  return (await stack.stores.usageCounters.daily(subject, day, day)).get(day)
}

/** What a counter is to say, by going through the log. */
function replayed(events: readonly DownloadEvent[]) {
  const downloads = events.filter(({ outcome }) => outcome === 'allowed')
  const refusals = events.filter(({ outcome }) => outcome === 'refused')
  const numbers = (texts: readonly string[]) => {
    return Object.fromEntries([...Map.groupBy(texts, (text) => text)].map(([text, same]) => [text, same.length]))
  }
  return {
    downloads: downloads.length,
    bytes: downloads.reduce((sum, { sizeBytes = Number.NaN }) => sum + sizeBytes, 0),
    anonymous: downloads.filter(({ username }) => username === undefined).length,
    users: new Set(downloads.flatMap(({ username }) => username ?? [])).size,
    refusals: refusals.length,
    clients: numbers(downloads.map(({ client }) => client?.split('/')[0] ?? 'other')),
    reasons: numbers(refusals.map(({ reason = '' }) => reason)),
  }
}

/** Each counter that an event of the package counts for says what the log says. */
async function expectExact(name: PackageName): Promise<void> {
  const log = await logOf(name)
  expect(await counterOf(`npm/${name}`)).toEqual(replayed(log))
  for (const [version, events] of Map.groupBy(log, (event) => event.version)) {
    expect(await counterOf(`npm/${name}#${version}`)).toEqual(replayed(events))
  }
}

function download(name: string, index: number, more: Partial<DownloadEvent> = {}): DownloadEvent {
  const at = new Date().toISOString()
  const version = `${1 + (index % 2)}.0.0` as Version
  return {
    id: `${name}-${index}`,
    format,
    name: name as PackageName,
    version,
    at,
    outcome: 'allowed',
    sizeBytes: 7,
    ...more,
  }
}

async function note(events: readonly DownloadEvent[]): Promise<void> {
  const { journal } = stack.stores
  await journal.append(journal.segmentsOf(events))
}

test('what several edges count is what a replay of the log counts, for each of whom it is about', async () => {
  const edges = [stack.edge(hurried(webPlatform.fetch)), stack.edge(hurried(webPlatform.fetch))]
  const wanted = [
    '/lib/-/lib-1.0.0.tgz',
    '/lib/-/lib-2.0.0.tgz',
    '/@acme/tool/-/tool-1.0.0.tgz',
    '/lib/-/lib-9.9.9.tgz',
  ]
  for (const [index, edge] of edges.entries()) {
    for (const name of [undefined, 'ana', 'bob']) {
      const { token } = await stack.as(name)
      const headers = {
        'user-agent': index === 0 ? 'npm/11.0.0' : 'pip/25.0',
        ...(token && { authorization: `Bearer ${token}` }),
      }
      await Promise.all(wanted.map((path) => edge.fetch(new Request(`${stack.url}${path}`, { headers }))))
    }
  }
  await Promise.all(edges.map((edge) => edge.settled()))
  await Promise.all([sweep(), sweep(), sweep()])
  const log = [...(await logOf(lib)), ...(await logOf('@acme/tool' as PackageName))]
  expect(log).toHaveLength(24)
  await expectExact(lib)
  await expectExact('@acme/tool' as PackageName)
  expect(await counterOf('registry')).toEqual(replayed(log))
  expect(await counterOf('org/acme' as Subject)).toEqual(replayed(log.filter(({ org }) => org === ('acme' as OrgName))))
  const { users: _, ...anas } = replayed(log.filter(({ username }) => username === ('ana' as Username)))
  expect(await counterOf('user/ana' as Subject)).toMatchObject(anas)
  expect(await stack.stores.usageLists.ranking(format, `day/${day}`)).toEqual([
    { name: 'lib', downloads: 12 },
    { name: '@acme/tool', downloads: 2 },
  ])
  expect((await stack.stores.usageLists.unused(format, '9999', { limit: 10 })).entries).toEqual([
    { name: '@acme/tool', lastUsedOn: day },
    { name: 'lib', lastUsedOn: day },
  ])
})

test('an edge that dies after any of its writes: what is in the log is counted once', async () => {
  const before = (await logOf(lib)).length
  let deaths = 0
  for (let at = 1; ; at += 1) {
    const platform = dying(at)
    const edge = stack.edge(platform)
    for (const path of ['/lib/-/lib-1.0.0.tgz', '/lib/-/lib-2.0.0.tgz']) {
      await edge.fetch(new Request(`${stack.url}${path}`, { headers: { 'user-agent': 'npm/11.0.0' } }))
    }
    await edge.settled()
    await sweep()
    await expectExact(lib)
    if (platform.writes() < at) break
    deaths += 1
  }
  expect(deaths).toBeGreaterThanOrEqual(3)
  // Nothing is lost once it is in the journal, which is the first write
  expect((await logOf(lib)).length - before).toBeGreaterThan(deaths)
})

test('a sweeper that dies after any of its writes: the next one finishes, and counts nothing twice', async () => {
  const name = 'crashy' as PackageName
  let counted = 0
  for (let at = 1; ; at += 1) {
    const events = ['ana', undefined].map((user, index) => {
      const username = user === undefined ? {} : { username: user as Username }
      return download(name, counted + index, { client: 'npm/11.0.0', ...username })
    })
    counted += events.length
    // Used before, long ago: a line of then is to go
    const aged = `aged-${at}` as PackageName
    await stack.stores.usageLists.used({ format, name: aged }, '2000-01-01')
    await note([...events, download(aged, 0)])
    const platform = dying(at)
    await sweep(platform).catch(() => undefined)
    await sweep()
    if (platform.writes() < at) break
  }
  await expectExact(name)
  expect((await counterOf('npm/crashy'))?.downloads).toBe(counted)
  expect((await stack.stores.usageLists.unused(format, '2001', { limit: 10 })).entries).toEqual([])
})

test('a sweeper that stood still while others went on counts nothing again', async () => {
  const name = 'frozen' as PackageName
  await note([download(name, 0), download(name, 1)])
  const thawed = Promise.withResolvers<void>()
  const frozen = Promise.withResolvers<void>()
  const slow = sweep({
    ...hurriedPlatform,
    fetch: async (request) => {
      const isCount =
        request.headers.get('x-amz-target')?.endsWith('PutItem') && (await request.clone().text()).includes('"usage/')
      if (isCount) {
        frozen.resolve()
        await thawed.promise
      }
      return webPlatform.fetch(request)
    },
  })
  await frozen.promise
  await sweep()
  await note([download(name, 2)])
  await sweep()
  thawed.resolve()
  await slow
  await sweep()
  expect((await counterOf('npm/frozen'))?.downloads).toBe(3)
  expect((await counterOf('npm/frozen'))?.bytes).toBe(21)
})

test('more counters than one request reads, and two sweepers at once: each counter has each event once', async () => {
  const name = 'wide' as PackageName
  const versions = Array.from({ length: 130 }, (_, major) => `${major}.0.0` as Version)
  for (const round of [0, 1]) {
    await note(versions.map((version, index) => download(name, round * versions.length + index, { version })))
    await Promise.all([sweep(), sweep()])
  }
  expect((await counterOf('npm/wide'))?.downloads).toBe(260)
  const ofVersions = await Promise.all(versions.map((version) => counterOf(`npm/wide#${version}`)))
  expect(ofVersions.map((counter) => counter?.downloads)).toEqual(versions.map(() => 2))
})

test('what an edge journals again after a long outage, not knowing that it was, is counted once', async () => {
  const stores = wireStores(stack.config, losingFirstAnswer())
  let now = Date.now()
  const platform = { ...hurriedPlatform, now: () => now }
  const events = new EventLog({
    store: stores.downloads,
    journal: stores.journal,
    versions: stores.versions,
    platform,
    telemetry: {},
  })
  const before = (await logOf(lib)).length
  const flush = async () => {
    const left: Promise<unknown>[] = []
    events.flushSoon((work) => void left.push(work))
    await Promise.all(left)
  }
  events.record(anonymous, { format, name: lib, version: '1.0.0' as Version }, { client: 'npm/11.0.0' }, 'allowed')
  await flush()
  now += 20 * 60_000
  await flush()
  await sweep()
  expect((await logOf(lib)).length).toBe(before + 1)
  await expectExact(lib)
})

/** The first write reaches the store, and nobody hears of it; nor of the attempts that repeat it. */
function losingFirstAnswer(): Platform {
  let writes = 0
  return hurried(async (request) => {
    if (!request.headers.get('x-amz-target')?.endsWith('BatchWriteItem')) return webPlatform.fetch(request)
    writes += 1
    if (writes === 1) await (await webPlatform.fetch(request)).body?.cancel()
    if (writes <= attemptsOfARequest) throw new TypeError('lost')
    return webPlatform.fetch(request)
  })
}
