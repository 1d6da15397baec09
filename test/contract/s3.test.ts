import { createHash, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestHex } from '../../src/std/digest.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { S3 } from '../../src/storage/s3.ts'
import type { StoredBytes } from '../../src/storage/s3-objects.ts'
import { type StorageUnderTest, startStorage } from '../support/storage-servers.ts'

let storage: StorageUnderTest
beforeAll(async () => {
  storage = await startStorage(['s3'])
})
afterAll(() => storage?.close())

const run = randomBytes(4).toString('hex')
const key = (name: string) => `${run}/${name}`
const bytes = (text: string) => new TextEncoder().encode(text)
const text = (object: Pick<StoredBytes, 'bytes'> | undefined) => object && new TextDecoder().decode(object.bytes)
const plain = { contentType: 'text/plain' } as const
const contentOf = (content: string) => ({ sizeBytes: content.length, sha256: digestHex('sha256', content) })
const soon = () => ({ at: Date.now(), expiresInS: 60 })

describe('an object', () => {
  test('is what was put, with its headers', async () => {
    const { s3 } = storage
    const name = key('headers')
    const metadata = { 'deckle-revision': '7' }
    const put = await s3.put(name, bytes('hello'), { contentType: 'text/x-hello', cacheControl: 'no-cache', metadata })
    if (put === 'precondition_failed') throw new Error('no condition was given')
    const object = await s3.getBytes(name, 100)
    expect(text(object)).toBe('hello')
    expect(object).toMatchObject({ sizeBytes: 5, etag: put.etag, contentType: 'text/x-hello', metadata })
    expect(await s3.head(name)).toEqual({ sizeBytes: 5, etag: put.etag, contentType: 'text/x-hello', metadata })
  })

  test('streams, whole or in part', async () => {
    const { s3 } = storage
    const name = key('stream')
    const content = randomBytes(3_000_000)
    await s3.put(name, content, plain)
    const hash = createHash('sha256')
    const object = await s3.get(name)
    for await (const chunk of object?.body ?? []) hash.update(chunk)
    expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'))
    const part = await s3.get(name, { range: { start: 5, end: 9 } })
    expect(Buffer.from(await new Response(part?.body).arrayBuffer())).toEqual(content.subarray(5, 10))
    const rest = await s3.get(name, { range: { start: 2_999_998 } })
    expect(Buffer.from(await new Response(rest?.body).arrayBuffer())).toEqual(content.subarray(-2))
  })

  test('may be empty', async () => {
    const { s3 } = storage
    await s3.put(key('empty'), new Uint8Array(), plain)
    expect(await s3.getBytes(key('empty'), 0)).toMatchObject({ sizeBytes: 0, bytes: new Uint8Array() })
  })

  test('that is compressed comes back as it was before', async () => {
    const { s3 } = storage
    await s3.put(key('gzip'), gzipSync('hello'), { ...plain, contentEncoding: 'gzip' })
    const object = await s3.getBytes(key('gzip'), 100)
    expect(text(object)).toBe('hello')
    expect(object?.contentEncoding).toBe('gzip')
  })

  test('that is absent is undefined', async () => {
    const { s3 } = storage
    expect(await s3.get(key('absent'))).toBeUndefined()
    expect(await s3.getBytes(key('absent'), 1)).toBeUndefined()
    expect(await s3.head(key('absent'))).toBeUndefined()
  })

  test('is gone when it was removed, which may be said twice', async () => {
    const { s3 } = storage
    await s3.put(key('gone/really'), bytes('x'), plain)
    await s3.remove(key('gone/really'))
    await s3.remove(key('gone/really'))
    expect(await s3.head(key('gone/really'))).toBeUndefined()
  })

  test.for([
    '@scope/name/1.0.0/name-1.0.0.tgz',
    'build+metadata-1.0.0+20261123.tgz',
    'a b  c.txt',
    'tilde~and-dots...tgz',
    'größe/日本語/😀.txt',
    "!'()*&=?#%25;,:$",
    'UPPER/Upper.TXT',
    `long/${'x'.repeat(230)}/${'é'.repeat(120)}`,
    'dots/.hidden/...',
    'a/b',
    'a/b/c',
  ])('can have the key %s', async (name) => {
    const { s3 } = storage
    await s3.put(key(name), bytes(name), plain)
    expect(text(await s3.getBytes(key(name), 1_000))).toBe(name)
    expect(await s3.copy(key(name), key(`copy/${name}`))).toHaveProperty('etag')
    expect(text(await s3.getBytes(key(`copy/${name}`), 1_000))).toBe(name)
    const listed = await s3.list(key(''))
    expect(listed.objects.map((object) => object.key)).toContain(key(name))
    const response = await fetch(await s3.presignGet(key(name), soon()))
    expect(await response.text()).toBe(name)
    await s3.remove(key(name))
    expect(await s3.head(key(name))).toBeUndefined()
  })

  test('is another one when only its case differs', async () => {
    const { s3 } = storage
    await s3.put(key('case/a'), bytes('small'), plain)
    await s3.put(key('case/A'), bytes('capital'), plain)
    expect(text(await s3.getBytes(key('case/a'), 10))).toBe('small')
    expect(text(await s3.getBytes(key('case/A'), 10))).toBe('capital')
  })

  test('does not appear when its bytes are not those that were signed', async () => {
    const { s3 } = storage
    const platform = { ...webPlatform, fetch: (request: Request) => fetch(new Request(request, { body: 'other' })) }
    const altered = new S3({ service: storage.service('s3', { platform }), bucket: storage.bucket })
    await expect(altered.put(key('altered'), bytes('hello'), plain)).rejects.toMatchObject({
      status: 400,
      code: 'XAmzContentSHA256Mismatch',
    })
    expect(await s3.head(key('altered'))).toBeUndefined()
  })
})

describe('a condition', () => {
  test('that there is no object lets one of many writers through', async () => {
    const { s3 } = storage
    const writers = Array.from({ length: 20 }, (_, index) =>
      s3.put(key('first'), bytes(`writer ${index}`), { ...plain, condition: { ifNoneMatch: '*' } }),
    )
    const outcomes = await Promise.all(writers)
    const winners = outcomes.flatMap((outcome, index) => (outcome === 'precondition_failed' ? [] : [index]))
    expect(winners).toHaveLength(1)
    expect(text(await s3.getBytes(key('first'), 100))).toBe(`writer ${winners[0]}`)
  })

  test('on the ETag lets one of many writers through', async () => {
    const { s3 } = storage
    const first = await s3.put(key('second'), bytes('0'), plain)
    if (first === 'precondition_failed') throw new Error('no condition was given')
    const writers = Array.from({ length: 20 }, (_, index) =>
      s3.put(key('second'), bytes(`writer ${index}`), { ...plain, condition: { ifMatch: first.etag } }),
    )
    const outcomes = await Promise.all(writers)
    expect(outcomes.filter((outcome) => outcome !== 'precondition_failed')).toHaveLength(1)
  })

  test('on the ETag fails when there is no object', async () => {
    const { s3 } = storage
    // AWS answers 404 where others answer 412.
    const put = s3.put(key('third'), bytes('x'), { ...plain, condition: { ifMatch: '"0123"' } })
    const outcome = await put.catch((error: { code: string }) => error.code)
    expect(['precondition_failed', 'NoSuchKey']).toContain(outcome)
  })

  test('on the destination of a copy lets one of many through', async () => {
    const { s3 } = storage
    await Promise.all([0, 1, 2, 3].map((index) => s3.put(key(`source/${index}`), bytes(`source ${index}`), plain)))
    const outcomes = await Promise.all(
      [0, 1, 2, 3].map((index) => s3.copy(key(`source/${index}`), key('copied'), { condition: { ifNoneMatch: '*' } })),
    )
    expect(outcomes.filter((outcome) => outcome !== 'precondition_failed')).toHaveLength(1)
    const winner = outcomes.findIndex((outcome) => outcome !== 'precondition_failed')
    expect(text(await s3.getBytes(key('copied'), 100))).toBe(`source ${winner}`)
  })
})

describe('a copy', () => {
  test('has the headers of its source, or new ones', async () => {
    const { s3 } = storage
    await s3.put(key('original'), bytes('x'), { contentType: 'text/old', metadata: { a: '1' } })
    await s3.copy(key('original'), key('same'))
    expect(await s3.head(key('same'))).toMatchObject({ contentType: 'text/old', metadata: { a: '1' } })
    await s3.copy(key('original'), key('other'), { replace: { contentType: 'text/new', metadata: { b: '2' } } })
    expect(await s3.head(key('other'))).toMatchObject({ contentType: 'text/new', metadata: { b: '2' } })
  })

  test('of nothing is missing', async () => {
    expect(await storage.s3.copy(key('nothing'), key('copy of nothing'))).toBe('missing')
  })
})

test('a list is in order, and in pages', async () => {
  const { s3 } = storage
  const names = ['B', 'a/1', 'a/2', 'a0', 'b & <c>', 'é', '日'].map((name) => key(`list/${name}`))
  await Promise.all(names.map((name) => s3.put(name, bytes('x'), plain)))
  const listed: string[] = []
  let after: string | undefined
  do {
    const page = await s3.list(key('list/'), { limit: 3, ...(after && { after }) })
    listed.push(...page.objects.map((object) => object.key))
    expect(page.objects.every(({ sizeBytes, lastModified }) => sizeBytes === 1 && lastModified > 1.7e12)).toBe(true)
    after = page.next
  } while (after)
  expect(listed).toEqual(names)
  expect((await s3.list(key('list/a/'))).objects).toHaveLength(2)
  expect(await s3.list(key('list/none'))).toEqual({ objects: [] })
})

describe('an upload in parts', () => {
  const partBytes = 5 * 1024 * 1024

  test('becomes one object', async () => {
    const { s3 } = storage
    const name = key('parts/whole+1')
    const uploadId = await s3.createMultipart(name, { contentType: 'text/parts', metadata: { a: '1' } })
    const [first, second] = [randomBytes(partBytes), randomBytes(10)]
    const etags = await Promise.all([s3.uploadPart(name, uploadId, 1, first), s3.uploadPart(name, uploadId, 2, second)])
    expect(await s3.head(name)).toBeUndefined()
    const parts = etags.map((etag, index) => ({ partNumber: index + 1, etag }))
    expect(await s3.listParts(name, uploadId)).toEqual([
      { ...parts[0], sizeBytes: partBytes },
      { ...parts[1], sizeBytes: 10 },
    ])
    const done = await s3.completeMultipart(name, uploadId, parts)
    if (done === 'precondition_failed') throw new Error('no condition was given')
    const { etag } = done
    const object = await s3.getBytes(name, partBytes + 10)
    expect(object).toMatchObject({ etag, contentType: 'text/parts', metadata: { a: '1' } })
    expect(Buffer.concat([first, second]).equals(object?.bytes ?? new Uint8Array())).toBe(true)
    expect(etag).toMatch(/-2"$/)
  })

  test('takes parts by link', async () => {
    const { s3 } = storage
    const name = key('parts/linked')
    const uploadId = await s3.createMultipart(name, plain, true)
    const { url, headers } = await s3.presignPut(name, contentOf('by link'), soon(), { uploadId, partNumber: 1 })
    const response = await fetch(url, { method: 'PUT', body: 'by link', headers })
    expect(response.status).toBe(200)
    const parts = (await s3.listParts(name, uploadId)) ?? []
    expect(parts).toMatchObject([{ partNumber: 1, sizeBytes: 7, sha256: contentOf('by link').sha256 }])
    await s3.completeMultipart(name, uploadId, parts)
    expect(text(await s3.getBytes(name, 100))).toBe('by link')
  })

  test('that was aborted is gone, which may be said twice', async () => {
    const { s3 } = storage
    const name = key('parts/aborted')
    const uploadId = await s3.createMultipart(name, plain)
    const etag = await s3.uploadPart(name, uploadId, 1, bytes('x'))
    await s3.abortMultipart(name, uploadId)
    await s3.abortMultipart(name, uploadId)
    expect(await s3.listParts(name, uploadId)).toBeUndefined()
    await expect(s3.completeMultipart(name, uploadId, [{ partNumber: 1, etag }])).rejects.toMatchObject({
      code: 'NoSuchUpload',
    })
  })

  test('is refused when its parts are not those that were sent, or too small', async () => {
    const { s3 } = storage
    const name = key('parts/wrong')
    const uploadId = await s3.createMultipart(name, plain)
    const etag = await s3.uploadPart(name, uploadId, 1, bytes('x'))
    const complete = (parts: Parameters<typeof s3.completeMultipart>[2]) => s3.completeMultipart(name, uploadId, parts)
    const other = `"${'0'.repeat(32)}"`
    await expect(complete([{ partNumber: 1, etag: other }])).rejects.toMatchObject({ code: 'InvalidPart' })
    const second = await s3.uploadPart(name, uploadId, 2, bytes('y'))
    const both = [
      { partNumber: 1, etag },
      { partNumber: 2, etag: second },
    ]
    await expect(complete(both)).rejects.toMatchObject({ code: 'EntityTooSmall' })
    await s3.abortMultipart(name, uploadId)
  })

  test('is refused when its parts are not in order, before their size is looked at', async () => {
    const { s3 } = storage
    const name = key('parts/unordered')
    const uploadId = await s3.createMultipart(name, plain)
    const etag = await s3.uploadPart(name, uploadId, 1, bytes('x'))
    const reversed = [
      { partNumber: 2, etag: await s3.uploadPart(name, uploadId, 2, bytes('y')) },
      { partNumber: 1, etag },
    ]
    await expect(s3.completeMultipart(name, uploadId, reversed)).rejects.toMatchObject({ code: 'InvalidPartOrder' })
    await s3.abortMultipart(name, uploadId)
  })
})

describe('a link', () => {
  let name: string
  beforeAll(async () => {
    name = key('linked/@scope/a+b.tgz')
    await storage.s3.put(name, bytes('0123456789'), { contentType: 'application/x-tgz' })
  })

  test('serves the object to anybody, with Range and HEAD', async () => {
    const url = await storage.s3.presignGet(name, soon())
    const whole = await fetch(url)
    expect(whole.status).toBe(200)
    expect(whole.headers.get('content-type')).toBe('application/x-tgz')
    expect(await whole.text()).toBe('0123456789')
    for (const [range, expected] of [
      ['bytes=0-0', '0'],
      ['bytes=2-4', '234'],
      ['bytes=7-', '789'],
      ['bytes=-2', '89'],
      ['bytes=8-100', '89'],
    ] as const) {
      const part = await fetch(url, { headers: { range } })
      expect([range, part.status, await part.text()]).toEqual([range, 206, expected])
    }
    expect((await fetch(url, { headers: { range: 'bytes=10-' } })).status).toBe(416)
  })

  test('answers HEAD only when it was signed for HEAD, as S3 does', async () => {
    const url = await storage.s3.presignGet(name, soon())
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(403)
  })

  test('ends', async () => {
    const url = await storage.s3.presignGet(name, { at: Date.now() - 120_000, expiresInS: 60 })
    const response = await fetch(url)
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('Request has expired')])
  })

  test('takes an object', async () => {
    const { url, headers } = await storage.s3.presignPut(key('linked/put'), contentOf('by link'), soon())
    expect((await fetch(url, { method: 'PUT', body: 'by link', headers })).status).toBe(200)
    expect(text(await storage.s3.getBytes(key('linked/put'), 100))).toBe('by link')
  })

  test('does for nothing but what it was signed for', async () => {
    const { s3 } = storage
    await s3.put(key('linked/secret'), bytes('secret'), plain)
    const get = await s3.presignGet(name, soon())
    const { url: put } = await s3.presignPut(key('linked/mine'), contentOf('x'), soon())
    const refused = await Promise.all([
      fetch(get.replace('linked/', 'linked/x')),
      fetch(get.replace('X-Amz-Expires=60', 'X-Amz-Expires=600')),
      fetch(get.replace(/Signature=./, (start) => `${start.slice(0, -1)}${start.endsWith('0') ? '1' : '0'}`)),
      fetch(get, { method: 'DELETE' }),
      fetch(get, { method: 'PUT', body: 'x' }),
      fetch(put),
      fetch(put, { method: 'PUT', headers: { 'x-amz-copy-source': `/${storage.bucket}/${key('linked/secret')}` } }),
    ])
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403))
    expect(await s3.head(key('linked/mine'))).toBeUndefined()
  })

  test('is refused beside an Authorization header', async () => {
    const url = await storage.s3.presignGet(name, soon())
    const response = await fetch(url, { headers: { authorization: 'Bearer of-the-registry' } })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('<Code>InvalidArgument</Code>')
  })
})

describe('whoever has no key', () => {
  test('gets nothing', async () => {
    const url = (await storage.s3.presignGet(key('x'), soon())).split('?')[0] ?? ''
    const root = new URL('..', url).href
    const answers = await Promise.all([
      fetch(url),
      fetch(url, { method: 'PUT', body: 'x' }),
      fetch(url, { method: 'DELETE' }),
      fetch(`${new URL(url).origin}/`),
      fetch(root),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(403)
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  test('gets nothing with a wrong key either', async () => {
    const with_ = (credentials: { accessKeyId: string; secretAccessKey: string }) =>
      new S3({ service: storage.service('s3', { credentials }), bucket: storage.bucket })
    const { accessKeyId } = storage.credentials
    await expect(with_({ accessKeyId, secretAccessKey: 'wrong' }).list('')).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      status: 403,
    })
    await expect(with_({ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }).list('')).rejects.toMatchObject({
      code: 'InvalidAccessKeyId',
      status: 403,
    })
  })

  test('learns the same from a bucket that is not there as from S3', async () => {
    const lost = new S3({ service: storage.service('s3'), bucket: `no-such-bucket-${run}` })
    await expect(lost.getBytes('x', 1)).rejects.toMatchObject({ code: 'NoSuchBucket', status: 404 })
  })
})
