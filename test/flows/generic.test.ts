import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestHex } from '../../src/std/digest.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { type Actor, json, problemIn } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { Uploader } from '../support/uploader.ts'

/** What the API for packages does with versions of many files, and how they are read. */
let stack: Stack
let ana: Actor
let admin: Actor

const content = new TextEncoder().encode('bytes')
const sha256 = digestHex('sha256', content)
const name = '@acme/firmware'
const listing = `/generic/${name}`
const api = '/api/v1/packages/generic/@acme%2ffirmware'

beforeAll(async () => {
  stack = await startStack()
  ana = await stack.as('ana')
  admin = await stack.as('admin')
  const sender = new Uploader(ana)
  const more = { visibility: 'public', description: 'drives the lathe' }
  for (const [version, filename] of [
    ['1.0.0', 'a.bin'],
    ['1.1.0', 'a.bin'],
    ['1.1.0', 'b+1.bin'],
    ['2.0.0-rc.1', 'a.bin'],
  ] as const) {
    const answer = await sender.publish({ package: name, version, filename, content, more })
    expect(answer.status, await answer.clone().text()).toBe(200)
  }
}, 60_000)
afterAll(() => stack?.close())

const versionsIn = async () => (await ana.json(listing, { headers: { 'cache-control': 'no-cache' } }))['versions']
const movedTo = async (version: string) => {
  const answer = await ana.fetch(`${listing}/${encodeURIComponent(version)}/a.bin`)
  return [answer.status, answer.headers.get('location')?.slice(`${stack.url}${listing}/`.length)]
}

describe('reading', () => {
  test('the listing says all, for programs and for people', async () => {
    const said = await ana.json(listing)
    expect(said).toMatchObject({ name, tags: { latest: '1.1.0' } })
    expect(Object.keys(said['versions'])).toEqual(['2.0.0-rc.1', '1.1.0', '1.0.0'])
    expect(said['versions']['1.1.0']).toMatchObject({
      released: false,
      files: {
        'a.bin': { sizeBytes: 5, sha256, url: `${stack.url}${listing}/1.1.0/a.bin` },
        'b+1.bin': { url: `${stack.url}${listing}/1.1.0/b%2B1.bin` },
      },
    })
    const page = await ana.fetch(listing, { headers: { accept: 'text/html' } })
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(await page.text()).toContain(`<a href="${stack.url}${listing}/1.1.0/b%2B1.bin">b+1.bin</a>`)
    const one = await ana.fetch(`${listing}/1.1.0`, { headers: { accept: 'text/html' } })
    expect(await one.text()).toContain(sha256)
    expect(await ana.json(`${listing}/1.1.0`)).toMatchObject({ tags: { latest: '1.1.0' } })
    expect(await ana.json(`${listing}/1.0.0`)).toMatchObject({ tags: {} })
  })

  test.each([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html; charset=utf-8'],
    ['text/html;q=0.1, application/json', 'application/json'],
    ['*/*', 'application/json'],
  ])('whoever accepts %s gets %s', async (accept, contentType) => {
    for (const path of [listing, `${listing}/1.0.0`]) {
      expect((await ana.fetch(path, { headers: { accept } })).headers.get('content-type')).toBe(contentType)
    }
  })

  test('an address that moves is not kept, and none takes a file', async () => {
    const moved = await ana.fetch(`${listing}/latest`)
    expect([moved.status, moved.headers.get('cache-control')]).toEqual([302, 'private, no-cache'])
    for (const path of [`${listing}/1.2.0`, `${listing}/1.2.0/a.bin`]) {
      const refused = await ana.fetch(path, { method: 'PUT', body: content })
      expect(refused.headers.get('allow')).toBe('GET, HEAD')
      expect(await problemIn(refused)).toEqual([405, 'method_not_allowed'])
    }
  })

  test('a file says its size and digest without being fetched', async () => {
    const head = await ana.fetch(`${listing}/1.1.0/b%2B1.bin`, { method: 'HEAD' })
    const digest = `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`
    expect([head.status, head.headers.get('content-length'), head.headers.get('repr-digest')]).toEqual([
      200,
      '5',
      digest,
    ])
    const twin = await ana.fetch(`${listing}/1.1.0/a.bin.sha256`)
    expect(await twin.text()).toBe(`${sha256}  a.bin\n`)
    expect((await ana.fetch(`${listing}/1.1.0/none.bin`, { method: 'HEAD' })).status).toBe(404)
  })

  test('a warm download makes no request to storage, and is on record with its file', async () => {
    let requests = 0
    const counted: Platform = {
      ...webPlatform,
      fetch: (asked) => {
        requests += 1
        return webPlatform.fetch(asked)
      },
    }
    const edge = stack.edge(counted)
    const ask = () => {
      const headers = { authorization: `Bearer ${ana.token}` }
      return edge.fetch(new Request(`${stack.url}${listing}/1.0.0/a.bin`, { headers }))
    }
    await ask()
    await edge.settled()
    requests = 0
    expect((await ask()).status).toBe(302)
    expect(requests).toBe(0)
    await edge.settled()
    const { items } = await ana.json(`${api}/history?limit=100`)
    expect(items).toContainEqual(expect.objectContaining({ version: '1.0.0', filename: 'a.bin', status: 'allowed' }))
  })

  test('search finds it by its words', async () => {
    const found = async () => (await ana.json('/api/v1/packages?format=generic&q=lathe'))['items']
    await expect.poll(found).toMatchObject([{ name, latest: '1.1.0', description: 'drives the lathe' }])
  })

  test('npm is not in the way, and not disturbed', async () => {
    expect((await ana.publish('generic', '1.0.0')).status).toBe(201)
    expect((await ana.fetch('/generic')).status).toBe(200)
    expect((await ana.fetch('/generic/-/generic-1.0.0.tgz')).status).toBe(302)
  })
})

describe('changing', () => {
  test('a version that is yanked is out of ranges, and stays where it is', async () => {
    expect(await movedTo('^1.0')).toEqual([302, '1.1.0/a.bin'])
    const path = `${api}/versions/1.1.0/deprecation`
    expect((await ana.fetch(path, json('PUT', { text: 'overheats' }))).status).toBe(204)
    expect((await versionsIn())['1.1.0']).toMatchObject({ deprecated: 'overheats' })
    expect((await ana.fetch(listing, { headers: { 'cache-control': 'no-cache' } })).status).toBe(200)
    expect(await movedTo('^1.0')).toEqual([302, '1.0.0/a.bin'])
    expect((await ana.fetch(`${listing}/1.1.0/a.bin`)).status).toBe(302)
    expect((await ana.fetch(path, { method: 'DELETE' })).status).toBe(204)
    expect((await versionsIn())['1.1.0']).not.toHaveProperty('deprecated')
  })

  test('a version is blocked with all its files, and back again', async () => {
    const path = `${api}/versions/1.1.0/block`
    expect((await admin.fetch(path, json('PUT', { reason: 'malware' }))).status).toBe(204)
    expect(Object.keys(await versionsIn())).toEqual(['2.0.0-rc.1', '1.0.0'])
    expect(await problemIn(await ana.fetch(`${listing}/1.1.0/a.bin`))).toEqual([403, 'package_blocked'])
    expect((await admin.fetch(path, { method: 'DELETE' })).status).toBe(204)
    expect(Object.keys((await versionsIn())['1.1.0'].files)).toEqual(['a.bin', 'b+1.bin'])
  })

  test('tags, versions and reports are those of any package', async () => {
    expect((await ana.fetch(`${api}/tags/stable`, json('PUT', { version: '1.0.0' }))).status).toBe(204)
    await ana.fetch(listing, { headers: { 'cache-control': 'no-cache' } })
    expect(await movedTo('stable')).toEqual([302, '1.0.0/a.bin'])
    const version = await ana.json(`${api}/versions/1.1.0`)
    expect(version['files']).toHaveLength(2)
    const first = await ana.json(`${api}/versions?limit=2`)
    const rest = await ana.json(`${api}/versions?limit=2&after=${encodeURIComponent(first['next'])}`)
    expect([...first['items'], ...rest['items']].map(({ version: v, file }) => `${v} ${file.filename}`)).toEqual([
      '1.0.0 a.bin',
      '1.1.0 a.bin',
      '1.1.0 b+1.bin',
      '2.0.0-rc.1 a.bin',
    ])
    const report = await ana.json(`${api}/versions/1.1.0/report?file=b%2B1.bin`)
    expect(report).toMatchObject({ verdict: 'accepted', filename: 'b+1.bin', digests: { sha256 } })
    const none = await ana.fetch(`${api}/versions/1.1.0/report?file=none.bin`)
    expect(await problemIn(none)).toEqual([404, 'file_not_found'])
    for (const inexact of ['latest', '1.1']) {
      expect(await problemIn(await ana.fetch(`${api}/versions/${inexact}`))).toEqual([404, 'version_not_found'])
    }
  })

  test('a version that is unpublished goes with all its files', async () => {
    expect((await ana.fetch(`${api}/versions/1.1.0`, { method: 'DELETE' })).status).toBe(204)
    expect(Object.keys(await versionsIn())).toEqual(['2.0.0-rc.1', '1.0.0'])
    await expect.poll(() => stack.stored(`packages/generic/${name}/1.1.0/`), { timeout: 10_000 }).toEqual([])
    expect(await ana.json(listing, { headers: { 'cache-control': 'no-cache' } })).toMatchObject({
      tags: { latest: '1.0.0' },
    })
  })
})
