import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { publishRequest } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

interface Span {
  readonly service: string
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
}

let collector: Server
let stack: Stack
const spans: Span[] = []
let isBroken = false

/** A collector: notes what it is sent, or fails. */
beforeAll(async () => {
  collector = createServer(async (request, response) => {
    const { resourceSpans } = JSON.parse(await text(request))
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes[0].value.stringValue
      for (const span of scopeSpans[0].spans) spans.push({ service, ...span })
    }
    response.writeHead(isBroken || request.url !== '/v1/traces' ? 500 : 200).end('{}')
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const { port } = collector.address() as AddressInfo
  stack = await startStack({
    settings: { DECKLE_TRACES_ENDPOINT: `http://127.0.0.1:${port}` },
    logged: () => undefined,
  })
})
afterAll(async () => {
  await stack?.close()
  collector?.close()
})

test('a publish is one trace, from whoever asked, over edge and validator, to the requests that each makes', async () => {
  const ana = await stack.as('ana')
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const request = publishRequest('traced', '1.0.0')
  const headers = { ...request.headers, traceparent: `00-${traceId}-b7ad6b7169203331-01` }
  expect((await ana.fetch('/traced', { ...request, headers })).status).toBe(201)

  const found = (name: string) => spans.find((span) => span.name === name && span.traceId === traceId)
  await vi.waitFor(() => expect([found('PUT /:package'), found('settle')]).not.toContain(undefined), 10_000)
  const [asked, job] = [found('PUT /:package'), found('settle')]
  expect(asked).toMatchObject({ service: 'deckle-edge', parentSpanId: 'b7ad6b7169203331' })
  expect(job).toMatchObject({ service: 'deckle-validator', parentSpanId: asked?.spanId })
  const parts = (service: string, parent: Span | undefined) =>
    spans.filter((span) => span.service === service && span.parentSpanId === parent?.spanId).map(({ name }) => name)
  expect(parts('deckle-edge', asked)).toEqual(expect.arrayContaining(['sqs SendMessage', 'dynamodb PutItem']))
  expect(parts('deckle-validator', job)).toEqual(expect.arrayContaining(['checks', 's3 CopyObject']))
  expect(parts('deckle-validator', found('checks'))).toContain('s3 GetObject')
})

test('when the collector fails, a publish does not notice', async () => {
  isBroken = true
  const ana = await stack.as('ana')
  const before = spans.length
  expect((await ana.publish('untraced', '1.0.0')).status).toBe(201)
  await vi.waitFor(() => expect(spans.length).toBeGreaterThan(before), 10_000)
  expect((await ana.fetch('/untraced')).status).toBe(200)
})
