import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTables } from '../../src/node/local/create-tables.ts'
import { release } from '../../src/release.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { AwsService } from '../../src/storage/aws.ts'
import { DynamoDb } from '../../src/storage/dynamodb.ts'
import { wireCredentials } from '../../src/wire-credentials.ts'
import { account } from '../builders/account.ts'
import type { Actor } from '../support/actor.ts'
import { answering, type ExamineOptions, examineStack } from '../support/doctor.ts'
import { type Stack, startStack } from '../support/stack.ts'

/** What the doctor says of a healthy registry, and of ones that are broken in one way each. */

let stack: Stack
let ana: Actor

beforeAll(async () => {
  stack = await startStack()
  ana = await stack.as('ana')
}, 60_000)
afterAll(() => stack?.close())

const withToken = (): ExamineOptions => ({ token: ana.token ?? '' })
const examine = (options: ExamineOptions = {}) => examineStack(stack, options)

async function expectNothingLeft(): Promise<void> {
  expect((await ana.fetch('/@ana%2fdeckle-doctor?write=true')).status).toBe(404)
  await expect.poll(() => stack.stored('packages/'), { timeout: 20_000 }).toEqual([])
  expect(await stack.stored('staging/doctor')).toEqual([])
}

describe('a healthy registry', () => {
  test('has no problem, and keeps nothing of the probe', async () => {
    const { found, verdicts } = await examine(withToken())
    expect([...verdicts('problem'), ...verdicts('warning')]).toEqual([])
    expect(verdicts('skipped')).toEqual(['edge-clock', 'lifecycle', 'rights', 'gate'])
    expect(found['verdict']).toMatch(/^ok\nAccepted after [\d.]+ s, with a score of 100\./)
    expect(found['account']).toContain('ana')
    await expectNothingLeft()
  })

  test('is examined again after a run that was killed, and then keeps nothing of that either', async () => {
    expect((await ana.publish('@ana/deckle-doctor', '0.0.1')).status).toBe(201)
    const { verdicts } = await examine(withToken())
    expect([...verdicts('problem'), ...verdicts('warning')]).toEqual([])
    await expectNothingLeft()
  })

  test('is examined without a token as far as that goes', async () => {
    const { found, verdicts } = await examine()
    expect(verdicts('problem')).toEqual([])
    expect(found['account']).toContain('DECKLE_TOKEN')
    expect(found['publish']).toBe('skipped\nIt needs "account", which was skipped.\n')
  })
})

describe('the probe', () => {
  test('is removed also when a step fails', async () => {
    const platform = answering((request) => (isFile(request) ? new Response(null, { status: 503 }) : undefined))
    const { found, verdicts } = await examine({ ...withToken(), platform })
    expect(verdicts('problem')).toEqual(['download'])
    expect(found['download']).toContain('answered with 503')
    expect(found['probe-removed']).toMatch(/^ok\n.*was unpublished/)
    await expectNothingLeft()
  })

  test('is removed also when the person at the shell has had enough', async () => {
    const interruption = new AbortController()
    const began = (name: string) => (name === 'packument' ? interruption.abort() : undefined)
    const { found } = await examine({ ...withToken(), interrupted: interruption.signal, began })
    expect(found['packument']).toMatch(/^skipped\nInterrupted\./)
    expect(found['download']).toMatch(/^skipped/)
    expect(found['probe-removed']).toMatch(/^ok/)
    await expectNothingLeft()
  })

  test('is looked for until the snapshot lists it, which follows the verdict', async () => {
    let early = 2
    const platform = answering((request) => {
      const isRead = request.method === 'GET' && request.url.endsWith('deckle-doctor?write=true')
      if (!isRead || early === 0) return undefined
      early -= 1
      return Response.json({ error: 'not there yet' }, { status: 404 })
    })
    expect((await examine({ ...withToken(), platform })).found['packument']).toMatch(/^ok/)
    expect(early).toBe(0)
    await expectNothingLeft()
  })

  test('finds bytes that are not those that were published', async () => {
    const platform = answering((request) => (isFile(request) ? new Response('something else') : undefined))
    const { found } = await examine({ ...withToken(), platform })
    expect(found['download']).toContain('other bytes')
  })

  test.each([
    ['a token that nobody made', () => 'dk_0123456789abcdefghijklmnopqrstuvwxyz0123', 'account', 'npm token create'],
    ['one of somebody who may only read', async () => (await readerOf(stack)).token ?? '', 'publish', 'role publisher'],
  ])('with %s is a problem that says so', async (_, tokenOf, name, remedy) => {
    const token = await tokenOf()
    const { found, verdicts } = await examine({ token })
    expect(verdicts('problem')).toEqual([name])
    expect(found[name]).toContain(remedy)
    expect(JSON.stringify(found)).not.toContain(token)
  })
})

describe('an edge', () => {
  const other = createServer((_, response) => {
    response.writeHead(answer.status, { 'content-type': 'text/html' }).end(answer.body)
  })
  const answer = { status: 200, body: '<title>Welcome</title>' }
  beforeAll(() => new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve)))
  afterAll(() => void other.close())
  const elsewhere = () => ({ DECKLE_PUBLIC_URL: `http://localhost:${(other.address() as AddressInfo).port}` })

  test.each([
    ['is something else', { status: 200, body: '<title>Welcome</title>' }, 'Something else than Deckle'],
    ['is down', { status: 503, body: 'overloaded' }, 'answers 503'],
    [
      'calls itself otherwise',
      { status: 200, body: '{"name":"deckle","registry":"https://a.example"}' },
      'calls itself',
    ],
  ])('that %s is a problem, and no token is sent there', async (_, given, message) => {
    Object.assign(answer, given)
    const sent: string[] = []
    const platform = answering((request) => void sent.push(request.headers.get('authorization') ?? ''))
    const { found, verdicts } = await examine({ ...withToken(), platform, settings: elsewhere() })
    expect(verdicts('problem')).toEqual(['edge'])
    expect(found['edge']).toContain(message)
    expect(found['account']).toBe('skipped\nIt needs "edge", which has a problem.\n')
    expect(sent.filter((header) => header.startsWith('Bearer'))).toEqual([])
    // Storage is looked at all the same
    expect(verdicts('ok')).toContain('links')
  })

  test('of another version is a warning', async () => {
    Object.assign(answer, {
      body: JSON.stringify({ name: 'deckle', version: '0.0.9', registry: elsewhere().DECKLE_PUBLIC_URL }),
    })
    const { found } = await examine({ settings: elsewhere() })
    expect(found['edge']).toMatch(/^warning\nThe edge runs Deckle 0\.0\.9/)
  })

  test('that nobody listens as is a problem, as is one without TLS', async () => {
    const unused = await examine({ settings: { DECKLE_PUBLIC_URL: 'http://localhost:1' } })
    expect(unused.found['edge']).toContain('localhost:1 cannot be reached: ')
    const { found } = await examine({ settings: { DECKLE_PUBLIC_URL: 'http://registry.example.com' } })
    expect(found['edge']).toMatch(/^problem\n.*without TLS/)
  })

  test.each([
    [200, 'warning'],
    [301, 'ok'],
  ])('behind TLS that answers without it too (%i) is: %s', async (status, verdict) => {
    const registry = 'https://registry.example.com'
    const platform = answering((request) => {
      if (request.url.startsWith('http://registry.example.com')) return new Response('{}', { status })
      const introduction = JSON.stringify({ name: 'deckle', version: release, registry })
      return request.url.startsWith(registry) ? new Response(introduction) : undefined
    })
    const { found } = await examine({ platform, settings: { DECKLE_PUBLIC_URL: registry } })
    expect(found['edge']).toMatch(new RegExp(`^${verdict}`))
  })

  test('that lets pages of other sites read is a problem', async () => {
    const platform = answering((request) =>
      request.method === 'OPTIONS'
        ? new Response(null, { headers: { 'access-control-allow-origin': '*' } })
        : undefined,
    )
    expect((await examine({ platform })).found['cors']).toMatch(/^problem\nPages of any other site/)
  })
})

describe('a clock', () => {
  test.each([
    [-600, 'problem', 'behind'],
    [400, 'problem', 'ahead'],
    [-100, 'warning', 'behind'],
  ])('that is %i s wrong is told before any signature is refused', async (seconds, verdict, direction) => {
    const platform = { ...webPlatform, now: () => Date.now() + seconds * 1_000 }
    const { found } = await examine({ platform })
    expect(found['clock']).toMatch(new RegExp(`^${verdict}\\n`))
    expect(found['clock']).toContain(direction)
    const next = verdict === 'problem' ? 'skipped\nIt needs "clock", which has a problem.\n' : 'ok\n'
    expect(found['credentials']).toContain(next)
  })

  test('of the edge is compared with that of storage', async () => {
    const date = new Date(Date.now() - 400_000).toUTCString()
    const platform = answering((request) =>
      request.url.endsWith('/-/ping') ? new Response('{}', { headers: { date } }) : undefined,
    )
    expect((await examine({ platform })).found['edge-clock']).toMatch(
      /^problem\nThe edge, compared with S3, is \d+ s behind/,
    )
  })
})

describe('storage', () => {
  test('that does not know the credentials is one problem, and they are not shown', async () => {
    const settings = { AWS_SECRET_ACCESS_KEY: 'not-the-secret-of-this-key' }
    const { found, verdicts } = await examine({ settings })
    expect(verdicts('problem')).toEqual(['credentials'])
    expect(found['credentials']).toContain('AWS_SECRET_ACCESS_KEY')
    expect(found['tables']).toMatch(/^skipped/)
    expect(JSON.stringify(found)).not.toContain(settings.AWS_SECRET_ACCESS_KEY)
  })

  test('without its bucket, tables or queues says which', async () => {
    const settings = { DECKLE_BUCKET: 'not-there', DECKLE_TABLE_PREFIX: 'gone-', DECKLE_QUEUE_PREFIX: 'gone-' }
    const { found, verdicts } = await examine({ settings })
    expect(found['objects']).toContain('NoSuchBucket')
    expect(found['objects']).toContain('DECKLE_BUCKET')
    expect(found['tables']).toContain('The table gone-audit is missing.')
    expect(found['queues']).toContain('The queue gone-jobs is missing.')
    expect(found['links']).toBe('skipped\nIt needs "objects", which has a problem.\n')
    expect(verdicts('ok')).toContain('edge')
  })

  test('with a table missing, and one that lacks its index, says so of these', async () => {
    const db = otherTables(stack, 'flawed-')
    await createTables(db)
    for (const table of ['flawed-audit', 'flawed-users']) await db.call('DeleteTable', { TableName: table })
    await expect.poll(() => tableNames(db), { timeout: 10_000 }).not.toContain('flawed-users')
    await db.call('CreateTable', {
      TableName: 'flawed-users',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'account', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'account', KeyType: 'HASH' }],
    })
    await expect.poll(() => tableNames(db), { timeout: 10_000 }).not.toContain('flawed-audit')
    const { found } = await examine({ settings: { DECKLE_TABLE_PREFIX: 'flawed-' } })
    expect(found['tables']).toContain('The table flawed-audit is missing.')
    expect(found['tables']).toContain('The table flawed-users has no index byName.')
    expect(found['tables']).not.toContain('flawed-packages')
  })

  test('that anybody can read, or that checks no signatures, is a problem', async () => {
    const platform = answering((request) =>
      request.headers.has('authorization') || !request.url.includes(stack.config.storage.bucket)
        ? undefined
        : new Response('open'),
    )
    const { found } = await examine({ platform })
    for (const text of ['Anybody can read', 'Anybody can list', 'was changed still works']) {
      expect(found['privacy']).toContain(text)
    }
    expect(found['links']).toMatch(/^problem/)
  })

  test('with dead letters is a warning', async () => {
    const { sqs } = stack.stores
    await sqs.send('deadLetters', '{}')
    expect((await examine()).found['queues']).toMatch(/^warning\n1 dead letter waits/)
    const [message] = await sqs.receive('deadLetters', { max: 1, waitS: 0 })
    await sqs.remove('deadLetters', message?.receiptHandle ?? '')
    expect((await examine()).found['queues']).toMatch(/^ok/)
  })

  test.each([
    ['none', refusal('NoSuchLifecycleConfiguration', 404), /^problem\nThe bucket has no lifecycle rules/],
    ['those of the definition', rules(trials, unfinished), /^ok/],
    ['those of the stack', rules(trials, unfinished, markers, oldVersions), /^ok/],
    [
      'one that keeps trials for too long',
      rules(rule('staging/', 30), sessions, unfinished),
      /^problem\n.*after 30 days/,
    ],
    [
      'one that ends uploads too soon',
      rules(trials, unfinished.replace('15', '2')),
      /^problem\nUploads in parts are ended/,
    ],
    ['none for uploads', rules(trials), /^warning\nUploads that are never completed/],
    ['one for packages', rules(trials, unfinished, rule('packages/', 90)), /^problem\n.*of packages\//],
    ['rules that may not be seen', refusal('AccessDenied', 403), /^skipped/],
  ])('with lifecycle rules: %s', async (_, [body, status], expected) => {
    const platform = answering((request) =>
      request.url.includes('?lifecycle') ? new Response(body, { status }) : undefined,
    )
    expect((await examine({ platform })).found['lifecycle']).toMatch(expected)
  })
})

describe('rights of the edge', () => {
  test('that are too wide are a problem, and nothing was changed by looking', async () => {
    const { found } = await examine({ role: 'edge' })
    expect(found['rights']).toMatch(/^problem\n.*write under packages.*delete under packages.*change an entry.*remove/)
    expect(await stack.stored('packages/')).toEqual([])
  })

  test('that are those of its role are fine, and what they do not show is skipped', async () => {
    const [body, status] = refusal('AccessDenied', 403)
    const platform = answering(async (request) =>
      (await isBeyondTheEdge(request)) ? new Response(body, { status }) : undefined,
    )
    const { found, verdicts } = await examine({ ...withToken(), platform, role: 'edge' })
    expect(verdicts('problem')).toEqual([])
    expect(found['rights']).toMatch(/^ok/)
    expect(found['download']).toMatch(/^ok/)
    expect(verdicts('skipped')).toEqual(['edge-clock', 'tables', 'links', 'lifecycle', 'queues', 'work', 'gate'])
    // The keys of this stack are not among its settings
    expect(verdicts('warning')).toEqual(['settings'])
    await expectNothingLeft()
  })
})

/** What the role of the edge is refused, of what the doctor asks for. */
async function isBeyondTheEdge(request: Request): Promise<boolean> {
  const { method, url } = request
  const [, action = ''] = (request.headers.get('x-amz-target') ?? '').split('.')
  if (/^(Describe|GetQueueAttributes)/.test(action)) return true
  if (action !== '') {
    const body = await request.clone().text()
    return /"byWork"/.test(body) || (/-audit"/.test(body) && ['UpdateItem', 'DeleteItem'].includes(action))
  }
  const isByMatch = method === 'PUT' && request.headers.has('if-match')
  return isByMatch || (method === 'GET' && /\/staging\/|\?lifecycle/.test(url)) || url.includes('/packages/npm/doctor-')
}

function refusal(code: string, status: number): readonly [string, number] {
  return [`<Error><Code>${code}</Code><Message>told so</Message></Error>`, status]
}

function rules(...all: readonly string[]): readonly [string, number] {
  return [`<LifecycleConfiguration>${all.join('')}</LifecycleConfiguration>`, 200]
}

function rule(prefix: string, days: number): string {
  return `<Rule><Status>Enabled</Status><Filter><Prefix>${prefix}</Prefix></Filter><Expiration><Days>${days}</Days></Expiration></Rule>`
}

const sessions = rule('uploads/', 16) + rule('dry-runs/', 31)
const trials = rule('staging/', 1) + sessions
const unfinished =
  '<Rule><Status>Enabled</Status><Filter/><AbortIncompleteMultipartUpload><DaysAfterInitiation>15</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>'

const markers =
  '<Rule><Status>Enabled</Status><Filter/><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>'
const oldVersions =
  '<Rule><Status>Enabled</Status><Filter><Prefix>packages/</Prefix></Filter><NoncurrentVersionExpiration><NoncurrentDays>90</NoncurrentDays></NoncurrentVersionExpiration></Rule>'

function otherTables({ config }: Stack, tablePrefix: string): DynamoDb {
  const { storage } = config
  const service = new AwsService({
    service: 'dynamodb',
    region: storage.region,
    endpoint: storage.dynamoDbEndpoint ?? '',
    credentials: wireCredentials(config, webPlatform),
    platform: webPlatform,
  })
  return new DynamoDb({ service, tablePrefix })
}

/** A download that an edge redirected. */
function isFile({ url }: Request): boolean {
  return url.includes(`/${stack.config.storage.bucket}/packages/npm/`)
}

async function tableNames(db: DynamoDb): Promise<unknown> {
  return (await db.call('ListTables', {}))['TableNames']
}

/** Somebody without the right to make packages. */
async function readerOf({ stores, as }: Stack): Promise<Actor> {
  await stores.users.claim(account('rita', { roles: ['reader'] }))
  return as('rita')
}
