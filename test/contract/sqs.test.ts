import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Sqs } from '../../src/storage/sqs.ts'
import { queues } from '../../src/storage/tables.ts'
import { type StorageUnderTest, startStorage } from '../support/storage-servers.ts'

let storage: StorageUnderTest
beforeAll(async () => {
  storage = await startStorage(['sqs'])
})
afterAll(() => storage?.close())

const next = async (waitS = 5) => (await storage.sqs.receive('jobs', { max: 1, waitS }))[0]

beforeEach(async () => {
  for (let message = await next(0); message; message = await next(0)) {
    await storage.sqs.remove('jobs', message.receiptHandle)
  }
})

describe('a message', () => {
  test('arrives as it was sent, and is gone when it was removed', async () => {
    const { sqs } = storage
    const body = JSON.stringify({ version: 'é日本', n: 1 })
    await sqs.send('jobs', body)
    const message = await next()
    expect(message).toMatchObject({ body, receiveCount: 1 })
    await sqs.remove('jobs', message?.receiptHandle ?? '')
    await sqs.remove('jobs', message?.receiptHandle ?? '')
    expect(await next(0)).toBeUndefined()
  })

  test('is waited for', async () => {
    const { sqs } = storage
    const waiting = sqs.receive('jobs', { max: 1, waitS: 10 })
    await sqs.send('jobs', 'now')
    const [message] = await waiting
    expect(message?.body).toBe('now')
    await sqs.remove('jobs', message?.receiptHandle ?? '')
  })

  test('is hidden while it is worked on, and comes back when it is given back', async () => {
    const { sqs } = storage
    await sqs.send('jobs', 'again')
    const first = await next()
    expect(await next(0)).toBeUndefined()
    await sqs.changeVisibility('jobs', first?.receiptHandle ?? '', 0)
    const second = await next()
    expect(second).toMatchObject({ messageId: first?.messageId, receiveCount: 2 })
    await sqs.remove('jobs', second?.receiptHandle ?? '')
  })

  test('comes back by itself when its time is over', async () => {
    const { sqs } = storage
    await sqs.send('jobs', 'late')
    await sqs.receive('jobs', { max: 1, waitS: 5, visibilityTimeoutS: 1 })
    const again = await next()
    expect(again).toMatchObject({ body: 'late', receiveCount: 2 })
    await sqs.remove('jobs', again?.receiptHandle ?? '')
  })

  test('can be sent for later', async () => {
    const { sqs } = storage
    await sqs.send('jobs', 'later', { delayS: 1 })
    expect(await next(0)).toBeUndefined()
    const message = await next()
    expect(message?.body).toBe('later')
    await sqs.remove('jobs', message?.receiptHandle ?? '')
  })

  test('that nobody can deal with ends among the dead letters', async () => {
    const { sqs } = storage
    await sqs.send('jobs', 'poison')
    for (let count = 1; count <= queues.jobs.maxReceives; count++) {
      const message = await next()
      expect(message?.receiveCount).toBe(count)
      await sqs.changeVisibility('jobs', message?.receiptHandle ?? '', 0)
    }
    expect(await next(1)).toBeUndefined()
    const [dead] = await sqs.receive('deadLetters', { max: 1, waitS: 5 })
    expect(dead?.body).toBe('poison')
    await sqs.remove('deadLetters', dead?.receiptHandle ?? '')
  })
})

test('several messages come at once, and are counted', async () => {
  const { sqs } = storage
  await Promise.all(['a', 'b', 'c'].map((body) => sqs.send('jobs', body)))
  await expect.poll(() => sqs.depth('jobs')).toEqual({ visible: 3, inFlight: 0, delayed: 0 })
  const bodies: string[] = []
  while (bodies.length < 3) {
    const messages = await sqs.receive('jobs', { max: 10, waitS: 5 })
    bodies.push(...messages.map(({ body }) => body))
    await Promise.all(messages.map(({ receiptHandle }) => sqs.remove('jobs', receiptHandle)))
  }
  expect(bodies.sort()).toEqual(['a', 'b', 'c'])
})

test('a receiver can stop waiting, and takes no message with it', async () => {
  const { sqs } = storage
  const stop = new AbortController()
  const waiting = sqs.receive('jobs', { max: 1, waitS: 10, signal: stop.signal })
  const reason = new Error('shutting down')
  const stopped = expect(waiting).rejects.toBe(reason)
  await new Promise((resolve) => setTimeout(resolve, 100))
  stop.abort(reason)
  await stopped
  await sqs.send('jobs', 'for the next one')
  const message = await next()
  expect(message?.body).toBe('for the next one')
  await sqs.remove('jobs', message?.receiptHandle ?? '')
})

test('the client of the AWS SDK is understood too', async () => {
  const client = new SQSClient({
    region: storage.region,
    credentials: { ...storage.credentials },
    endpoint: storage.endpoints.sqs,
  })
  const QueueUrl = await storage.sqs.queueUrl('jobs')
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'by the SDK' }))
  client.destroy()
  const message = await next()
  expect(message?.body).toBe('by the SDK')
  await storage.sqs.remove('jobs', message?.receiptHandle ?? '')
})

describe('a request', () => {
  test('about a queue that is not there fails', async () => {
    const lost = new Sqs({ service: storage.service('sqs'), queuePrefix: 'no-such-' })
    await expect(lost.send('jobs', 'x')).rejects.toMatchObject({ code: expect.stringMatching(/QueueDoesNotExist$/) })
  })

  test('with a wrong key is refused', async () => {
    const credentials = { accessKeyId: storage.credentials.accessKeyId, secretAccessKey: 'wrong' }
    const stranger = new Sqs({ service: storage.service('sqs', { credentials }), queuePrefix: 'x' })
    await expect(stranger.send('jobs', 'x')).rejects.toMatchObject({ status: 403, retryable: false })
  })

  test('without a signature is refused', async () => {
    if (!storage.isLocal) return
    for (const path of ['/', '/health', '/_fauxqs/queues', '/some-bucket']) {
      const response = await fetch(`${storage.endpoints.sqs}${path}`, { headers: { origin: 'https://evil.example' } })
      expect(response.status).toBe(403)
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})
