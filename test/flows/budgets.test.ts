import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { type Stack, startStack } from '../support/stack.ts'

/**
 * What a request may cost, counted in requests to storage: unlike times, a count is the same on every machine. That of
 * a download is in events.test.ts, the size of the worker in `npm run build`; times are compared by `npm run bench`.
 */
let stack: Stack

beforeAll(async () => {
  stack = await startStack()
  const ana = await stack.as('ana')
  await ana.publish('lib', '1.0.0')
  await ana.publish('lib', '1.0.1')
}, 60_000)
afterAll(() => stack?.close())

/** An edge that knows nothing yet, and how often each of its answers asks storage. */
async function coldEdge() {
  let requests = 0
  const platform: Platform = {
    ...webPlatform,
    fetch: (request) => {
      requests += 1
      return webPlatform.fetch(request)
    },
  }
  const edge = stack.edge(platform)
  const { token } = await stack.as('ana')
  const ask = async (path: string, init: RequestInit = {}) => {
    await edge.settled() // what is left to do after an answer is not part of the next one
    requests = 0
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${token}`)
    const answer = await edge.fetch(new Request(`${stack.url}${path}`, { ...init, headers }))
    await answer.clone().arrayBuffer()
    return { answer, requests }
  }
  return { ask, settled: () => edge.settled() }
}

test.each([
  ['abbreviated', 'application/vnd.npm.install-v1+json'],
  ['full', 'application/json'],
])('a cold %s packument makes three requests, a warm one none', async (_, accept) => {
  const { ask, settled } = await coldEdge()
  expect(await ask('/lib', { headers: { accept } })).toMatchObject({ requests: 3, answer: { status: 200 } })
  expect(await ask('/lib', { headers: { accept } })).toMatchObject({ requests: 0, answer: { status: 200 } })
  await settled()
})

test('a cold revalidation makes two requests and never reads the document, a warm one none', async () => {
  const first = await (await coldEdge()).ask('/lib')
  const headers = { 'if-none-match': first.answer.headers.get('etag') ?? '' }
  const { ask, settled } = await coldEdge()
  expect(await ask('/lib', { headers })).toMatchObject({ requests: 2, answer: { status: 304 } })
  expect(await ask('/lib', { headers })).toMatchObject({ requests: 0, answer: { status: 304 } })
  await settled()
})

test('a cold version document makes four requests, however many versions there are', async () => {
  const { ask, settled } = await coldEdge()
  expect(await ask('/lib/1.0.0')).toMatchObject({ requests: 4, answer: { status: 200 } })
  await settled()
})
