import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBucket, createTables } from '../../src/node/local/create-tables.ts'
import { startDynamoDbServer } from '../../src/node/local/dynamodb-server.ts'
import type { LocalServer } from '../../src/node/local/listen.ts'
import { regionalClient } from '../../src/node/local/replication/client.ts'
import { startS3Server } from '../../src/node/local/s3-server.ts'
import { DynamoDb } from '../../src/storage/dynamodb.ts'
import { S3 } from '../../src/storage/s3.ts'

/** The local servers as two regions: what one carries to the other, also what it had no time for before it ended. */

const credentials = { accessKeyId: 'LOCALREGIONS', secretAccessKey: 'only-these-servers-know' }
const [home, away] = ['us-east-1', 'us-west-2'] as const
const bucket = 'deckle-regions'
const text = { contentType: 'text/plain', metadata: { upload: 'x' } }
const bytes = (content: string) => new TextEncoder().encode(content)

let folder: string
const ends: (() => unknown)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deckle-regions-'))
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

async function running(starting: Promise<LocalServer>): Promise<number> {
  const server = await starting
  ends.push(() => server.close())
  return server.port
}

test('objects are carried with their headers, removals too, and what is missed is made up for', async () => {
  const port = await running(startS3Server({ port: 0, directory: join(folder, 'away'), credentials, region: away }))
  const options = { port: 0, directory: join(folder, 'home'), credentials, region: home }
  const alone = await startS3Server(options)
  const clientOf = (region: string, at: number) => regionalClient('s3', { region, port: at }, credentials)
  await createBucket(clientOf(home, alone.port), bucket)
  await createBucket(clientOf(away, port), bucket)
  const before = new S3({ service: clientOf(home, alone.port), bucket })
  const copy = new S3({ service: clientOf(away, port), bucket })
  await before.put('early', bytes('before'), text)
  await copy.put('stale', bytes('of old'), text)
  await alone.close()

  const copies = [{ region: away, port }]
  const original = new S3({ service: clientOf(home, await running(startS3Server({ ...options, copies }))), bucket })
  await original.put('late', bytes('after'), text)
  const listed = async () => (await copy.list('')).objects.map(({ key }) => key)
  await expect.poll(listed).toEqual(['early', 'late'])
  expect(await copy.getBytes('early', 100)).toMatchObject({ bytes: bytes('before'), ...text })
  await original.remove('early')
  await expect.poll(listed).toEqual(['late'])
})

test('items are carried, removals too, and what is missed is made up for', async () => {
  const port = await startElsewhere(join(folder, 'away'))
  const options = { port: 0, directory: join(folder, 'home'), credentials, region: home }
  const alone = await startDynamoDbServer(options)
  const tablesAt = (region: string, at: number) =>
    new DynamoDb({ service: regionalClient('dynamodb', { region, port: at }, credentials), tablePrefix: 'deckle-' })
  const before = tablesAt(home, alone.port)
  const copy = tablesAt(away, port)
  await Promise.all([createTables(before), createTables(copy)])
  const keyOf = (item: string) => ({ package: 'npm/left-pad', item })
  await before.put('packages', { ...keyOf('early'), name: 'left-pad' })
  await copy.put('packages', keyOf('stale'))
  await alone.close()

  const copies = [{ region: away, port }]
  const original = tablesAt(home, await running(startDynamoDbServer({ ...options, copies })))
  await original.batchWrite('packages', { put: [keyOf('late')] })
  await original.update('packages', keyOf('late'), { set: { name: 'right-pad' } })
  const copied = async () => (await copy.query('packages', { partition: 'npm/left-pad' })).items
  await expect.poll(copied).toEqual([
    { ...keyOf('early'), name: 'left-pad' },
    { ...keyOf('late'), name: 'right-pad' },
  ])
  await original.remove('packages', keyOf('early'))
  await expect.poll(copied).toEqual([{ ...keyOf('late'), name: 'right-pad' }])
})

/** In another process, as the local stack has it: all writes of a process are those of one region. */
async function startElsewhere(directory: string): Promise<number> {
  const url = new URL('../../src/node/local/dynamodb-server.ts', import.meta.url).href
  const options = JSON.stringify({ port: 0, directory, credentials, region: away })
  const source = `import { startDynamoDbServer } from '${url}'; console.log((await startDynamoDbServer(${options})).port)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  ends.push(() => {
    child.kill('SIGKILL')
    return once(child, 'exit')
  })
  const [port] = await once(child.stdout, 'data')
  return Number(port)
}
