import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Username, Version } from '../../src/model/ids.ts'
import { npmPackage } from '../../src/npm/names.ts'
import { foldUsage } from '../../src/registry/fold-usage.ts'
import { rebuild } from '../../src/registry/rebuild.ts'
import { indexPackage, sweepIndex } from '../../src/registry/search-index.ts'
import { changeSnapshot } from '../../src/registry/snapshot.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { formats, wireStores } from '../../src/wiring.ts'
import type { Actor } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
const deps = () => ({ ...stack.stores, formats, publicUrl: stack.url, platform: webPlatform })

beforeAll(async () => {
  stack = await startStack()
  const [ana, bob] = [await stack.as('ana'), await stack.as('bob')]
  await ana.publish('picker', '1.0.0', { access: 'public', manifest: { description: 'picks' } })
  await ana.publish('@acme/date-picker', '1.0.0', {
    access: 'public',
    manifest: { description: 'picks dates', keywords: ['calendar', 'ui'], author: 'Ana Smith <ana@x.org>' },
  })
  await bob.publish('calendar', '1.0.0', { access: 'public', manifest: { description: 'has a picker inside' } })
  await bob.publish('@bob/hidden-picker', '1.0.0', { manifest: { keywords: ['ui'] } })
  for (const name of ['picker', '@acme/date-picker', 'calendar', '@bob/hidden-picker']) {
    await indexPackage(deps(), npmPackage(name)) // the validator does so too, a moment after the answer
  }
}, 60_000)
afterAll(() => stack?.close())

describe('what is found', () => {
  test('a word of the name first, then of keywords, then of the description', async () => {
    const stranger = await stack.as()
    expect(await names(stranger, 'picker')).toEqual(['picker', '@acme/date-picker', 'calendar'])
    expect(await names(stranger, 'calendar')).toEqual(['calendar', '@acme/date-picker'])
    expect(await names(stranger, '@acme/date-picker')).toEqual(['@acme/date-picker'])
    expect(await names(stranger, 'picker inside')).toEqual(['calendar'])
    expect(await names(stranger, 'picker nonsense')).toEqual([])
  })

  test('by operators', async () => {
    const stranger = await stack.as()
    expect(await names(stranger, 'keywords:calendar')).toEqual(['@acme/date-picker'])
    expect(await names(stranger, 'keywords:ui+calendar')).toEqual(['@acme/date-picker'])
    expect(await names(stranger, 'keywords:nonsense,ui')).toEqual(['@acme/date-picker'])
    expect(await names(stranger, 'keywords:ui+nonsense')).toEqual([])
    expect(await names(stranger, 'author:smith')).toEqual(['@acme/date-picker'])
    expect(await names(stranger, 'maintainer:bob picker')).toEqual(['calendar'])
    expect(await names(stranger, 'scope:acme')).toEqual(['@acme/date-picker'])
  })

  test('with all that clients print of it', async () => {
    const answer = await (await stack.as()).json('/-/v1/search?text=date-picker&quality=0.65&popularity=0.98')
    expect(answer['total']).toBe(1)
    expect(answer['objects'][0]).toMatchObject({
      package: {
        name: '@acme/date-picker',
        scope: 'acme',
        version: '1.0.0',
        description: 'picks dates',
        keywords: ['calendar', 'ui'],
        links: { npm: `${stack.url}/@acme/date-picker` },
        publisher: { username: 'ana', email: '' },
        maintainers: [{ username: 'ana', email: '' }],
      },
    })
    expect(Date.parse(answer['objects'][0].package.date)).toBeGreaterThan(Date.now() - 600_000)
  })

  test('a page at a time', async () => {
    const stranger = await stack.as()
    const all = await names(stranger, 'picker')
    const paged = []
    for (const from of [0, 1, 2, 3]) {
      const page = await stranger.json(`/-/v1/search?text=picker&size=1&from=${from}`)
      expect(page['total']).toBe(3)
      paged.push(...page['objects'].map((each: any) => each.package.name))
    }
    expect(paged).toEqual(all)
    expect((await stranger.json('/-/v1/search?text=picker&size=0'))['objects']).toEqual([])
  })

  test('more downloads come first among equals', async () => {
    const ana = await stack.as('ana')
    for (const name of ['widget-a', 'widget-b']) await ana.publish(name, '1.0.0', { access: 'public' })
    const event = { ...npmPackage('widget-b'), at: new Date().toISOString(), outcome: 'allowed' as const }
    const events = Array.from({ length: 30 }, (_, index) => ({ ...event, id: `event-${index}` }))
    const { journal } = stack.stores
    const segments = journal.segmentsOf(events)
    await journal.append(segments)
    for (const segment of segments) await journal.markWritten(segment)
    await foldUsage(deps())
    for (const name of ['widget-a', 'widget-b']) await indexPackage(deps(), npmPackage(name))
    expect(await names(await stack.as(), 'widget')).toEqual(['widget-b', 'widget-a'])
  })
})

describe('a private package', () => {
  test('is found by its owners and administrators, and by nobody else, not even in counts', async () => {
    for (const name of [undefined, 'ana']) {
      const asker = await stack.as(name)
      for (const text of ['hidden', 'picker', 'scope:bob', 'maintainer:bob', 'keywords:ui', '@bob/hidden-picker']) {
        const answer = await asker.json(`/-/v1/search?text=${encodeURIComponent(text)}`)
        expect(JSON.stringify(answer)).not.toContain('hidden')
        expect(answer['total']).toBe(answer['objects'].length)
      }
    }
    expect(await names(await stack.as('bob'), 'hidden')).toEqual(['@bob/hidden-picker'])
    expect(await names(await stack.as('admin'), 'hidden')).toEqual(['@bob/hidden-picker'])
  })

  test('that was public a moment ago is not found any more, whatever the index says', async () => {
    const ana = await stack.as('ana')
    await ana.publish('turncoat', '1.0.0', { access: 'public' })
    const ref = npmPackage('turncoat')
    await indexPackage(deps(), ref)
    expect(await names(await stack.as(), 'turncoat')).toEqual(['turncoat'])
    await changeSnapshot(deps(), ref, (state) => ({ state, head: { visibility: 'private' } }))
    expect(await names(await stack.as(), 'turncoat')).toEqual([])
    await sweepIndex(deps())
    expect(await names(await stack.as(), 'turncoat')).toEqual([])
    expect(await names(ana, 'turncoat')).toEqual(['turncoat'])
    expect(await indexItems('turncoat')).toSatisfy((items: string[]) =>
      items.every((each) => each.includes('private/ana/')),
    )
  })

  test('follows its owners', async () => {
    const ref = npmPackage('@bob/hidden-picker')
    const owners = ['bob', 'eve'] as Username[]
    await changeSnapshot(deps(), ref, (state) => ({ state, head: { owners } }))
    await sweepIndex(deps())
    expect(await names(await stack.as('eve'), 'hidden')).toEqual(['@bob/hidden-picker'])
    await changeSnapshot(deps(), ref, (state) => ({ state, head: { owners: ['bob' as Username] } }))
    expect(await names(await stack.as('eve'), 'hidden')).toEqual([])
    await sweepIndex(deps())
    expect(await names(await stack.as('eve'), 'hidden')).toEqual([])
  })
})

test('the newest description is the one that is found', async () => {
  const ana = await stack.as('ana')
  await ana.publish('moving', '1.0.0', { access: 'public', manifest: { description: 'about zebras' } })
  await ana.publish('moving', '1.1.0', { manifest: { description: 'about giraffes' } })
  await indexPackage(deps(), npmPackage('moving'))
  expect(await names(ana, 'giraffes')).toEqual(['moving'])
  expect(await names(ana, 'zebras')).toEqual([])
  expect((await indexItems('moving')).filter((item) => item.includes('zebras'))).toEqual([])
})

test('an index that was cut off at any request is completed by the sweeper, and leaves nothing behind', async () => {
  const ana = await stack.as('ana')
  await ana.publish('crashy', '1.0.0', { access: 'public', manifest: { description: 'first words' } })
  await ana.publish('crashy', '2.0.0', { manifest: { description: 'second thoughts' } })
  const ref = npmPackage('crashy')
  await sweepUntilDone(ref)
  for (let allowed = 0, done = false; !done; allowed += 1) {
    const latest = (allowed % 2 === 0 ? '1.0.0' : '2.0.0') as Version
    await changeSnapshot(deps(), ref, (state, head) => ({ state, head: { tags: { ...head.tags, latest } } }))
    done = await indexWithRequests(ref, allowed)
    await sweepUntilDone(ref)
    const [here, gone] = allowed % 2 === 0 ? ['first', 'second'] : ['second', 'first']
    expect(await names(ana, `crashy ${here}`)).toEqual(['crashy'])
    expect((await indexItems('crashy')).filter((item) => item.includes(`word/${gone}`))).toEqual([])
    expect(allowed).toBeLessThan(20)
  }
}, 60_000)

test('a rebuild mends the index', async () => {
  const ana = await stack.as('ana')
  await ana.publish('broken', '1.0.0', { access: 'public' })
  const ref = npmPackage('broken')
  await indexPackage(deps(), ref)
  const lose = async () => {
    for (const item of await indexItems('broken')) {
      const [key = '', sort = ''] = item.split(' ')
      await stack.stores.db.remove('packages', { package: key, item: sort })
    }
    return names(ana, 'broken')
  }
  await expect.poll(lose).toEqual([]) // the validator may still be at its own entries
  expect((await rebuild(deps(), ref)).outcome).toBe('unchanged')
  expect(await names(ana, 'broken')).toEqual(['broken'])
})

test.each([
  '',
  '?text=',
  '?text=%20',
  `?text=${'x'.repeat(300)}`,
  '?text=a&size=-1',
  '?text=a&from=1e9',
  '?text=a&size=x',
])('what cannot be searched is refused with a reason: %s', async (query) => {
  const refused = await (await stack.as()).fetch(`/-/v1/search${query}`)
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ code: 'search_invalid', error: expect.any(String) })
})

test('a registry that demands a login lets no stranger search', async () => {
  const edge = stack.edge(undefined, { DECKLE_REQUIRE_LOGIN: 'true' })
  expect((await edge.fetch(new Request(`${stack.url}/-/v1/search?text=picker`))).status).toBe(401)
  await edge.settled()
})

test('a search costs the same however many packages match', async () => {
  const counting = { requests: 0 }
  const edge = stack.edge(countingPlatform(counting))
  const few = await edge.fetch(new Request(`${stack.url}/-/v1/search?text=inside`))
  const cost = counting.requests
  for (let first = 0; first < 600; first += 100) {
    const put = Array.from({ length: 100 }, (_, index) => `zulk-${first + index}`).map((name) => ({
      package: 'search/npm/word/inside',
      item: `public/399/${name}`,
      name,
    }))
    await stack.stores.db.batchWrite('packages', { put })
  }
  counting.requests = 0
  const many = await edge.fetch(new Request(`${stack.url}/-/v1/search?text=inside`))
  expect(counting.requests).toBeLessThanOrEqual(cost + 4) // 250 candidates are read in threes of a hundred
  expect(((await many.json()) as any).total).toBe(((await few.json()) as any).total)
})

async function names(actor: Actor, text: string): Promise<readonly string[]> {
  const answer = await actor.json(`/-/v1/search?text=${encodeURIComponent(text)}`)
  return answer['objects'].map((each: any) => each.package.name)
}

/** `<partition> <sort key>` of the index items of a package. */
async function indexItems(name: string): Promise<string[]> {
  const output: any = await stack.stores.db.call('Scan', { TableName: stack.stores.db.tableName('packages') })
  return output.Items.map((item: any) => `${item.package.S} ${item.item.S}`).filter(
    (each: string) => each.startsWith('search/') && each.endsWith(`/${name}`),
  )
}

/** Runs the indexing with a network that breaks after so many requests. Whether it came to its end. */
async function indexWithRequests(ref: ReturnType<typeof npmPackage>, allowed: number): Promise<boolean> {
  const counting = { requests: 0, most: allowed }
  const platform = countingPlatform(counting)
  try {
    await indexPackage({ ...deps(), ...wireStores(stack.config, platform), platform }, ref)
    return true
  } catch {
    return false
  }
}

function countingPlatform(counting: { requests: number; most?: number }): Platform {
  return {
    ...webPlatform,
    fetch: (...request) => {
      counting.requests += 1
      if (counting.requests > (counting.most ?? Number.POSITIVE_INFINITY)) throw new TypeError('the network is gone')
      return webPlatform.fetch(...request)
    },
  }
}

async function sweepUntilDone(ref: ReturnType<typeof npmPackage>): Promise<void> {
  const later: Platform = { ...webPlatform, now: () => Date.now() + 120_000 }
  for (let round = 0; round < 10; round += 1) {
    await sweepIndex({ ...deps(), platform: later })
    const head: any = await stack.stores.db.get('packages', { package: `npm/${ref.name}`, item: 'head' })
    if (head.work === undefined) return
  }
  throw new Error('the mark stays')
}
