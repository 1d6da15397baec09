import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FormatId, OrgName, PackageName, Username, Version } from '../../src/model/ids.ts'
import type { DownloadEvent } from '../../src/model/records.ts'
import { foldUsage } from '../../src/registry/fold-usage.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { problemIn } from '../support/actor.ts'
import { company } from '../support/company.ts'
import { type Stack, startStack } from '../support/stack.ts'

/** Numbers of usage as the API tells them, and to whom. */

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
  await company(stack, 'acme', [], { ana: ['owner'], bob: ['member'] })
  const ana = await stack.as('ana')
  await ana.publish('@acme/lib', '1.0.0', { access: 'public' })
  await ana.publish('@acme/secret', '1.0.0')
  await ana.publish('quiet', '1.0.0', { access: 'public' })
  await count([
    event('@acme/lib', 0, { username: 'bob' as Username, client: 'npm/11.0.0' }),
    event('@acme/lib', 1, { client: '=cmd()/1' }),
    event('@acme/lib', 2, { outcome: 'refused', reason: 'package_not_found' }),
    ...[3, 4, 5, 6].map((index) => event('@acme/secret', index, { username: 'ana' as Username })),
  ])
}, 60_000)
afterAll(() => stack?.close())

const day = new Date().toISOString().slice(0, 10)
const format: FormatId = 'npm'
const path = '/api/v1/stats'
const lib = `${path}/packages/npm/@acme%2flib`

function event(name: string, index: number, more: Partial<DownloadEvent>): DownloadEvent {
  const what = { format, name: name as PackageName, version: '1.0.0' as Version, org: 'acme' as OrgName }
  return { id: `event-${index}`, ...what, at: new Date().toISOString(), outcome: 'allowed', sizeBytes: 1_000, ...more }
}

async function count(events: readonly DownloadEvent[]): Promise<void> {
  const { journal, downloads } = stack.stores
  const segments = journal.segmentsOf(events)
  await journal.append(segments)
  await downloads.write(events)
  for (const segment of segments) await journal.markWritten(segment)
  await foldUsage({ ...stack.stores, platform: webPlatform })
}

const today = async (name: string | undefined, address: string) => {
  return (await (await stack.as(name)).json(address))['days'].at(-1)
}

test('numbers for whoever may read a package, and what they are made of for those who may read who it was', async () => {
  const shared = { day, downloads: 2, bytes: 2_000, users: 1 }
  expect(await today(undefined, lib)).toEqual(shared)
  expect(await today('ana', lib)).toEqual({
    ...shared,
    anonymous: 1,
    refusals: 1,
    clients: { npm: 1, other: 1 },
    reasons: { package_not_found: 1 },
  })
  expect(await today('ana', `${lib}/versions/1.0.0`)).toMatchObject(shared)
  const report = await (await stack.as()).json(`${lib}?from=2026-01-01&to=2026-12-31`)
  expect(report['days']).toHaveLength(365)
  expect(report).toMatchObject({ from: '2026-01-01', to: '2026-12-31', total: { downloads: 2, bytes: 2_000 } })
})

test('organisations and people see their own', async () => {
  const organisation = `${path}/organisations/acme`
  expect(await today('bob', organisation)).toEqual({ day, downloads: 6, bytes: 6_000, users: 2 })
  expect(await today('ana', organisation)).toMatchObject({ downloads: 6, refusals: 1 })
  expect(await today('ana', `${path}/users/ana`)).toMatchObject({ downloads: 4, bytes: 4_000 })
  expect((await (await stack.as('bob')).fetch(`${path}/users/ana`)).status).toBe(403)
  expect(await today('admin', path)).toMatchObject({ downloads: 6, bytes: 6_000, refusals: 1, users: 2 })
})

test('what is used most, of what the asker may read: a private package leaves no gap', async () => {
  const top = async (name: string | undefined, query: string) =>
    (await (await stack.as(name)).json(`${path}/top/npm${query}`))['items']
  const [secret, shared] = [
    { package: '@acme/secret', downloads: 4 },
    { package: '@acme/lib', downloads: 2 },
  ]
  for (const query of ['', `?of=${day}`, `?of=${day.slice(0, 7)}`]) {
    expect(await top(undefined, query)).toEqual([shared])
    expect(await top('ana', query)).toEqual([secret, shared])
  }
  expect(await top('ana', '?limit=1')).toEqual([secret])
  expect(await top('ana', '?of=2020-01')).toEqual([])
})

test('what nobody has used is listed from its first release on, until somebody does', async () => {
  const admin = await stack.as('admin')
  const unused = async () => {
    const names: string[] = []
    let after = ''
    do {
      const page = await admin.json(`${path}/unused/npm?before=2999-01-01&limit=1${after}`)
      names.push(...page['items'].map((item: { package: string }) => item.package))
      after = page['next'] === undefined ? '' : `&after=${encodeURIComponent(page['next'])}`
    } while (after !== '')
    return names
  }
  expect(await unused()).toEqual(['@acme/lib', '@acme/secret', 'quiet'])
  await count([{ ...event('quiet', 7, {}), at: '2027-03-01T00:00:00.000Z' }])
  expect((await admin.json(`${path}/unused/npm?before=2027-01-01`))['items']).toHaveLength(2)
  expect((await admin.json(`${path}/unused/npm`))['items']).toEqual([])
})

test('a table goes on where its header says, and from nowhere else', async () => {
  const admin = await stack.as('admin')
  const unused = `${path}/unused/npm`
  const first = await admin.fetch(`${unused}?before=2999-01-01&limit=1&format=csv`)
  const [, query] = /^<(\?[^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '') ?? []
  expect(await first.text()).toBe(`package,lastUsedOn\n'@acme/lib,${day}\n`)
  expect(await (await admin.fetch(`${unused}${query}`)).text()).toContain("'@acme/secret,")
  for (const after of ['zz', '2026-11-25#\u0000', '2998-01-01#lib']) {
    const answer = await admin.fetch(`${unused}?before=2027-01-01&after=${encodeURIComponent(after)}`)
    expect(await problemIn(answer), after).toEqual([400, 'query_invalid'])
  }
})

test('as a table, in which no name is a formula', async () => {
  const ana = await stack.as('ana')
  const byHeader = await ana.fetch(`${lib}?from=${day}`, { headers: { accept: 'text/csv' } })
  const byAddress = await ana.fetch(`${lib}?from=${day}&format=csv`)
  expect(byHeader.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  const text = await byHeader.text()
  expect(text.split('\n')).toEqual([
    'day,downloads,bytes,users,anonymous,refusals,clients,reasons',
    `${day},2,2000,1,1,1,npm=1 other=1,package_not_found=1`,
    '',
  ])
  expect(await byAddress.text()).toBe(text)
  const top = await ana.fetch(`${path}/top/npm?format=csv`)
  expect(await top.text()).toBe("package,downloads\n'@acme/secret,4\n'@acme/lib,2\n")
})

test('a period is bounded', async () => {
  const stranger = await stack.as()
  for (const query of ['from=2020-01-01&to=2026-01-01', 'from=2026-02-01&to=2026-01-01', 'from=2026-13-01']) {
    expect((await stranger.fetch(`${lib}?${query}`)).status, query).toBe(400)
  }
  const wrong = await (await stranger.fetch(`${lib}?from=yesterday`)).json()
  expect(wrong).toMatchObject({ detail: expect.stringContaining('must be a day such as 2026-11-25 at from') })
  const first = await stranger.json(`${lib}?to=0000-01-02`)
  expect(first['days'].map(({ day }: { day: string }) => day)).toEqual(['0000-01-01', '0000-01-02'])
  for (const of of ['2026', '2026-13', '2026-02-30']) {
    expect((await stranger.fetch(`${path}/top/npm?of=${of}`)).status, of).toBe(400)
  }
})
