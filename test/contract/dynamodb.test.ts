import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { webPlatform } from '../../src/std/platform.ts'
import { DynamoDb } from '../../src/storage/dynamodb.ts'
import { type StorageUnderTest, startStorage } from '../support/storage-servers.ts'

let storage: StorageUnderTest
beforeAll(async () => {
  storage = await startStorage(['dynamodb'])
})
afterAll(() => storage?.close())

/** A partition of its own for each test. */
const partition = () => `npm/${randomBytes(6).toString('hex')}`

describe('an item', () => {
  test('comes back as it was put, without what is undefined', async () => {
    const { dynamodb } = storage
    const key = { package: partition(), item: 'version/1.0.0' }
    const item = {
      ...key,
      text: 'é日本😀 "quoted"',
      empty: '',
      number: 1_234_567_890_123,
      fraction: -0.5,
      yes: true,
      nothing: null,
      list: [1, 'two', { three: [] }],
      map: { 'a.b': { c: 'd' }, e: {} },
      set: new Set(['x', 'y']),
    }
    expect(await dynamodb.put('packages', { ...item, absent: undefined })).toEqual({ outcome: 'done' })
    expect(await dynamodb.get('packages', key, { consistent: true })).toEqual(item)
  })

  test('that is absent is undefined', async () => {
    expect(await storage.dynamodb.get('users', { account: partition() })).toBeUndefined()
  })

  test('is gone when it was removed, which may be said twice', async () => {
    const { dynamodb } = storage
    const key = { account: partition() }
    await dynamodb.put('users', key)
    expect(await dynamodb.remove('users', key)).toEqual({ outcome: 'done' })
    expect(await dynamodb.remove('users', key)).toEqual({ outcome: 'done' })
    expect(await dynamodb.get('users', key, { consistent: true })).toBeUndefined()
    const condition = { attributeExists: 'account' }
    expect(await dynamodb.remove('users', key, { condition })).toMatchObject({ outcome: 'condition_failed' })
  })
})

describe('a change', () => {
  test('sets, removes and adds', async () => {
    const { dynamodb } = storage
    const key = { account: partition() }
    await dynamodb.put('users', { ...key, old: 'x', kept: 'y', count: 1 })
    const change = { set: { status: 'new', size: 3 }, remove: ['old'], add: { count: 2, other: 5 }, returnNew: true }
    const expected = { ...key, kept: 'y', status: 'new', size: 3, count: 3, other: 5 }
    expect(await dynamodb.update('users', key, change)).toEqual({ outcome: 'done', item: expected })
    expect(await dynamodb.get('users', key, { consistent: true })).toEqual(expected)
  })

  test('creates the item when there is none', async () => {
    const { dynamodb } = storage
    const key = { account: partition() }
    expect(await dynamodb.update('users', key, { add: { count: 1 } })).toEqual({ outcome: 'done' })
    expect(await dynamodb.get('users', key, { consistent: true })).toEqual({ ...key, count: 1 })
  })

  test('adds up when many add at the same time', async () => {
    const { dynamodb } = storage
    const key = { account: partition() }
    await Promise.all(Array.from({ length: 20 }, () => dynamodb.update('users', key, { add: { count: 1 } })))
    expect(await dynamodb.get('users', key, { consistent: true })).toEqual({ ...key, count: 20 })
  })
})

describe('a condition', () => {
  test('that there is no item lets one of many writers through', async () => {
    const { dynamodb } = storage
    const account = partition()
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, writer) =>
        dynamodb.put('users', { account, writer }, { condition: { attributeNotExists: 'account' } }),
      ),
    )
    const winners = outcomes.flatMap(({ outcome }, writer) => (outcome === 'done' ? [writer] : []))
    expect(winners).toHaveLength(1)
    expect(await dynamodb.get('users', { account }, { consistent: true })).toEqual({ account, writer: winners[0] })
  })

  test('on a generation lets one of many changes through', async () => {
    const { dynamodb } = storage
    const key = { account: partition() }
    await dynamodb.put('users', { ...key, generation: 1 })
    const change = { set: { generation: 2 }, condition: { equals: { generation: 1 } } }
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => dynamodb.update('users', key, change)))
    expect(outcomes.filter(({ outcome }) => outcome === 'done')).toHaveLength(1)
  })

  test.for([
    [{ attributeExists: 'status' }, true],
    [{ attributeNotExists: 'status' }, false],
    [{ equals: { status: 'pending', attempts: 2 } }, true],
    [{ equals: { status: 'pending', attempts: 3 } }, false],
    [{ notEquals: { status: 'accepted' } }, true],
    [{ notEquals: { absent: 'x' } }, true],
    [{ equals: { absent: 'x' } }, false],
    [{ lessThan: { attempts: 3 } }, true],
    [{ atMost: { attempts: 1 } }, false],
    [{ greaterThan: { attempts: 2 } }, false],
    [{ atLeast: { attempts: 2 } }, true],
    [{ beginsWith: { status: 'pend' } }, true],
    [{ contains: { tags: 'latest' } }, true],
    [{ contains: { tags: 'beta' } }, false],
    [{ in: { status: ['rejected', 'pending'] } }, true],
    [{ in: { status: ['rejected'] } }, false],
    [{ not: { equals: { status: 'pending' } } }, false],
    [{ anyOf: [{ equals: { status: 'x' } }, { lessThan: { attempts: 3 } }] }, true],
    [{ allOf: [{ equals: { status: 'x' } }, { lessThan: { attempts: 3 } }] }, false],
    [{ attributeExists: 'item', anyOf: [{ attributeNotExists: 'item' }, { equals: { attempts: 2 } }] }, true],
  ] as const)('%j is %s', async ([condition, holds]) => {
    const { dynamodb } = storage
    const key = { package: partition(), item: 'head' }
    await dynamodb.put('packages', { ...key, status: 'pending', attempts: 2, tags: ['latest'] })
    const { outcome } = await dynamodb.update('packages', key, { set: { seen: true }, condition })
    expect(outcome).toBe(holds ? 'done' : 'condition_failed')
  })
})

describe('a query', () => {
  const name = partition()
  const items = ['head', 'version/1.0.0', 'version/1.0.0+b', 'version/1.2.0-RC.1', 'version/2.0.0', 'version/é']
  const stored = items.map((item, index) => ({ package: name, item, index }))

  beforeAll(() => storage.dynamodb.batchWrite('packages', { put: stored }))
  const found = async (options: object) => {
    const page = await storage.dynamodb.query('packages', { partition: name, consistent: true, ...options })
    return page.items.map((item) => item['item'])
  }

  test('reads a partition in order, either way', async () => {
    expect(await found({})).toEqual(items)
    expect(await found({ descending: true })).toEqual(items.toReversed())
    expect(await found({ partition: partition() })).toEqual([])
  })

  test('reads what the sort key says', async () => {
    expect(await found({ sort: { beginsWith: 'version/1' } })).toEqual(items.slice(1, 4))
    expect(await found({ sort: { between: ['version/1.0.0+', 'version/2.0.0'] } })).toEqual(items.slice(2, 5))
    expect(await found({ sort: { equals: 'head' } })).toEqual(['head'])
    expect(await found({ sort: { lessThan: 'version/1.0.0' } })).toEqual(['head'])
    expect(await found({ sort: { atMost: 'version/1.0.0' } })).toEqual(items.slice(0, 2))
    expect(await found({ sort: { greaterThan: 'version/2.0.0' } })).toEqual(items.slice(5))
    expect(await found({ sort: { atLeast: 'version/2.0.0' } })).toEqual(items.slice(4))
  })

  test('filters, and gives the parts that were asked for', async () => {
    const { dynamodb } = storage
    const options = { partition: name, filter: { atLeast: { index: 4 } }, projection: ['item'], consistent: true }
    expect((await dynamodb.query('packages', options)).items).toEqual([{ item: items[4] }, { item: items[5] }])
  })

  test('comes in pages', async () => {
    const { dynamodb } = storage
    const pages: unknown[][] = []
    let after: Readonly<Record<string, string>> | undefined
    do {
      const options = { partition: name, limit: 4, consistent: true, ...(after && { after }) }
      const page = await dynamodb.query('packages', options)
      pages.push(page.items.map((item) => item['item']))
      after = page.next
    } while (after)
    expect(pages.filter((page) => page.length > 0)).toEqual([items.slice(0, 4), items.slice(4)])
  })

  test('of a sparse index finds the items that are in it, and only while they are', async () => {
    const { dynamodb } = storage
    const work = partition()
    const due = async () => {
      const page = await dynamodb.query('packages', {
        index: 'byWork',
        partition: work,
        sort: { atMost: '2026-11-24' },
      })
      return page.items.map((item) => item['item'])
    }
    const until = async (expected: readonly string[]) => {
      // An index follows its table, on AWS after a moment.
      await expect.poll(due, { timeout: 10_000 }).toEqual(expected)
    }
    const of = (item: string) => ({ package: work, item })
    await dynamodb.put('packages', { ...of('b'), work, workDueAt: '2026-11-23T10' })
    await dynamodb.put('packages', { ...of('a'), work, workDueAt: '2026-11-23T11' })
    await dynamodb.put('packages', { ...of('later'), work, workDueAt: '2026-11-25' })
    await dynamodb.put('packages', of('idle'))
    await until(['b', 'a'])
    await dynamodb.update('packages', of('b'), { set: { workDueAt: '2026-11-23T12' } })
    await until(['a', 'b'])
    await dynamodb.update('packages', of('a'), { remove: ['work', 'workDueAt'] })
    await until(['b'])
    await dynamodb.remove('packages', of('b'))
    await until([])
  })

  test('of an index comes in pages', async () => {
    const { dynamodb } = storage
    const owner = partition()
    const orgs = ['1', '2', '3'].map((id) => ({ org: `${owner}/${id}`, item: 'org', listing: owner }))
    await dynamodb.batchWrite('orgs', { put: orgs })
    const read = async () => {
      const ids: unknown[] = []
      let after: Readonly<Record<string, string>> | undefined
      do {
        const page = await dynamodb.query('orgs', {
          index: 'byName',
          partition: owner,
          limit: 2,
          ...(after && { after }),
        })
        ids.push(...page.items.map((item) => item['org']))
        after = page.next
      } while (after)
      return ids.sort()
    }
    await expect.poll(read, { timeout: 10_000 }).toEqual(orgs.map(({ org }) => org))
  })
})

test('batches of any size are written, read and removed', async () => {
  const { dynamodb } = storage
  const name = partition()
  const keys = Array.from({ length: 230 }, (_, index) => ({ package: name, item: `item ${index}` }))
  await dynamodb.batchWrite('packages', { put: keys.map((key, index) => ({ ...key, index })) })
  const some = [...keys, { package: name, item: 'none' }, { package: name, item: 'item 0' }]
  expect(await dynamodb.batchGet('packages', some, { consistent: true })).toHaveLength(230)
  await dynamodb.batchWrite('packages', { remove: keys.slice(0, 200), put: [{ package: name, item: 'new' }] })
  const left = await dynamodb.query('packages', { partition: name, consistent: true })
  expect(left.items).toHaveLength(31)
  await dynamodb.batchWrite('packages', {})
  expect(await dynamodb.batchGet('packages', [])).toEqual([])
})

describe('a request', () => {
  test('that the service refuses fails with its code', async () => {
    const refused = storage.dynamodb.put('packages', { package: 'no sort key' })
    await expect(refused).rejects.toMatchObject({ code: 'ValidationException', status: 400, retryable: false })
  })

  test('of a table that is not there fails', async () => {
    const lost = new DynamoDb({ service: storage.service('dynamodb'), tablePrefix: 'no-such-' })
    await expect(lost.get('users', { account: 'x' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
  })

  test('whose answer is lost is done, and says that it cannot be sure', async () => {
    let lose = true
    const platform = {
      ...webPlatform,
      fetch: async (request: Request) => {
        const response = await fetch(request)
        if (!lose) return response
        lose = false
        await response.body?.cancel()
        throw new TypeError('connection reset')
      },
    }
    const { dynamodb } = storage
    const tablePrefix = dynamodb.tableName('users').slice(0, -'users'.length)
    const unlucky = new DynamoDb({ service: storage.service('dynamodb', { platform }), tablePrefix })
    const account = partition()
    const outcome = await unlucky.put('users', { account }, { condition: { attributeNotExists: 'account' } })
    expect(outcome).toEqual({ outcome: 'condition_failed', ambiguous: true })
    expect(await dynamodb.get('users', { account }, { consistent: true })).toEqual({ account })
  })

  test('with a wrong key is refused', async () => {
    const { accessKeyId } = storage.credentials
    for (const credentials of [
      { accessKeyId, secretAccessKey: 'wrong' },
      { accessKeyId: 'AKIDUNKNOWN', secretAccessKey: 'wrong' },
    ]) {
      const stranger = new DynamoDb({ service: storage.service('dynamodb', { credentials }), tablePrefix: 'x' })
      const code = expect.stringMatching(/InvalidSignatureException|UnrecognizedClientException/)
      await expect(stranger.get('users', { account: 'x' })).rejects.toMatchObject({ code, retryable: false })
    }
  })

  test('in another region is refused', async () => {
    if (!storage.isLocal) return
    const { AwsService } = await import('../../src/storage/aws.ts')
    const service = new AwsService({
      service: 'dynamodb',
      region: 'us-west-2',
      endpoint: storage.endpoints.dynamodb,
      credentials: async () => storage.credentials,
      platform: webPlatform,
    })
    const get = new DynamoDb({ service, tablePrefix: 'x' }).get('users', { account: 'x' })
    await expect(get).rejects.toMatchObject({ status: 403, code: 'InvalidSignatureException' })
  })

  test('without a signature is refused, and a web page learns nothing', async () => {
    if (!storage.isLocal) return
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const response = await fetch(`${storage.endpoints.dynamodb}/`, {
        method,
        headers: {
          origin: 'https://evil.example',
          'access-control-request-method': 'POST',
          'x-amz-target': 'DynamoDB_20120810.ListTables',
        },
        ...(method === 'POST' && { body: '{}' }),
      })
      expect(response.status).toBe(403)
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
      expect(await response.json()).toMatchObject({ __type: expect.stringContaining('MissingAuthenticationToken') })
    }
  })
})
