import { describe, expect, test } from 'vitest'
import { Refusal } from '../../../src/model/refusals.ts'
import { type PublishBodyLimits, splitPublishBody } from '../../../src/npm/publish-body.ts'
import {
  attachment,
  attachmentsOf,
  base64,
  bodyBytes,
  jsonSpellings,
  Members,
  type PublishClient,
  publishBody,
  publishClients,
  publishMembers,
  RawJson,
  streamOf,
} from '../../builders/publish-body.ts'

const limits: PublishBodyLimits = {
  bodyBytes: 1_000_000,
  metadataBytes: 100_000,
  values: 10_000,
  depth: 16,
  attachmentBytes: 500_000,
}
const tarball = Uint8Array.from({ length: 1_000 }, (_, i) => (i * i * 31) & 0xff)
const clients = Object.keys(publishClients) as PublishClient[]
const options = { name: '@acme/lib', version: '2.0.0', tarball, order: 'npm' } as const
const file = '@acme/lib-2.0.0.tgz'

async function split(
  body: Uint8Array | string,
  changed: Partial<PublishBodyLimits> = {},
  size?: number,
  type?: 'bytes',
) {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const opened: string[] = []
  const written: Uint8Array[] = []
  const result = await splitPublishBody(streamOf(bytes, size, type), { ...limits, ...changed }, (name) => {
    opened.push(name)
    return { write: (piece) => void written.push(piece) }
  })
  return { ...result, opened, bytes: Buffer.concat(written), pieces: written }
}

/** @returns the sentence of the refusal, for `body_invalid` only its problem */
async function refusal(body: Uint8Array | string, changed: Partial<PublishBodyLimits> = {}): Promise<string> {
  const one = await split(body, changed).catch((error: unknown) => error)
  const many = await split(body, changed, 1, 'bytes').catch((error: unknown) => error)
  if (!(one instanceof Refusal) || !(many instanceof Refusal)) throw new Error(`not refused: ${one} ${many}`)
  expect(many.message).toBe(one.message)
  return one.code === 'body_invalid' ? String(one.fields['problem']) : one.code
}

/** A body in which all but the data of the tarball is as small as can be. */
const withData = (data: string) => `{"_attachments":{"x-1.0.0.tgz":{"data":${data}}}}`

describe('what clients send', () => {
  test.each(clients)('%s', async (order) => {
    const manifest = { description: 'Ünïcode "quotes" \\ and\nlines', dependencies: { 'left-pad': '^1.0.0' } }
    const body = publishBody({ ...options, order, manifest, readme: '# Lib\n😀\n', gitHead: 'c0ffee' })
    const whole = JSON.parse(new TextDecoder().decode(body))
    expect(whole._attachments[file].data).toBe(base64(tarball))

    const result = await split(body)
    expect(result.opened).toEqual([file])
    expect(result.bytes.equals(tarball)).toBe(true)
    expect(result.attachment).toEqual({ name: file, decodedBytes: 1_000 })
    whole._attachments[file].data = ''
    expect(result.metadata).toEqual(whole)
    expect(Object.keys(result.metadata)).toEqual(Object.keys(whole))
  })

  test('an unscoped package', async () => {
    const result = await split(publishBody({ ...options, name: 'lib', order: 'yarn4' }))
    expect(result.attachment?.name).toBe('lib-2.0.0.tgz')
    expect(result.metadata['access']).toBe('public')
  })

  test.each(['npm', 'pnpm11', 'yarn4'] as const)('a signature, which stays where it is: %s', async (order) => {
    const provenance = {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { a: ['"'] },
    }
    const result = await split(publishBody({ ...options, order, provenance }))
    expect(result.bytes.equals(tarball)).toBe(true)
    expect(result.metadata['_attachments']).toMatchObject({
      [file]: { data: '', length: 1_000 },
      '@acme/lib-2.0.0.sigstore': { data: JSON.stringify(provenance), content_type: provenance.mediaType },
    })
  })

  test('no attachment: `npm deprecate` sends the whole packument', async () => {
    const result = await split('{"name":"x","versions":{}}')
    expect(result).toMatchObject({ metadata: { name: 'x', versions: {} }, attachment: undefined, opened: [] })
    expect((await split('{"_attachments":{}}')).attachment).toBeUndefined()
    expect((await split('{"_attachments":{"a.tgz":{"length":3}}}')).attachment).toBeUndefined()
  })

  test('an empty tarball, which the caller may refuse', async () => {
    const result = await split(withData('""'))
    expect(result).toMatchObject({ attachment: { name: 'x-1.0.0.tgz', decodedBytes: 0 }, opened: ['x-1.0.0.tgz'] })
  })
})

describe('the same in other spellings', () => {
  test.each(Object.entries(jsonSpellings))('of the data: %s', async (_, spell) => {
    const one = attachment('a/b', spell(base64(tarball)), tarball.length)
    const body = bodyBytes(publishMembers(options).replace('_attachments', new Members([[file, one]])))
    for (const size of [1, 2, 3, 5, 7, 64, 100_000]) {
      expect((await split(body, {}, size)).bytes.equals(tarball)).toBe(true)
    }
  })

  test.each(['unicode', 'upperUnicode'] as const)('of the keys: %s', async (spelling) => {
    const spell = jsonSpellings[spelling]
    const one = new Members([[spell('data'), base64(tarball)]])
    const body = bodyBytes(new Members([[spell('_attachments'), new Members([[spell(file), one]])]]))
    const result = await split(body, {}, 3)
    expect(result.bytes.equals(tarball)).toBe(true)
    expect(result.metadata).toEqual({ _attachments: { [file]: { data: '' } } })
  })

  test('with white space wherever it may stand', async () => {
    const text =
      ' \t\r\n{ "_attachments" :\n{ "a.tgz" : {\t"data" : "AA AA" , "length" : 3 } } , "n" : [ 1 , -2.5e+3 ] } \n'
    const result = await split(text)
    expect(result.bytes).toEqual(Buffer.alloc(3))
    expect(result.metadata).toEqual({ _attachments: { 'a.tgz': { data: '', length: 3 } }, n: [1, -2500] })
  })

  test('look-alikes elsewhere are left alone', async () => {
    const look = { _attachments: { 'a.tgz': { data: '!not base64!' } } }
    const attachments = {
      'a.TGZ': { data: '!' },
      'a.tgz.asc': { data: '!' },
      'a.tgz': { nested: { data: '!' }, list: [{ data: '!' }], Data: '!' },
    }
    const metadata = { versions: look, _Attachments: look, list: [look], _attachments: attachments, data: '!' }
    const result = await split(JSON.stringify(metadata))
    expect(result).toMatchObject({ attachment: undefined, opened: [] })
    expect(result.metadata).toEqual(metadata)
  })

  test('a key __proto__ is a key', async () => {
    const text = '{"__proto__":{"admin":true},"_attachments":{"__proto__":{"data":"!"}},"versions":{"__proto__":1}}'
    const { metadata } = await split(text)
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype)
    expect(Object.hasOwn(metadata, '__proto__')).toBe(true)
    expect(metadata['admin']).toBeUndefined()
    expect(JSON.stringify(metadata)).toBe(text)
  })
})

describe('refused, with the place', () => {
  const truncated = (text: string) => `it ends too early, after ${text.length} bytes`
  const base64Problem = (what: string) => `the data of "x-1.0.0.tgz" is not base64: ${what} of it`

  test.each([
    // Not what a publish looks like
    ['', truncated('')],
    [' \n', truncated('  ')],
    ['[]', 'expected a JSON object at byte 0, found "["'],
    ['"x"', 'expected a JSON object at byte 0, found "\\""'],
    ['null', 'expected a JSON object at byte 0, found "n"'],
    ['\u{feff}{}', 'expected a JSON object at byte 0, found byte 0xef'],
    ['{"_attachments":[]}', 'expected "_attachments" to be an object at byte 16, found "["'],
    ['{"_attachments":null}', 'expected "_attachments" to be an object at byte 16, found "n"'],
    ['{"_attachments":{"a":"b"}}', 'expected the attachment "a" to be an object at byte 21, found "\\""'],
    ['{"_attachments":{"a.tgz":[]}}', 'expected the attachment "a.tgz" to be an object at byte 25, found "["'],
    [withData('null'), 'expected the data of the tarball to be a string at byte 39, found "n"'],
    [withData('["AAAA"]'), 'expected the data of the tarball to be a string at byte 39, found "["'],
    [withData('{"a":1}'), 'expected the data of the tarball to be a string at byte 39, found "{"'],
    [
      '{"_attachments":{"a.tgz":{"data":"AAAA"},"b.tgz":{}}}',
      'it has two tarballs attached, "a.tgz" and "b.tgz"; a version has one',
    ],
    // Two readers could see two things
    ['{"name":1,"name":1}', 'it has the key "name" twice, the second time before byte 16'],
    ['{"name":1,"\\u006eame":1}', 'it has the key "name" twice, the second time before byte 21'],
    ['{"_attachments":{},"_attachments":{}}', 'it has the key "_attachments" twice, the second time before byte 33'],
    [
      '{"_attachments":{},"\\u005fattachments":{}}',
      'it has the key "_attachments" twice, the second time before byte 38',
    ],
    ['{"_attachments":{"a":{},"a":{}}}', 'it has the key "a" twice, the second time before byte 27'],
    ['{"_attachments":{"a.tgz":{},"a.tgz":{}}}', 'it has the key "a.tgz" twice, the second time before byte 35'],
    [withData('"AAAA","data":"AAAA"'), 'it has the key "data" twice, the second time before byte 52'],
    [withData('"AAAA","length":3,"length":4'), 'it has the key "length" twice, the second time before byte 65'],
    // Not JSON
    ['{', truncated('{')],
    ['{"a":1', truncated('{"a":1')],
    ['{"a":"', truncated('{"a":"')],
    ['{"a":[{}', truncated('{"a":[{}')],
    [withData('"AAAA').slice(0, -3), truncated(withData('"AAAA').slice(0, -3))],
    [withData('"AAAA\\'), 'it has a wrong escape in a string at byte 45'],
    ['{}x', 'expected nothing more at byte 2, found "x"'],
    ['{} {}', 'expected nothing more at byte 3, found "{"'],
    ['{}\0', 'expected nothing more at byte 2, found byte 0x00'],
    ['{a:1}', 'expected a key at byte 1, found "a"'],
    ['{"a":1,}', 'expected a key at byte 7, found "}"'],
    ['{,}', 'expected a key at byte 1, found ","'],
    ['{"a" 1}', 'expected ":" at byte 5, found "1"'],
    ['{"a":}', 'expected a value at byte 5, found "}"'],
    ['{"a":[1,]}', 'expected a value at byte 8, found "]"'],
    ['{"a":[,1]}', 'expected a value at byte 6, found ","'],
    ['{"a":[1}', 'expected "," or "]" at byte 7, found "}"'],
    ['{"a":1]', 'expected "," or "}" at byte 6, found "]"'],
    ['{"a":1 2}', 'expected "," or "}" at byte 7, found "2"'],
    ["{'a':1}", 'expected a key at byte 1, found "\'"'],
    ['{"a":1/**/}', 'expected "," or "}" at byte 6, found "/"'],
    ['{"a":tru}', 'it has "tru" before byte 8, which is not a value'],
    ['{"a":NaN}', 'it has "NaN" before byte 8, which is not a value'],
    ['{"a":01}', 'it has "01" before byte 7, which is not a value'],
    ['{"a":+1}', 'it has "+1" before byte 7, which is not a value'],
    ['{"a":1.}', 'it has "1." before byte 7, which is not a value'],
    ['{"a":1e}', 'it has "1e" before byte 7, which is not a value'],
    ['{"a":"\\x"}', 'it has a wrong escape in a string at byte 7'],
    ['{"a":"\\u00g0"}', 'it has a wrong escape in a string at byte 10'],
    ['{"a":"\n"}', 'it has a control character in a string at byte 6, which JSON escapes'],
    // Not base64
    [withData('"AAA"'), base64Problem('it ends inside a group of four at character 3')],
    [withData('"AA-A"'), base64Problem('a character outside its alphabet ("-") at character 2')],
    [withData('"AA\\u002dA"'), base64Problem('a character outside its alphabet ("-") at character 2')],
    [withData('"AA\\u0100A"'), base64Problem('a character outside its alphabet (not ASCII) at character 2')],
    [withData('"AAé"'), base64Problem('a character outside its alphabet (not ASCII) at character 2')],
    [withData('"AA\\"A"'), base64Problem('a character outside its alphabet (""") at character 2')],
    [withData('"AA\\bA"'), base64Problem('a character outside its alphabet (byte 0x08) at character 2')],
    [withData('"\\r\\nAA\nA"'), base64Problem('a character outside its alphabet (byte 0x0a) at character 4')],
    [withData('"AA==AAAA"'), base64Problem('text after its padding at character 4')],
    [withData('"A\\u003d=="'), base64Problem('a "=" that pads no last group at character 1')],
    [withData('"AB=="'), base64Problem('the last character has bits that belong to no byte at character 1')],
  ])('%j: %s', async (body, problem) => {
    expect(await refusal(body)).toBe(problem)
  })

  test.each([
    ['a byte that begins nothing', [0xff]],
    ['a sequence that breaks off', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
  ])('text that is not UTF-8: %s', async (_, bad) => {
    const inValue = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bad), Buffer.from('"}')])
    const inKey = Buffer.concat([Buffer.from('{"'), Buffer.from(bad), Buffer.from('":1}')])
    const below = Buffer.concat([Buffer.from('{"a":{"'), Buffer.from(bad), Buffer.from('":1}}')])
    for (const body of [inValue, inKey, below]) expect(await refusal(body)).toBe('it is not UTF-8')
  })

  test('a long key or word is not repeated at length', async () => {
    const long = 'x'.repeat(5_000)
    expect((await refusal(`{"${long}":1,"${long}":1}`)).length).toBeLessThan(250)
    expect((await refusal(`{"a":${long}}`)).length).toBeLessThan(250)
    expect((await refusal(`{"_attachments":{"${long}":1}}`)).length).toBeLessThan(250)
    expect((await refusal(`{"_attachments":{"${long}.tgz":{"data":"!"}}}`)).length).toBeLessThan(450)
  })
})

describe('limits, each just met and just not', () => {
  test('of the body', async () => {
    const body = publishBody(options)
    await split(body, { bodyBytes: body.length })
    expect(await refusal(body, { bodyBytes: body.length - 1 })).toBe('body_too_large')
  })

  test('of the tarball, which may be empty', async () => {
    await split(publishBody(options), { attachmentBytes: 1_000 })
    expect(await refusal(publishBody(options), { attachmentBytes: 999 })).toBe('body_too_large')
    await split(withData('""'), { attachmentBytes: 0 })
  })

  test('of the rest, with the tarball left out and everything else counted', async () => {
    const problem = (most: number) =>
      `what it says beside the tarball (manifest, README, signatures) is more than ${most} bytes`
    const body = publishBody({ ...options, readme: 'é'.repeat(4_000) })
    const metadataBytes = body.length - base64(tarball).length
    await split(body, { metadataBytes })
    expect(await refusal(body, { metadataBytes: metadataBytes - 1 })).toBe(problem(metadataBytes - 1))
    const bundle = new Members([['a.sigstore', attachment('a/b', 'x'.repeat(1_000), 1)]])
    expect(await refusal(bodyBytes(new Members([['_attachments', bundle]])), { metadataBytes: 1_000 })).toBe(
      problem(1_000),
    )
    expect(await refusal(`{${' '.repeat(1_000)}}`, { metadataBytes: 1_000 })).toBe(problem(1_000))
  })

  test('of levels, while it comes', async () => {
    const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    await split(nested(16))
    const problem = 'it is nested deeper than 16 levels at byte 20'
    expect(await refusal(nested(17))).toBe(problem)
    expect(await refusal(`{"a":${'['.repeat(50_000)}`)).toBe(problem)
    expect(await refusal(`{"a":${'{"a":'.repeat(16)}`)).toBe('it is nested deeper than 16 levels at byte 80')
  })

  test('of values, whose objects take more memory than their text', async () => {
    await split('{"a":[{},{},1,"x"]}', { values: 6 })
    expect(await refusal('{"a":[{},{},1,"x"]}', { values: 5 })).toBe('it has more than 5 values')
  })
})

describe('the stream', () => {
  test('of bytes says the same in chunks of any size', async () => {
    const bytes = Buffer.alloc(200_000, 'tarball')
    const body = publishBody({ ...options, order: 'yarn4', tarball: bytes, readme: 'x'.repeat(70_000) })
    for (const size of [1_000, 65_535, 65_536, 65_537, 500_000]) {
      const result = await split(body, {}, size, 'bytes')
      expect(result.bytes.equals(bytes)).toBe(true)
      expect(result.metadata).toEqual((await split(body)).metadata)
    }
    const response = new Response(new Blob([body])).body
    if (response === null) throw new Error('no body')
    const { attachment } = await splitPublishBody(response, limits, () => ({ write: () => undefined }))
    expect(attachment?.decodedBytes).toBe(200_000)
  })

  test('of one huge chunk is handed on in pieces of at most 96 KiB', async () => {
    const bytes = Buffer.alloc(3_000_000, 'tarball')
    const body = publishBody({ ...options, tarball: bytes, readme: 'x'.repeat(90_000) })
    const result = await split(body, { bodyBytes: 5e6, attachmentBytes: 3e6 })
    expect(result.bytes.equals(bytes)).toBe(true)
    expect(Math.max(...result.pieces.map((piece) => piece.length))).toBeLessThanOrEqual(98_304)
    expect(result.pieces.every((piece) => piece.byteLength === piece.buffer.byteLength)).toBe(true)
  })
})

test('the builder writes hostile bodies', () => {
  const attachments = attachmentsOf(options)
  const members = publishMembers(options)
    .replace('_attachments', attachments, new RawJson('"\\u005fattachments"'))
    .with(['name', 'other'])
    .without('access')
  const text = new TextDecoder().decode(bodyBytes(members))
  expect(text).toMatch(
    /^\{"_id":"@acme\/lib","name":"@acme\/lib","dist-tags".*"\\u005fattachments":\{.*,"name":"other"\}$/,
  )
})
