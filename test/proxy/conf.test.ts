import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { request as send } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { until } from '../clients/support/registry.ts'
import { startProxy, type TlsProxy } from './support/proxy.ts'
import { request, targetOf } from './support/request.ts'

/** What nginx hands on, with the configuration of the docs, seen by servers that note all they get. */

class Recorder {
  readonly server: Server
  seen: { readonly request: IncomingMessage; bytes: number }[] = []

  constructor() {
    this.server = createServer((request, response) => {
      const entry = { request, bytes: 0 }
      this.seen.push(entry)
      request.on('data', (chunk: Buffer) => {
        entry.bytes += chunk.length
      })
      request.once('end', () => response.end('ok'))
    })
  }

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    return (this.server.address() as AddressInfo).port
  }
}

const registry = new Recorder()
const storage = new Recorder()
let proxy: TlsProxy

beforeAll(async () => {
  proxy = await startProxy({ registry: await registry.listen(), storage: await storage.listen() })
})

beforeEach(() => {
  registry.seen = []
  storage.seen = []
})

afterAll(async () => {
  await proxy.stop()
  for (const { server } of [registry, storage]) server.close()
})

const trusting = () => ({ ca: proxy.certificate.ca })

test.each([
  '/@acme%2flib',
  '/@acme%2Flib/-/lib-1.0.0.tgz',
  '/@acme/lib',
  '//doubled//slash/',
  '/a%20b?text=%2f&x=1',
  '/~a',
])('the path %s reaches the registry as it was sent', async (path) => {
  await request(`${proxy.registryUrl}${path}`, trusting())
  expect(registry.seen.map(({ request: { url } }) => url)).toEqual([path])
})

test('the path and query of a signed link reach storage as they were sent', async () => {
  const path = '/deckle/packages/npm/%40acme%2Flib/1.0.0/lib.tgz?X-Amz-Credential=A%2F20261124&X-Amz-SignedHeaders=host'
  await request(`${proxy.storageUrl}${path}`, { ...trusting(), headers: { range: 'bytes=10-19' } })
  const [entry] = storage.seen
  expect(entry?.request.url).toBe(path)
  expect(entry?.request.headers).toMatchObject({ host: new URL(proxy.storageUrl).host, range: 'bytes=10-19' })
  expect(registry.seen).toEqual([])
})

test('the address of the client is what nginx saw, whatever the client says', async () => {
  const headers = { 'cf-connecting-ip': ['192.0.2.1', '192.0.2.2'] }
  await request(`${proxy.registryUrl}/-/ping`, { ...trusting(), headers })
  const { rawHeaders = [], headers: received } = registry.seen[0]?.request ?? {}
  expect(rawHeaders.filter((name) => name.toLowerCase() === 'cf-connecting-ip')).toHaveLength(1)
  expect(received?.['cf-connecting-ip']).toBe('127.0.0.1')
  expect(received?.host).toBe(new URL(proxy.registryUrl).host)
})

test('a body arrives while it is still being sent', async () => {
  const publish = send({ ...targetOf(`${proxy.registryUrl}/lib`), ...trusting(), method: 'PUT' })
  const answered = once(publish, 'response')
  publish.write(Buffer.alloc(64_000))
  await until(() => registry.seen[0]?.bytes === 64_000, 5_000)
  publish.end(Buffer.alloc(36_000))
  const [answer]: IncomingMessage[] = await answered
  answer?.resume()
  expect(answer?.statusCode).toBe(200)
  expect(registry.seen[0]?.bytes).toBe(100_000)
})

test('a body of more than 100 MB is for the registry to refuse', async () => {
  const publish = send({
    ...targetOf(`${proxy.registryUrl}/lib`),
    ...trusting(),
    method: 'PUT',
    headers: { 'content-length': 500_000_000 },
  })
  publish.on('error', () => undefined)
  publish.write('{')
  await until(() => registry.seen[0]?.bytes === 1, 5_000)
  publish.destroy()
})

test.each(['PUT', 'POST', 'DELETE'])('storage takes no %s from outside', async (method) => {
  const answer = await request(`${proxy.storageUrl}/deckle/packages/x`, { ...trusting(), method })
  expect(answer.status).toBe(403)
  expect(storage.seen).toEqual([])
})

test('what belongs to the server that the registry runs in is not for clients', async () => {
  for (const path of ['/cdn-cgi/local/scheduled', '//cdn-cgi/x', '/%63dn-cgi/x', '/a/../cdn-cgi/x']) {
    expect((await request(`${proxy.registryUrl}${path}`, trusting())).status).toBe(404)
  }
  expect(registry.seen).toEqual([])
})
