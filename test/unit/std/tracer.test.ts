import { describe, expect, test, vi } from 'vitest'
import { type Platform, webPlatform } from '../../../src/std/platform.ts'
import { Secret } from '../../../src/std/secret.ts'
import { parseTraceparent } from '../../../src/std/traceparent.ts'
import { Tracer } from '../../../src/std/tracer.ts'

const given = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

interface Sent {
  readonly headers: Headers
  readonly spans: readonly Record<string, unknown>[]
}

function traced({
  answer = async () => new Response(),
  ratio = 1,
}: {
  answer?: () => Promise<Response>
  ratio?: number
}) {
  const sent: Sent[] = []
  const platform: Platform = {
    ...webPlatform,
    sleep: () => Promise.resolve(),
    fetch: async (request) => {
      const body = JSON.parse(await request.text())
      sent.push({ headers: request.headers, spans: body.resourceSpans[0].scopeSpans[0].spans })
      return answer()
    },
  }
  const options = { endpoint: 'http://127.0.0.1:1', authorization: new Secret('Basic x'), service: 'it', version: '1' }
  return { sent, tracer: new Tracer({ ...options, platform, ratio }) }
}

describe('what goes on', () => {
  test('is a part of the trace that was given, and parts of it are parts of that', async () => {
    const { sent, tracer } = traced({})
    const inner = await tracer.begin('outer', { kind: 'server', traceparent: given }, (span) => {
      span.attributes['code'] = 200
      return tracer.within('inner', 'client', async () => tracer.traceparent())
    })
    expect(tracer.traceparent()).toBeUndefined()
    await tracer.flush()
    const [first, second] = sent[0]?.spans ?? []
    expect(first).toMatchObject({
      name: 'inner',
      kind: 3,
      traceId: given.slice(3, 35),
      parentSpanId: second?.['spanId'],
    })
    expect(inner).toBe(`00-${given.slice(3, 35)}-${first?.['spanId']}-01`)
    expect(second).toMatchObject({ kind: 2, parentSpanId: given.slice(36, 52), status: {} })
    expect(second?.['attributes']).toEqual([{ key: 'code', value: { intValue: '200' } }])
    expect(second?.['startTimeUnixNano']).toMatch(/^\d{13}000000$/)
    expect(sent[0]?.headers.get('authorization')).toBe('Basic x')
  })

  test('is not noted outside of a trace, nor when chance says so, whatever was given', async () => {
    const { sent, tracer } = traced({ ratio: 0 })
    await tracer.within('alone', 'client', async () => undefined)
    await tracer.begin('skipped', { kind: 'server', traceparent: given }, () =>
      tracer.within('inner', 'client', async () => expect(tracer.traceparent()).toBeUndefined()),
    )
    await tracer.flush()
    expect(sent).toEqual([])
  })

  test('fails as it would without a trace', async () => {
    const { sent, tracer } = traced({})
    const failing = tracer.begin('failing', { kind: 'consumer' }, () => Promise.reject(new Error('as it is')))
    await expect(failing).rejects.toThrow('as it is')
    await tracer.flush()
    expect(sent[0]?.spans[0]).toMatchObject({ name: 'failing', status: { code: 2 } })
  })
})

describe('a collector that fails', () => {
  test.each([
    ['is away', () => Promise.reject(new Error('connection refused'))],
    ['refuses', async () => new Response('no', { status: 429 })],
  ])('that %s costs its spans, and nothing else', async (_, answer) => {
    const logged = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const { sent, tracer } = traced({ answer })
    const left: Promise<unknown>[] = []
    for (let at = 0; at < 3_000; at++) await tracer.begin('one', { kind: 'server' }, async () => undefined)
    tracer.flushSoon((work) => left.push(work))
    tracer.flushSoon((work) => left.push(work))
    await Promise.all(left)
    const lines = logged.mock.calls.map(([line]) => String(line))
    logged.mockRestore()
    expect(left).toHaveLength(1)
    expect(sent.map(({ spans }) => spans.length)).toEqual([500, 500, 500, 500])
    expect(lines.filter((line) => line.includes('traces_dropped'))).toHaveLength(5)
    expect(lines.join()).toContain('1000 spans were too many')
  })
})

test.each([
  ['', undefined],
  [given.replace('00-', 'ff-'), undefined],
  [`${given}-more`, undefined],
  [`${given.replace('00-', 'cc-')}-more`, parseTraceparent(given)],
  [given.toUpperCase(), undefined],
  [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, undefined],
  [`00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`, undefined],
])('the header %s is read as W3C says', (text, context) => {
  expect(parseTraceparent(text)).toEqual(context)
})
