import { gunzipSync } from 'node:zlib'
import type { LambdaContext } from 'hono/aws-lambda'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Username } from '../../src/model/ids.ts'
import { createHandler, type Handler } from '../../src/node/front-desk/api-gateway.ts'
import { createAccount } from '../../src/registry/accounts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { json, publishRequest } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { eventOf } from './support/api-gateway.ts'

let stack: Stack
let handler: Handler
let token: string
const password = 'correct horse battery'

beforeAll(async () => {
  const sessionKeys = JSON.stringify([{ kid: 'one', secret: 'b'.repeat(43) }])
  stack = await startStack({
    workerd: false,
    settings: { DECKLE_SESSION_KEYS: sessionKeys, DECKLE_TRUST_ADDRESS: 'true', DECKLE_EVENT_DAYS: '1' },
  })
  handler = createHandler({ ...stack.config, metricsNamespace: 'deckle-registry' }, webPlatform)
  const deps = wireAccounts(stack.config, stack.stores, webPlatform)
  await createAccount(deps, { username: 'ana', password, roles: ['publisher'] })
  token = (await stack.as('ana')).token ?? ''
  await ask('/@acme%2ftool', publishRequest('@acme/tool', '1.0.0', { access: 'public' }))
})
afterAll(() => stack?.close())

interface Answer {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly cookies?: string[]
  readonly body: string
  readonly isBase64Encoded: boolean
}

const lambdaContext = { functionName: 'deckle' } as LambdaContext

/** One invocation, through JSON both ways, as Lambda does it. */
async function invoke(event: unknown): Promise<Answer> {
  return JSON.parse(JSON.stringify(await handler(JSON.parse(JSON.stringify(event)), lambdaContext)))
}

async function ask(path: string, init: RequestInit = {}, credential = token): Promise<Answer> {
  const headers = new Headers(init.headers)
  if (credential !== '') headers.set('authorization', `Bearer ${credential}`)
  return invoke(await eventOf(new Request(`https://packages.example.com${path}`, { ...init, headers })))
}

const bodyOf = ({ body, isBase64Encoded, headers }: Answer) => {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
  return JSON.parse(String(headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes))
}

test('npm publish, whose body is text, is published', async () => {
  const answer = await ask('/pad', publishRequest('pad', '1.0.0'))
  expect([answer.statusCode, bodyOf(answer)]).toMatchObject([201, { ok: true, id: 'pad@1.0.0' }])
})

test.each(['/@acme%2ftool', '/@acme/tool'])('a packument at %s comes compressed, as base64', async (path) => {
  const answer = await ask(path, { headers: { 'accept-encoding': 'gzip' } })
  expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true, headers: { 'content-encoding': 'gzip' } })
  expect(bodyOf(answer)).toMatchObject({ name: '@acme/tool', 'dist-tags': { latest: '1.0.0' } })
})

test('a tarball is a redirect to a link that storage answers, and its event is written before the answer', async () => {
  const answer = await ask('/@acme%2ftool/-/tool-1.0.0.tgz')
  expect(answer.statusCode).toBe(302)
  const file = await fetch(answer.headers['location'] ?? '')
  expect([file.status, Buffer.from(await file.arrayBuffer()).readUInt16BE(0)]).toEqual([200, 0x1f8b])
  const day = new Date().toISOString()
  const query = { from: `${day.slice(0, 10)}T00:00:00.000Z`, to: `${day.slice(0, 10)}T23:59:59.999Z`, limit: 10 }
  const history = await stack.stores.history.ofUser('ana' as Username, query)
  expect(history.events).toMatchObject([{ name: '@acme/tool', version: '1.0.0', addressPrefix: '198.51.100.0/24' }])
})

test('a form that is sent as base64 logs a browser in, whose cookie comes and goes apart from the headers', async () => {
  expect((await ask('/-/login', {}, '')).headers['content-type']).toContain('text/html')
  const form = { method: 'POST', body: new URLSearchParams({ name: 'ana', password }) }
  const answer = await ask('/-/login', { ...form, headers: { 'sec-fetch-site': 'same-origin' } }, '')
  expect(answer.statusCode).toBe(303)
  const [cookie = ''] = answer.cookies ?? []
  const page = await ask('/-/account/security', { headers: { cookie: cookie.split(';')[0] ?? '' } }, '')
  expect([page.statusCode, page.body]).toEqual([200, expect.stringContaining('Security of ana')])
})

test('the API answers, queries and all, and refuses in its own shape', async () => {
  const me = await ask('/api/v1/auth/me')
  expect([me.statusCode, bodyOf(me)]).toMatchObject([200, { username: 'ana' }])
  expect(bodyOf(await ask('/-/v1/search?text=tool&size=1'))).toMatchObject({ total: expect.any(Number) })
  const refused = await ask('/api/v1/users')
  expect(refused.headers['content-type']).toContain('application/problem+json')
  expect(refused.statusCode).toBe(403)
})

test('a limit to addresses goes by what API Gateway saw, not by what a header says', async () => {
  const headers = { 'cf-connecting-ip': '10.0.0.1' }
  const asked = { password, readonly: false, cidr_whitelist: ['10.0.0.0/8'] }
  const made = bodyOf(await ask('/-/npm/v1/tokens', { ...json('POST', asked) }))
  expect((await ask('/-/whoami', { headers }, made.token)).statusCode).toBe(403)
  const inside = await eventOf(new Request('https://x.example/-/whoami'), '10.1.2.3')
  const event = { ...inside, headers: { ...inside.headers, authorization: `Bearer ${made.token}` } }
  expect((await invoke(event)).statusCode).toBe(200)
})

test('a body beyond what Lambda takes is refused in the shape of its protocol, with what to do instead', async () => {
  const large = (type: string) => ({ method: 'PUT', body: 'x'.repeat(6_000_001), headers: { 'content-type': type } })
  const sentence = expect.stringMatching(
    /^Through this address a request may carry 6 MB at most\. .*frontDoor: fargate/,
  )
  const npm = await ask('/pad', large('application/json'))
  expect([npm.statusCode, bodyOf(npm)]).toMatchObject([413, { error: sentence, code: 'request_too_large_here' }])
  const api = await ask('/api/v1/packages/npm/pad/lock', large('application/json'))
  expect([api.statusCode, bodyOf(api)]).toMatchObject([413, { detail: sentence, code: 'request_too_large_here' }])
})

test('an answer beyond what Lambda gives is refused, and leaves no header of it behind', async () => {
  const edge = createHandler(stack.config, {
    ...webPlatform,
    fetch: async (request) => {
      const answer = await webPlatform.fetch(request)
      const isDocument = request.url.includes('/snapshots/')
      return isDocument ? new Response(new Uint8Array(4_500_001), answer) : answer
    },
  })
  const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' }
  const request = new Request('https://packages.example.com/@acme%2ftool', { headers })
  const answer = await edge(JSON.parse(JSON.stringify(await eventOf(request))), lambdaContext)
  expect(answer).toMatchObject({ statusCode: 501, isBase64Encoded: false })
  expect(answer.headers).not.toHaveProperty('content-encoding')
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'answer_too_large_here' })
})

test('a fault of storage is answered like everywhere, and logged', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const broken = createHandler(stack.config, { ...webPlatform, fetch: () => Promise.reject(new TypeError('away')) })
  const request = new Request('https://packages.example.com/pad')
  const answer = await broken(JSON.parse(JSON.stringify(await eventOf(request))), lambdaContext)
  expect([answer.statusCode, log.mock.calls.flat().join()]).toEqual([503, expect.stringContaining('storage_failed')])
  log.mockRestore()
})

test('each invocation leaves in the log what it counted, for CloudWatch', async () => {
  const logged = vi.spyOn(console, 'log')
  await ask('/pad/-/pad-1.0.0.tgz')
  const lines = logged.mock.calls.map(([line]) => JSON.parse(String(line)))
  logged.mockRestore()
  const counted = lines.filter(({ event }) => event === 'metrics_counted')
  expect(counted).toContainEqual(
    expect.objectContaining({ component: 'front desk', outcome: 'allowed', deckle_downloads: 1 }),
  )
  expect(counted).toContainEqual(expect.objectContaining({ status: '3xx', deckle_http_requests: 1 }))
})
