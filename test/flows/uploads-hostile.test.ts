import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Upload } from '../../src/model/upload.ts'
import { sweepUploads } from '../../src/registry/uploads/end-upload.ts'
import { digestHex } from '../../src/std/digest.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { type Actor, json, problemIn } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { type Sent, Uploader } from '../support/uploader.ts'

let stack: Stack
let ana: Actor
let sender: Uploader

beforeAll(async () => {
  stack = await startStack({ workerd: false })
  ana = await inProcess('ana')
  sender = new Uploader(ana)
}, 60_000)
afterAll(() => stack?.close())

/** Somebody who asks an edge in this process. */
async function inProcess(name: string, platform?: Platform, settings?: Record<string, string>): Promise<Actor> {
  const { token } = await stack.as(name)
  const edge = stack.edge(platform, settings)
  const headers = { authorization: `Bearer ${token}` }
  const ask = (path: string, init: RequestInit = {}) =>
    edge.fetch(new Request(`${stack.url}${path}`, { ...init, headers: { ...headers, ...init.headers } }))
  return Object.assign(await stack.as(name), { fetch: ask })
}

const content = new TextEncoder().encode('what it is')
const sha256 = digestHex('sha256', content)
let count = 0
/** A file that nobody has sent yet. */
const fresh = (more: Partial<Sent> = {}): Sent => ({
  package: '@acme/hostile',
  version: `1.0.${++count}`,
  filename: 'a.bin',
  content,
  ...more,
})
const opened = async (sent: Sent, by = sender) => (await (await by.open(sent)).json()) as Record<string, any>

describe('what can be sent', () => {
  test.each([
    ['a name of two slashes', { package: '@acme/a/b' }, 'package_name_invalid'],
    ['a name in capitals', { package: 'Model' }, 'package_name_invalid'],
    ['a short version', { version: '1.0' }, 'version_invalid'],
    ['a version with build metadata', { version: '1.0.0+1' }, 'version_invalid'],
    ['a path', { filename: '../a' }, 'filename_invalid'],
    ['a device', { filename: 'NUL.txt' }, 'filename_invalid'],
    ['the twin of a digest', { filename: 'a.bin.sha256' }, 'filename_invalid'],
    ['a range for a tag', { more: { tags: ['1.x'] } }, 'tag_invalid'],
    ['a size that S3 does not take', { more: { sizeBytes: 6 * 1024 ** 4 } }, 'upload_too_large'],
    ['a digest that is none', { more: { sha256: 'x' } }, 'body_invalid'],
  ])('is not %s', async (_, wrong, code) => {
    expect((await problemIn(await sender.open(fresh(wrong))))[1]).toBe(code)
  })

  test('a short version is answered with the one that is meant', async () => {
    expect(await (await sender.open(fresh({ version: 'v1.2' }))).text()).toContain('write it as 1.2.0')
  })
})

describe('a session', () => {
  test('of somebody else is none', async () => {
    const { id } = await opened(fresh())
    const eve = await inProcess('eve')
    const path = `/api/v1/uploads/${id}`
    const parts = json('POST', { parts: [{ number: 1, sha256 }] })
    const asked = [
      eve.fetch(path),
      eve.fetch(path, { method: 'DELETE' }),
      eve.fetch(`${path}/parts`),
      eve.fetch(`${path}/parts`, parts),
      eve.fetch(`${path}/complete`, json('POST', {})),
    ]
    for (const answer of await Promise.all(asked)) expect(await problemIn(answer)).toEqual([404, 'upload_not_found'])
    expect((await (await eve.fetch('/api/v1/uploads')).json()) as object).toEqual({ items: [] })
  })

  test('of the same file is the same while it is open', async () => {
    const sent = fresh()
    const [first, second] = await Promise.all([opened(sent), opened(sent)])
    const third = await sender.open(sent)
    expect([third.status, (await third.json()) as object]).toEqual([200, expect.objectContaining({ id: first['id'] })])
    expect(second['id']).toBe(first['id'])
  })

  test('has no other parts than the file', async () => {
    const { id } = await opened(fresh())
    expect(await problemIn(await sender.sign(id, [{ number: 2, sha256 }]))).toEqual([400, 'part_invalid'])
    expect(await problemIn(await sender.sign(id, [{ number: 10_001, sha256 }]))).toEqual([400, 'body_invalid'])
    expect(await problemIn(await sender.complete(id))).toEqual([409, 'upload_incomplete'])
  })

  test('of one part takes the file that was said first, and no other', async () => {
    const { id } = await opened(fresh())
    await sender.sign(id, [{ number: 1, sha256 }])
    const other = digestHex('sha256', 'what it not')
    expect(await problemIn(await sender.sign(id, [{ number: 1, sha256: other }]))).toEqual([400, 'part_invalid'])
    expect((await sender.sign(id, [{ number: 1, sha256 }])).status).toBe(200)
  })

  test('that was given up takes nothing more, and frees what was sent', async () => {
    const sent = fresh()
    const upload = await opened(sent)
    await sender.send(upload, content)
    for (let again = 0; again < 2; again += 1) {
      expect((await ana.fetch(`/api/v1/uploads/${upload['id']}`, { method: 'DELETE' })).status).toBe(204)
    }
    expect(await stack.stored(`uploads/${upload['id']}/`)).toEqual([])
    expect(await sender.read(upload['id'])).toMatchObject({ state: 'aborted' })
    const closed = await sender.complete(upload['id'])
    expect(await closed.json()).toMatchObject({
      code: 'upload_closed',
      detail: expect.stringMatching(/aborted. Begin/),
    })
    expect((await sender.publish(sent)).status).toBe(200)
  })

  test('that is complete sends who would end it to look at what became of it', async () => {
    const { id } = (await (await sender.publish(fresh())).json()) as { id: string }
    const kept = await ana.fetch(`/api/v1/uploads/${id}`, { method: 'DELETE' })
    expect(await kept.json()).toMatchObject({ code: 'upload_closed', detail: expect.stringContaining('Ask for it') })
  })

  test('that is open comes first in the list', async () => {
    const { id } = await opened(fresh())
    const states: string[] = []
    let after = ''
    do {
      const page = (await (await ana.fetch(`/api/v1/uploads?limit=3${after}`)).json()) as Record<string, any>
      states.push(...page['items'].map((item: { state: string }) => item.state))
      after = page['next'] === undefined ? '' : `&after=${encodeURIComponent(page['next'])}`
    } while (after !== '')
    expect(states.lastIndexOf('open')).toBe(states.filter((state) => state === 'open').length - 1)
    expect(states).toContain('published')
    expect((await ana.fetch(`/api/v1/uploads/${id}`, { method: 'DELETE' })).status).toBe(204)
  })

  test('ends a day after the last activity, and its parts with it', async () => {
    const upload = await opened(fresh())
    await sender.send(upload, content)
    const dayMs = Date.parse(upload['expiresAt']) - Date.parse(upload['createdAt'])
    expect(Math.abs(dayMs - 86_400_000)).toBeLessThan(1_000)
    await stack.stores.uploads.touch(upload as Upload, new Date().toISOString())
    expect(await sender.read(upload['id'])).toMatchObject({ state: 'expired' })
    expect(await problemIn(await sender.sign(upload['id'], [{ number: 1, sha256 }]))).toEqual([409, 'upload_closed'])
    expect(await problemIn(await sender.complete(upload['id']))).toEqual([409, 'upload_closed'])
    await sweepUploads({ ...stack.stores, platform: webPlatform })
    expect(await stack.stored(`uploads/${upload['id']}/`)).toEqual([])
  })

  test('is one of as many as somebody may have', async () => {
    const settings = { DECKLE_OPEN_UPLOADS: '2', DECKLE_OPEN_UPLOAD_BYTES: '25' }
    const few = new Uploader(await inProcess('few', webPlatform, settings))
    const own = () => fresh({ package: 'few-files' })
    expect((await few.open(own())).status).toBe(201)
    expect((await few.open(own())).status).toBe(201)
    expect(await problemIn(await few.open(own()))).toEqual([403, 'quota_exceeded'])
    const big = new Uploader(await inProcess('big', webPlatform, settings))
    expect(await problemIn(await big.open(fresh({ more: { sizeBytes: 26 } })))).toEqual([403, 'not_owner'])
    const large = fresh({ package: 'big-files', more: { sizeBytes: 26 } })
    const refused = await big.open(large)
    expect(await refused.json()).toMatchObject({
      code: 'quota_exceeded',
      detail: expect.stringContaining('of 25. Split the file'),
    })
  })
})

describe('a file', () => {
  test('of two sessions is that of the first to complete', async () => {
    const sent = fresh()
    const bea = new Uploader(await inProcess('admin'))
    const [mine, theirs] = [await opened(sent), await opened(sent, bea)]
    await Promise.all([sender.send(mine, content), bea.send(theirs, content)])
    const answers = await Promise.all([sender.complete(mine['id']), bea.complete(theirs['id'])])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
    const loser = answers.find(({ status }) => status === 403) ?? expect.unreachable()
    expect((await problemIn(loser))[1]).toBe('version_taken')
  })

  test('that is another than was announced is refused, and its place is free again', async () => {
    const sent = fresh({ more: { sha256 } })
    const upload = await opened(sent)
    const answer = await sender.sign(upload['id'], [{ number: 1, sha256: digestHex('sha256', 'other text') }])
    expect(await problemIn(answer)).toEqual([400, 'part_invalid'])
    const large = fresh({ content: new Uint8Array(17_000_000), more: { sha256 } })
    const refused = await sender.publish(large)
    expect(await problemIn(refused)).toEqual([422, 'validation_refused'])
    expect(await stack.stored(`packages/generic/@acme/hostile/${large.version}/`)).toEqual([])
    expect((await sender.publish({ ...large, content, more: { sha256 } })).status).toBe(200)
    const again = await sender.open({ ...large, content, more: { sha256 } })
    expect(await again.json()).toMatchObject({ detail: expect.stringContaining('has a file "a.bin" already') })
  })

  test('comes to a version until that is released', async () => {
    const version = '7.0.0'
    expect((await sender.publish(fresh({ version }))).status).toBe(200)
    expect((await sender.publish(fresh({ version, filename: 'b.bin', more: { release: true } }))).status).toBe(200)
    expect(await problemIn(await sender.open(fresh({ version, filename: 'c.bin' })))).toEqual([409, 'version_released'])
    const { versions } = await ana.json(`/generic/@acme/hostile/${version}`)
    expect(versions[version]).toMatchObject({ released: true, files: { 'a.bin': { sha256 }, 'b.bin': { sha256 } } })
  })

  test('of a version that was unpublished never comes again', async () => {
    const sent = fresh()
    expect((await sender.publish(sent)).status).toBe(200)
    const path = `/api/v1/packages/generic/@acme%2fhostile/versions/${sent.version}`
    expect((await ana.fetch(path, { method: 'DELETE' })).status).toBe(204)
    expect(await problemIn(await sender.open({ ...sent, filename: 'b.bin' }))).toEqual([403, 'version_unpublished'])
    await expect
      .poll(() => stack.stored(`packages/generic/@acme/hostile/${sent.version}/`), { timeout: 10_000 })
      .toEqual([])
  })
})
