import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hexToBase64 } from '../../src/std/base64.ts'
import { digestHex } from '../../src/std/digest.ts'
import { copyInParts } from '../../src/storage/large-copy.ts'
import { type StorageUnderTest, startStorage } from '../support/storage-servers.ts'

let storage: StorageUnderTest
beforeAll(async () => {
  storage = await startStorage(['s3'])
})
afterAll(() => storage?.close())

const run = randomBytes(4).toString('hex')
const key = (name: string) => `${run}/${name}`
const contentOf = (content: string) => ({ sizeBytes: content.length, sha256: digestHex('sha256', content) })
const soon = () => ({ at: Date.now(), expiresInS: 60 })

describe('a link to send something', () => {
  test('takes no other bytes than those that were signed', async () => {
    const { s3 } = storage
    const name = key('linked/fixed')
    const { url, headers } = await s3.presignPut(name, contentOf('by link'), soon())
    const other = { ...headers, 'x-amz-checksum-sha256': hexToBase64(contentOf('my link').sha256) }
    const answers = await Promise.all([
      fetch(url, { method: 'PUT', body: 'my link', headers }), // as long, and other bytes
      fetch(url, { method: 'PUT', body: 'my link', headers: other }), // with their own checksum
      fetch(url, { method: 'PUT', body: 'by link' }), // without the checksum
      fetch(url, {
        method: 'PUT',
        body: 'by link, and more',
        headers: { 'x-amz-checksum-sha256': headers['x-amz-checksum-sha256'] ?? '' },
      }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([400, 403, 403, 403])
    expect(await s3.head(name)).toBeUndefined()
  })
})

describe('a copy in parts', () => {
  const headers = { contentType: 'application/octet-stream', metadata: { upload: 'up_1' } }

  test('goes on where it was cut off, and is made only where the condition holds', async () => {
    const { s3 } = storage
    const copy = { from: key('@acme/from+1'), to: key('to'), headers }
    await s3.put(copy.from, new TextEncoder().encode('a small one will do'), { contentType: 'text/plain' })
    let begun: string | undefined
    const noted = async (id: string) => {
      begun = id
    }
    const cutOff = async (id: string) => {
      await noted(id)
      throw new Error('killed')
    }
    const state = { sizeBytes: 19, begun: undefined }
    await expect(copyInParts(s3, copy, { ...state, noted: cutOff })).rejects.toThrow('killed')
    const first = begun
    const finish = await copyInParts(s3, copy, { sizeBytes: 19, begun, noted })
    expect(begun).toBe(first)
    expect(await s3.listParts(copy.to, first ?? '')).toHaveLength(1)
    await s3.put(copy.to, new Uint8Array(1), { contentType: 'text/plain' })
    expect(await finish({ ifNoneMatch: '*' })).toBe('precondition_failed')
    const standing = await s3.head(copy.to)
    await finish({ ifMatch: standing?.etag ?? '' })
    expect(await s3.getBytes(copy.to, 100)).toMatchObject({ sizeBytes: 19, metadata: { upload: 'up_1' } })
  })

  test('of what is not there makes nothing', async () => {
    const { s3 } = storage
    const copy = { from: key('nothing'), to: key('nowhere'), headers }
    const finish = await copyInParts(s3, copy, { sizeBytes: 5, begun: undefined, noted: async () => undefined })
    expect(await finish({ ifNoneMatch: '*' })).toBe('missing')
    expect(await s3.head(copy.to)).toBeUndefined()
  })
})
