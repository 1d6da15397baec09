import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ validator: false })
}, 60_000)
afterAll(() => stack?.close())

const body = JSON.stringify({ 'left-pad': ['1.0.0'] })

test.each(['advisories/bulk', 'audits', 'audits/quick'])(
  'without an advisory source, %s is an error that says so, never an empty list',
  async (path) => {
    const stranger = await stack.as()
    const asks = [
      { body, headers: { 'content-type': 'application/json' } },
      { body: gzipSync(body), headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' } },
      { body: 'nonsense' },
      { body: new Uint8Array(12_000_000) },
      {},
    ]
    for (const ask of asks) {
      const answer = await stranger.fetch(`/-/npm/v1/security/${path}`, { method: 'POST', ...ask })
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({
        code: 'advisories_unavailable',
        error: expect.stringContaining('no source of security advisories'),
      })
    }
  },
)

test.each(['/-/npm/v1/keys', '/-/npm/v1/attestations/left-pad@1.0.0', '/-/npm/v1/attestations/@acme%2flib@1.0.0'])(
  '%s says that nothing is signed: 404 in JSON',
  async (path) => {
    const answer = await (await stack.as()).fetch(path)
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toContain('json')
  },
)
