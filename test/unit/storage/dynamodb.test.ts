import { expect, test } from 'vitest'
import { AwsService } from '../../../src/storage/aws.ts'
import { staticCredentials } from '../../../src/storage/credentials.ts'
import { DynamoDb } from '../../../src/storage/dynamodb.ts'
import { keyPair, type ScriptedPlatform, type Step, scripted } from './scripted-platform.ts'

const done: Step = { status: 200, body: {} }
const failed: Step = { status: 400, body: { __type: 'x#ConditionalCheckFailedException', message: 'no' } }
const absent = { condition: { attributeNotExists: 'username' } } as const

function client(platform: ScriptedPlatform): DynamoDb {
  const credentials = staticCredentials(keyPair)
  const service = new AwsService({ service: 'dynamodb', region: 'eu-west-1', credentials, platform })
  return new DynamoDb({ service, tablePrefix: 'test-' })
}

test('a condition that fails at once is somebody else’s doing', async () => {
  const outcome = await client(scripted(failed)).put('users', { username: 'ana' }, absent)
  expect(outcome).toEqual({ outcome: 'condition_failed', ambiguous: false })
})

test.for(['broken', 'silent', { status: 500 }] as const)(
  'a condition that fails after %o is ambiguous',
  async (step) => {
    const outcome = await client(scripted(step, failed)).put('users', { username: 'ana' }, absent)
    expect(outcome).toEqual({ outcome: 'condition_failed', ambiguous: true })
  },
)

test('a condition that fails after throttling is not ambiguous', async () => {
  const slow: Step = { status: 400, body: { __type: 'x#ThrottlingException' } }
  const outcome = await client(scripted(slow, failed)).put('users', { username: 'ana' }, absent)
  expect(outcome).toEqual({ outcome: 'condition_failed', ambiguous: false })
})

test('a change that adds is not repeated when its answer is lost', async () => {
  const platform = scripted('broken')
  const update = client(platform).update('users', { username: 'ana' }, { add: { logins: 1 } })
  await expect(update).rejects.toMatchObject({ code: 'NetworkError', uncertain: true })
  expect(platform.requests).toHaveLength(1)
})

test('a change that only sets is repeated', async () => {
  const platform = scripted('broken', done)
  const change = { set: { disabled: true } }
  expect(await client(platform).update('users', { username: 'ana' }, change)).toEqual({ outcome: 'done' })
})

test('what a batch leaves unprocessed is sent again, after a wait', async () => {
  const rest = [{ PutRequest: { Item: { username: { S: 'b' } } } }]
  const platform = scripted({ status: 200, body: { UnprocessedItems: { 'test-users': rest } } }, done)
  await client(platform).batchWrite('users', { put: [{ username: 'a' }, { username: 'b' }] })
  expect(platform.waits).toHaveLength(1)
  expect(JSON.parse(platform.requests[1]?.body ?? '')).toEqual({ RequestItems: { 'test-users': rest } })
})

test('a batch of which nothing is ever processed fails', async () => {
  const rest = [{ PutRequest: { Item: { username: { S: 'a' } } } }]
  const stuck: Step = { status: 200, body: { UnprocessedItems: { 'test-users': rest } } }
  const writing = client(scripted(...Array(8).fill(stuck))).batchWrite('users', { put: [{ username: 'a' }] })
  await expect(writing).rejects.toMatchObject({ code: 'ThrottlingException', retryable: true })
})

test('keys that a batch leaves unread are asked for again', async () => {
  const key = { username: { S: 'b' } }
  const platform = scripted(
    {
      status: 200,
      body: {
        Responses: { 'test-users': [{ username: { S: 'a' } }] },
        UnprocessedKeys: { 'test-users': { Keys: [key] } },
      },
    },
    { status: 200, body: { Responses: { 'test-users': [key] }, UnprocessedKeys: {} } },
  )
  const items = await client(platform).batchGet('users', [{ username: 'a' }, { username: 'b' }, { username: 'b' }])
  expect(items).toEqual([{ username: 'a' }, { username: 'b' }])
  expect(JSON.parse(platform.requests[0]?.body ?? '').RequestItems['test-users'].Keys).toHaveLength(2)
})
