import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createBucket, createQueues, createTables } from '../../src/node/local/create-tables.ts'
import { startDynamoDbServer } from '../../src/node/local/dynamodb-server.ts'
import { expire, openStorage, startS3Server } from '../../src/node/local/s3-server.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { AwsService, type ServiceName } from '../../src/storage/aws.ts'
import { staticCredentials } from '../../src/storage/credentials.ts'
import { DynamoDb } from '../../src/storage/dynamodb.ts'
import { S3 } from '../../src/storage/s3.ts'
import { Sqs } from '../../src/storage/sqs.ts'

const credentials = { accessKeyId: 'LOCALSERVERS', secretAccessKey: 'only-these-servers-know' }
const region = 'eu-central-1'
const bucket = 'deckle-local'

let directory: string
const children: ChildProcess[] = []
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'deckle-servers-'))
})
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill))
  await rm(directory, { recursive: true, force: true, maxRetries: 5 })
})

const modules = {
  s3: ['s3-server.ts', 'startS3Server'],
  dynamodb: ['dynamodb-server.ts', 'startDynamoDbServer'],
  sqs: ['sqs-server.ts', 'startSqsServer'],
} as const

/** The server in a process of its own, and a client's way to it. */
async function start(service: ServiceName) {
  const [file, name] = modules[service]
  const url = new URL(`../../src/node/local/${file}`, import.meta.url).href
  const options = JSON.stringify({ port: 0, directory, credentials, region })
  const source = `import { ${name} } from '${url}'; console.log((await ${name}(${options})).port)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (data) => resolve(Number(data)))
    child.once('exit', () => reject(new Error('the server ended')))
  })
  return { child, port, service: serviceAt(service, port) }
}

function serviceAt(service: ServiceName, port: number, attempts = 4): AwsService {
  const endpoint = `http://127.0.0.1:${port}`
  return new AwsService({
    service,
    region,
    endpoint,
    credentials: staticCredentials(credentials),
    platform: webPlatform,
    attempts,
  })
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
}

describe('the S3 server', () => {
  test('shows no half of an object that it was killed in, and keeps the one before', async () => {
    const before = await start('s3')
    await createBucket(before.service, bucket)
    const s3 = new S3({ service: before.service, bucket })
    await s3.put('kept', new TextEncoder().encode('whole'), { contentType: 'text/plain' })
    const content = { sizeBytes: 8_000_000, sha256: '0'.repeat(64) }
    const links = await Promise.all(
      ['kept', 'new'].map((key) => s3.presignPut(key, content, { at: Date.now(), expiresInS: 60 })),
    )
    const uploads = links.map(({ url, headers }) => {
      const upload = httpRequest(url, { method: 'PUT', headers })
      upload.on('error', () => undefined)
      upload.write(Buffer.alloc(4_000_000))
      return upload
    })
    await expect.poll(() => readdir(join(directory, 'drafts'))).toHaveLength(2)
    await kill(before.child)
    for (const upload of uploads) upload.destroy()

    const after = new S3({ service: (await start('s3')).service, bucket })
    expect(await after.getBytes('kept', 100)).toMatchObject({ bytes: new TextEncoder().encode('whole') })
    expect(await after.head('new')).toBeUndefined()
    expect((await after.list('')).objects.map(({ key }) => key)).toEqual(['kept'])
    expect(await readdir(join(directory, 'drafts'))).toEqual([])
  })

  test('keeps nothing of an upload that its client gave up', async () => {
    const server = await startS3Server({ port: 0, directory, credentials, region })
    const service = serviceAt('s3', server.port)
    await createBucket(service, bucket)
    const s3 = new S3({ service, bucket })
    const content = { sizeBytes: 1_000, sha256: '0'.repeat(64) }
    const { url, headers } = await s3.presignPut('given-up', content, { at: Date.now(), expiresInS: 60 })
    const upload = httpRequest(url, { method: 'PUT', headers })
    upload.on('error', () => undefined)
    upload.write('half')
    await expect.poll(() => readdir(join(directory, 'drafts'))).toHaveLength(1)
    upload.destroy()
    await expect.poll(() => readdir(join(directory, 'drafts'))).toEqual([])
    expect(await s3.head('given-up')).toBeUndefined()
    await server.close()
  })

  test('removes what has expired: staged files, and uploads that nobody completes', async () => {
    const server = await startS3Server({ port: 0, directory, credentials, region })
    const service = serviceAt('s3', server.port)
    await createBucket(service, bucket)
    const s3 = new S3({ service, bucket })
    const keys = ['staging/1/file', 'packages/npm/a']
    await Promise.all(keys.map((key) => s3.put(key, new Uint8Array(1), { contentType: 'x/y' })))
    const uploadId = await s3.createMultipart('staging/2/file', { contentType: 'x/y' })
    const storage = await openStorage(directory)
    const hourMs = 3_600_000
    await expire(storage, Date.now() + 23 * hourMs)
    expect((await s3.list('')).objects).toHaveLength(2)
    await expire(storage, Date.now() + 25 * hourMs)
    expect((await s3.list('')).objects.map(({ key }) => key)).toEqual(['packages/npm/a'])
    expect(await s3.listParts('staging/2/file', uploadId)).toEqual([])
    await expire(storage, Date.now() + (15 * 24 + 1) * hourMs)
    expect(await s3.listParts('staging/2/file', uploadId)).toBeUndefined()
    await server.close()
  })
})

describe('the DynamoDB server', () => {
  const keys = Array.from({ length: 20 }, (_, index) => ({ package: `npm/${index}`, item: 'head' }))

  test('has its indexes right, and all that it confirmed, however often it is killed', {
    timeout: 60_000,
  }, async () => {
    const confirmed = new Map<string, number>()
    for (let round = 1; round <= 3; round++) {
      const { child, service } = await start('dynamodb')
      const dynamodb = new DynamoDb({ service, tablePrefix: '' })
      await createTables(dynamodb)
      await expectConsistent(dynamodb, confirmed)
      // Errors are what killing is about; an attempt more would only wait.
      const hasty = new DynamoDb({ service: serviceAt('dynamodb', portOf(service), 1), tablePrefix: '' })
      const writers = keys.map(async (key) => {
        for (let due = round * 1_000; ; due++) {
          const set = { work: 'all', workDueAt: String(due) }
          await hasty.update('packages', key, due % 5 === 4 ? { remove: ['work', 'workDueAt'] } : { set })
          confirmed.set(key.package, due)
        }
      })
      const ended = Promise.allSettled(writers)
      await new Promise((resolve) => setTimeout(resolve, 300 + round * 50))
      await kill(child)
      await ended
    }
    const { service } = await start('dynamodb')
    await expectConsistent(new DynamoDb({ service, tablePrefix: '' }), confirmed)
  })

  async function expectConsistent(dynamodb: DynamoDb, confirmed: ReadonlyMap<string, number>): Promise<void> {
    const items = await dynamodb.batchGet('packages', keys, { consistent: true })
    const stored = new Map(items.map((item) => [String(item['package']), item]))
    // What was written and not confirmed may be there as well
    for (const [name, due] of confirmed) {
      const item = stored.get(name) ?? {}
      // The last confirmed change, or the one after it.
      const possible = [due, due + 1].map((time) => (time % 5 === 4 ? undefined : String(time)))
      expect(possible).toContain(item['workDueAt'])
    }
    const indexed = await dynamodb.query('packages', { index: 'byWork', partition: 'all' })
    const byPackage = (list: readonly object[]) =>
      list.map((item) => JSON.stringify(item, ['package', 'workDueAt'])).sort()
    expect(byPackage(indexed.items)).toEqual(byPackage(items.filter((item) => item['work'] !== undefined)))
  }
})

test('the SQS server keeps its messages when it is killed, and its queues when its port changes', async () => {
  const before = await start('sqs')
  const sqs = new Sqs({ service: before.service, queuePrefix: '' })
  await createQueues(sqs)
  await Promise.all(['a', 'b', 'c'].map((body) => sqs.send('jobs', body)))
  const [taken] = await sqs.receive('jobs', { max: 1, waitS: 1, visibilityTimeoutS: 1 })
  const [done] = await sqs.receive('jobs', { max: 1, waitS: 1 })
  await sqs.remove('jobs', done?.receiptHandle ?? '')
  await kill(before.child)

  const { service, port } = await start('sqs')
  const after = new Sqs({ service, queuePrefix: '' })
  await createQueues(after)
  expect(await after.queueUrl('jobs')).toContain(`127.0.0.1:${port}/`)
  const bodies: string[] = []
  while (bodies.length < 2) {
    const messages = await after.receive('jobs', { max: 10, waitS: 5 })
    bodies.push(...messages.map(({ body }) => body))
    await Promise.all(messages.map(({ receiptHandle }) => after.remove('jobs', receiptHandle)))
  }
  expect(bodies.sort()).toEqual(['a', 'b', 'c'].filter((body) => body !== done?.body))
  expect(bodies).toContain(taken?.body)
})

test('a port in use is an error at the start', async () => {
  const options = { port: 0, credentials, region }
  const first = await startS3Server({ ...options, directory: join(directory, 's3') })
  const second = startDynamoDbServer({ ...options, port: first.port, directory: join(directory, 'dynamodb') })
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await first.close()
})

const portOf = (service: AwsService) => Number(new URL(service.endpoint).port)
