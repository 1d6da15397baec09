import { request as httpRequest } from 'node:http'
import { brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { npmPackage } from '../../src/npm/names.ts'
import { rebuild } from '../../src/registry/rebuild.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { formats } from '../../src/wiring.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
  const ana = await stack.as('ana')
  await ana.publish('lib', '1.0.0', {
    access: 'public',
    manifest: { bin: './cli.js', scripts: { postinstall: 'node x' } },
    files: { 'cli.js': '#!/usr/bin/env node\n', 'README.md': '# lib\n' },
  })
  await ana.publish('lib', '1.1.0', { manifest: { dependencies: { other: '^1.0.0' } } })
}, 60_000)
afterAll(() => stack?.close())

describe('packuments', () => {
  test('both forms, their types, and what must not be cached by others', async () => {
    const stranger = await stack.as()
    const full = await stranger.fetch('/lib')
    expect(full.headers.get('content-type')).toBe('application/json')
    expect(full.headers.get('cache-control')).toBe('private, no-cache')
    expect(full.headers.get('vary')).toContain('Accept-Encoding')
    const short = await stranger.fetch('/lib', {
      headers: { accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*' },
    })
    expect(short.headers.get('content-type')).toBe('application/vnd.npm.install-v1+json')
    const [document, abbreviated] = [await full.json(), await short.json()] as Record<string, any>[]
    expect(document?.['versions']['1.0.0']).toMatchObject({ bin: { lib: 'cli.js' }, hasInstallScript: true })
    expect(abbreviated?.['versions']['1.0.0']).toMatchObject({ bin: { lib: 'cli.js' }, hasInstallScript: true })
    expect(abbreviated?.['versions']['1.0.0'].scripts).toBeUndefined()
    expect(abbreviated?.['modified']).toBe(document?.['modified'])
    expect(full.headers.get('etag')).not.toBe(short.headers.get('etag'))
  })

  test('an ETag that is known is answered with 304', async () => {
    const stranger = await stack.as()
    const etag = (await stranger.fetch('/lib')).headers.get('etag') ?? ''
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      expect((await stranger.fetch('/lib', { headers: { 'if-none-match': header } })).status).toBe(304)
    }
    expect((await stranger.fetch('/lib', { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  test('stored gzip and brotli are sent as they are, and plain when nothing is accepted', async () => {
    const plain = await raw('/lib', 'identity')
    const br = await raw('/lib', 'br')
    const gzip = await raw('/lib', 'gzip')
    expect(plain.encoding).toBeUndefined()
    expect(br.encoding).toBe('br')
    expect(gzip.encoding).toBe('gzip')
    expect(brotliDecompressSync(br.body).toString()).toBe(plain.body.toString())
    expect(JSON.parse(plain.body.toString())).toMatchObject({ name: 'lib' })
  })

  test('a version by number and by tag, and one that there is not', async () => {
    const stranger = await stack.as()
    expect(await stranger.json('/lib/latest')).toMatchObject({ version: '1.1.0' })
    expect(await stranger.json('/lib/1.0.0')).toMatchObject({
      version: '1.0.0',
      dist: { tarball: `${stack.url}/lib/-/lib-1.0.0.tgz` },
    })
    const missing = await stranger.fetch('/lib/3.0.0')
    expect(missing.status).toBe(404)
    expect(await missing.json()).toMatchObject({ error: 'version not found: 3.0.0' })
  })
})

test('an unknown address under /-/ is JSON 404, and no package', async () => {
  const stranger = await stack.as()
  for (const path of ['/-/nothing', '/-/npm/v1/nothing', '/-/', '/-/package/lib/nothing', '/api/v1/nothing']) {
    const answer = await stranger.fetch(path)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ code: 'not_found' })
  }
})

test('odd addresses never become an error of ours', async () => {
  const stranger = await stack.as()
  const odd = [
    '/%00',
    '/%',
    '/%ff',
    '/..%2f..%2fetc',
    '/@acme',
    '/@acme/',
    '/@/x',
    '/lib/-/..%2f..%2fx.tgz',
    '/lib/-/',
    '/lib/%00',
    `/${'a'.repeat(3_000)}`,
    '/constructor',
    '/__proto__',
    '/lib/__proto__',
    '/lib/constructor',
  ]
  for (const path of odd) {
    const answer = await stranger.fetch(path)
    expect([path, answer.status]).toEqual([path, expect.toSatisfy((status: number) => status >= 400 && status < 500)])
    expect(answer.headers.get('content-type')).toContain('json')
  }
})

test('HEAD of a tarball is answered without a redirect', async () => {
  const stranger = await stack.as()
  const head = await stranger.fetch('/lib/-/lib-1.0.0.tgz', { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100)
  expect((await stranger.fetch('/lib/-/lib-9.0.0.tgz', { method: 'HEAD' })).status).toBe(404)
})

test('dist-tags are added, listed and removed by owners', async () => {
  const [ana, eve] = [await stack.as('ana'), await stack.as('eve')]
  const put = (actor: typeof ana, tag: string, version: string) =>
    actor.fetch(`/-/package/lib/dist-tags/${tag}`, {
      method: 'PUT',
      body: JSON.stringify(version),
      headers: { 'content-type': 'application/json' },
    })
  expect((await put(ana, 'stable', '1.0.0')).status).toBe(201)
  expect((await put(ana, 'stable', '1.0.0')).status).toBe(201)
  expect(await eve.json('/-/package/lib/dist-tags')).toEqual({ latest: '1.1.0', stable: '1.0.0' })
  expect((await ana.json('/lib'))['dist-tags']).toEqual({ latest: '1.1.0', stable: '1.0.0' })
  expect((await put(eve, 'mine', '1.0.0')).status).toBe(403)
  expect((await put(ana, 'none', '7.0.0')).status).toBe(404)
  expect((await put(ana, '1.0.0', '1.0.0')).status).toBe(400)
  expect((await put(ana, 'constructor', '1.0.0')).status).toBe(400)
  expect((await ana.fetch('/-/package/lib/dist-tags/never', { method: 'DELETE' })).status).toBe(404)
  expect((await ana.fetch('/-/package/lib/dist-tags/latest', { method: 'DELETE' })).status).toBe(400)
  expect((await ana.fetch('/-/package/lib/dist-tags/stable', { method: 'DELETE' })).status).toBe(200)
  expect(await ana.json('/-/package/lib/dist-tags')).toEqual({ latest: '1.1.0' })
})

test('a registry that has moved to another address serves that address', async () => {
  const moved = stack.edge(undefined, { DECKLE_PUBLIC_URL: 'http://registry.example' })
  const answer = await moved.fetch(new Request('http://registry.example/lib'))
  const packument = (await answer.json()) as Record<string, any>
  expect(packument['versions']['1.0.0'].dist.tarball).toBe('http://registry.example/lib/-/lib-1.0.0.tgz')
  const back = await (await stack.as()).fetch('/lib', { headers: { 'cache-control': 'no-cache' } })
  expect(((await back.json()) as Record<string, any>)['versions']['1.0.0'].dist.tarball).toContain(stack.url)
})

test('a rebuild from the truth changes nothing, and mends what was damaged', async () => {
  const deps = { ...stack.stores, formats, publicUrl: stack.url, platform: webPlatform }
  const lib = npmPackage('lib')
  expect(await rebuild(deps, lib)).toEqual({ outcome: 'unchanged', versions: 2 })
  const before = await (await stack.as()).json('/lib')
  for (const key of await stack.stored('')) if (key.startsWith('snapshots/npm/lib/')) await stack.stores.s3.remove(key)
  expect(await rebuild(deps, lib)).toEqual({ outcome: 'rebuilt', versions: 2 })
  const after = await (await stack.as()).fetch('/lib', { headers: { 'cache-control': 'no-cache' } })
  const { _rev, modified, time, ...rest } = before
  expect(await after.json()).toMatchObject(rest)
})

/** `fetch` undoes the encoding; this does not. */
function raw(path: string, acceptEncoding: string): Promise<{ encoding: string | undefined; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `${stack.url}${path}`,
      { headers: { 'accept-encoding': acceptEncoding } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
        )
      },
    )
    request.on('error', reject)
    request.end()
  })
}
