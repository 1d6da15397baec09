import { describe, expect, test } from 'vitest'
import { AwsService } from '../../../src/storage/aws.ts'
import { staticCredentials } from '../../../src/storage/credentials.ts'
import { S3, type S3Options } from '../../../src/storage/s3.ts'
import { keyPair, type ScriptedPlatform, scripted } from './scripted-platform.ts'

const bytes = new TextEncoder().encode('hello')
const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`
const copied = '<CopyObjectResult><ETag>&quot;abc&quot;</ETag></CopyObjectResult>'
const completed = '<CompleteMultipartUploadResult><ETag>"abc-1"</ETag></CompleteMultipartUploadResult>'
const created = { status: 200, headers: { etag: '"abc"' } }

function client(platform: ScriptedPlatform, options: Partial<S3Options> = {}, endpoint?: string): S3 {
  const credentials = staticCredentials(keyPair)
  const address = endpoint === undefined ? {} : { endpoint }
  const service = new AwsService({ service: 's3', region: 'eu-west-1', credentials, platform, ...address })
  return new S3({ service, bucket: 'packages', ...options })
}

describe('addresses', () => {
  const link = { at: Date.UTC(2026, 10, 23, 9, 30), expiresInS: 600 }

  test('have the bucket in the host at AWS, and in the path elsewhere', async () => {
    const aws = await client(scripted()).presignGet('a/b', link)
    expect(aws).toMatch(/^https:\/\/packages\.s3\.eu-west-1\.amazonaws\.com\/a\/b\?/)
    const local = await client(scripted(), {}, 'http://127.0.0.1:4568').presignGet('a/b', link)
    expect(local).toMatch(/^http:\/\/127\.0\.0\.1:4568\/packages\/a\/b\?/)
  })

  test('in links are those that clients reach', async () => {
    const platform = scripted({ status: 204 })
    const s3 = client(platform, { publicEndpoint: 'https://files.example' }, 'http://127.0.0.1:4568')
    expect((await s3.presignPut('a', { sizeBytes: 1, sha256: '00' }, link)).url).toMatch(
      /^https:\/\/files\.example\/packages\/a\?/,
    )
    await s3.remove('a')
    expect(platform.requests[0]?.url).toBe('http://127.0.0.1:4568/packages/a')
  })

  test('encode every character that is not safe', async () => {
    const url = await client(scripted()).presignGet('@scope/a+b c~é', link)
    expect(new URL(url).pathname).toBe('/%40scope/a%2Bb%20c~%C3%A9')
  })

  test('cannot climb', async () => {
    await expect(client(scripted()).getBytes('a/../b', 10)).rejects.toThrow('not usable in a URL')
  })

  test('of equal links are equal, and sign only the host', async () => {
    const platform = scripted()
    const first = await client(platform).presignGet('a', link)
    platform.advance(60_000)
    expect(await client(platform).presignGet('a', link)).toBe(first)
    expect(new URL(first).searchParams.get('X-Amz-SignedHeaders')).toBe('host')
  })

  test('to send a part sign its length and digest too', async () => {
    const content = { sizeBytes: 5, sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' }
    const part = { partNumber: 3, uploadId: 'upload' }
    const { url, headers } = await client(scripted()).presignPut('a', content, link, part)
    expect(headers).toEqual({
      'content-length': '5',
      'x-amz-checksum-sha256': 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
    })
    const query = new URL(url).searchParams
    expect(Object.fromEntries(query)).toMatchObject({
      partNumber: '3',
      uploadId: 'upload',
      'X-Amz-Date': '20261123T093000Z',
      'X-Amz-Expires': '600',
      'X-Amz-SignedHeaders': 'content-length;host;x-amz-checksum-sha256',
    })
  })
})

describe('writes', () => {
  test('carry the digest of the bytes', async () => {
    const platform = scripted(created)
    expect(await client(platform).put('a', bytes, { contentType: 'text/plain' })).toEqual({ etag: '"abc"' })
    expect(platform.requests[0]?.headers.get('x-amz-content-sha256')).toMatch(/^2cf24dba/)
  })

  test('are repeated when S3 could not tell whether a condition holds', async () => {
    const platform = scripted({ status: 409, body: error('ConditionalRequestConflict') }, created)
    const options = { contentType: 'text/plain', condition: { ifMatch: '"old"' } } as const
    expect(await client(platform).put('a', bytes, options)).toEqual({ etag: '"abc"' })
    expect(platform.requests[1]?.headers.get('if-match')).toBe('"old"')
  })
})

describe('a copy', () => {
  test('that ends in an error behind status 200 is repeated', async () => {
    const platform = scripted({ status: 200, body: error('InternalError') }, { status: 200, body: copied })
    expect(await client(platform).copy('a+b', 'c')).toEqual({ etag: '"abc"' })
    expect(platform.requests[0]?.headers.get('x-amz-copy-source')).toBe('/packages/a%2Bb')
  })

  test('that ends in another error behind status 200 fails', async () => {
    const platform = scripted({ status: 200, body: error('AccessDenied') })
    await expect(client(platform).copy('a', 'b')).rejects.toMatchObject({ code: 'AccessDenied', retryable: false })
  })

  test('that answers nonsense is repeated', async () => {
    const platform = scripted({ status: 200, body: '<html' }, { status: 200, body: copied })
    expect(await client(platform).copy('a', 'b')).toEqual({ etag: '"abc"' })
  })
})

describe('an upload in parts', () => {
  test('is complete if it is gone, and the object there, after a lost answer', async () => {
    const platform = scripted('broken', { status: 404, body: error('NoSuchUpload') }, created)
    const parts = [{ partNumber: 1, etag: '"x"' }]
    expect(await client(platform).completeMultipart('a', 'upload', parts)).toEqual({ etag: '"abc"' })
  })

  test('is not complete if it was never there', async () => {
    const platform = scripted({ status: 404, body: error('NoSuchUpload') })
    await expect(client(platform).completeMultipart('a', 'upload', [])).rejects.toMatchObject({ code: 'NoSuchUpload' })
  })

  test('that ends in an error behind status 200 is completed again', async () => {
    const platform = scripted({ status: 200, body: error('InternalError') }, { status: 200, body: completed })
    expect(await client(platform).completeMultipart('a', 'upload', [])).toEqual({ etag: '"abc-1"' })
  })

  test('lists all pages of its parts', async () => {
    const page = (part: number, more: boolean) =>
      `<ListPartsResult><IsTruncated>${more}</IsTruncated><NextPartNumberMarker>${part}</NextPartNumberMarker>` +
      `<Part><PartNumber>${part}</PartNumber><ETag>"e"</ETag><Size>5</Size></Part></ListPartsResult>`
    const platform = scripted({ status: 200, body: page(1, true) }, { status: 200, body: page(2, false) })
    const parts = await client(platform).listParts('a', 'upload')
    expect(parts?.map(({ partNumber }) => partNumber)).toEqual([1, 2])
    expect(platform.requests[1]?.url).toContain('part-number-marker=1')
  })
})

describe('reads', () => {
  test('tell a missing object from a missing bucket', async () => {
    expect(await client(scripted({ status: 404, body: error('NoSuchKey') })).get('a')).toBeUndefined()
    const lost = client(scripted({ status: 404, body: error('NoSuchBucket') })).get('a')
    await expect(lost).rejects.toMatchObject({ code: 'NoSuchBucket' })
  })

  test('of small objects are repeated when they break off', async () => {
    const platform = scripted('cut', { status: 200, body: 'whole' })
    const object = await client(platform).getBytes('a', 100)
    expect(new TextDecoder().decode(object?.bytes)).toBe('whole')
  })

  test('of small objects have a limit', async () => {
    const reading = client(scripted({ status: 200, body: 'too much' })).getBytes('a', 7)
    await expect(reading).rejects.toMatchObject({ code: 'TooLarge', retryable: false })
  })

  test('of streams end in an error when they break off', async () => {
    const object = await client(scripted('cut')).get('a')
    await expect(new Response(object?.body).text()).rejects.toMatchObject({ code: 'BadAnswer', retryable: true })
  })

  test('of streams end in an error when they stand still', async () => {
    const platform = scripted()
    platform.fetch = async () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }))
    const { sleep } = platform
    platform.sleep = (ms, signal) => (ms === 30_000 ? Promise.resolve() : sleep(ms, signal))
    const object = await client(platform).get('a')
    await expect(new Response(object?.body).text()).rejects.toMatchObject({ code: 'BadAnswer' })
  })
})
