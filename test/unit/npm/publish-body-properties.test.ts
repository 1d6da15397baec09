import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../../../src/model/refusals.ts'
import { splitPublishBody } from '../../../src/npm/publish-body.ts'
import {
  attachment,
  base64,
  bodyBytes,
  jsonSpellings,
  type Member,
  Members,
  type PublishClient,
  publishBody,
  publishClients,
  RawJson,
  writeJson,
} from '../../builders/publish-body.ts'

const limits = { bodyBytes: 100_000, metadataBytes: 50_000, values: 1_000, depth: 32, attachmentBytes: 50_000 }

interface Outcome {
  readonly metadata: unknown
  readonly name: string | undefined
  readonly bytes: Buffer
}

/** @returns what the body says, or the refusal's sentence. Anything else that is thrown fails the test. */
async function split(body: Uint8Array, cuts: readonly number[] = []): Promise<Outcome | string> {
  const places = [0, ...cuts.map((n) => n % (body.length + 1)).sort((a, b) => a - b), body.length]
  const chunks = places.slice(1).map((end, i) => body.slice(places[i], end))
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks.shift()
      if (chunk === undefined) controller.close()
      else controller.enqueue(chunk)
    },
  })
  const written: Uint8Array[] = []
  try {
    const sink = { write: (piece: Uint8Array) => void written.push(piece) }
    const { metadata, attachment } = await splitPublishBody(stream, limits, () => sink)
    const bytes = Buffer.concat(written)
    if (attachment !== undefined) expect(attachment.decodedBytes).toBe(bytes.length)
    return { metadata, name: attachment?.name, bytes }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.message
  }
}

/** The same by the plain means: all of the text at once. @returns undefined when it is not JSON, or not UTF-8 */
function reference(body: Uint8Array): Outcome | undefined {
  let metadata: Record<string, Record<string, Record<string, unknown>>>
  try {
    metadata = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
  } catch {
    return undefined
  }
  for (const [name, entry] of Object.entries(metadata['_attachments'] ?? {})) {
    if (!name.endsWith('.tgz') || typeof entry['data'] !== 'string') continue
    const bytes = Buffer.from(entry['data'], 'base64')
    entry['data'] = ''
    return { metadata, name, bytes }
  }
  return { metadata, name: undefined, bytes: Buffer.alloc(0) }
}

const cuts = fc.array(fc.nat(), { maxLength: 12 })
const tarball = fc.uint8Array({ maxLength: 200 })
const clientBody = fc
  .record({
    order: fc.constantFrom(...(Object.keys(publishClients) as PublishClient[])),
    name: fc.constantFrom('lib', '@acme/lib'),
    tarball,
    readme: fc.string({ unit: 'grapheme', maxLength: 30 }),
    provenance: fc.option(fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }), { nil: undefined }),
  })
  .map(({ provenance, ...rest }) => publishBody({ ...rest, version: '1.0.0', ...(provenance && { provenance }) }))

/** JSON keys that matter to a splitter, among others. */
const key = fc.oneof(
  fc.constantFrom('name', 'versions', '_attachments', 'data', 'length', 'a.tgz', '__proto__', 'constructor', ''),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
const spelledKey = (name: string) => fc.constantFrom(name, jsonSpellings.slashes(name), jsonSpellings.unicode(name))
/** `JSON.stringify` escapes lone surrogates and the like; spread over lines it has white space everywhere. */
const value = fc
  .tuple(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), fc.constantFrom('', ' ', '\t', '\n '))
  .map(([json, indent]) => new RawJson(JSON.stringify(json, null, indent)))

/** Members in any order, with keys that are different once decoded. */
function object(own: readonly (readonly [string, fc.Arbitrary<unknown>])[], forbidden: (key: string) => boolean) {
  const names = own.map(([name]) => name)
  const others = fc.uniqueArray(
    key.filter((k) => !names.includes(k) && !forbidden(k)),
    { maxLength: 4 },
  )
  return others
    .chain((more) => {
      const all = [...own, ...more.map((name) => [name, value] as const)]
      return fc.shuffledSubarray(all, { minLength: all.length })
    })
    .chain((members) => fc.tuple(...members.map(([name, v]) => fc.tuple(spelledKey(name), v))))
    .map((list) => new Members(list as readonly Member[]))
}

const spelledBytes = fc
  .tuple(
    tarball,
    fc.constantFrom<(text: string) => unknown>((text) => text, ...Object.values(jsonSpellings)),
  )
  .map(([bytes, spell]) => spell(base64(bytes)))
const tarballEntry = object([['data', spelledBytes]], () => false)
const otherEntry = fc.string({ maxLength: 20 }).map((text) => attachment('text/plain', text, text.length))
const attachments = fc.tuple(tarballEntry, otherEntry).chain(([one, other]) =>
  fc.shuffledSubarray<Member>(
    [
      ['@a/b-1.0.0.tgz', one],
      ['b.sigstore', other],
    ],
    { minLength: 1 },
  ),
)
const document = object([['_attachments', attachments.map((list) => new Members(list))]], () => false)

describe('any cut of the bytes', () => {
  test('of a good body gives the same', async () => {
    await fc.assert(
      fc.asyncProperty(clientBody, cuts, async (body, places) => {
        const result = await split(body, places)
        expect(result).toEqual(reference(body))
      }),
      { numRuns: 300 },
    )
  })

  test('gives the same refusal', async () => {
    const broken = fc.tuple(clientBody, fc.nat(), fc.nat(255)).map(([body, place, byte]) => {
      body[place % body.length] = byte
      return body
    })
    await fc.assert(
      fc.asyncProperty(broken, cuts, async (body, places) => {
        expect(await split(body, places)).toEqual(await split(body))
      }),
      { numRuns: 300 },
    )
  })

  test('after each single byte', async () => {
    const one = attachment('a/b', jsonSpellings.lines('aé/+'.repeat(2).replaceAll('é', 'e')), 6)
    const body = bodyBytes(
      new Members([
        ['é😀', 1],
        ['_attachments', new Members([['😀.tgz', one]])],
        ['r', '\\"é'],
      ]),
    )
    const whole = await split(body)
    expect(whole).toEqual(reference(body))
    for (let at = 0; at <= body.length; at++) expect(await split(body, [at])).toEqual(whole)
    expect(
      await split(
        body,
        Array.from(body, (_, i) => i),
      ),
    ).toEqual(whole)
  })
})

describe('any document', () => {
  test('gives what JSON.parse and Buffer give, wherever the attachments stand', async () => {
    await fc.assert(
      fc.asyncProperty(document, cuts, async (members, places) => {
        const body = bodyBytes(members)
        expect(await split(body, places)).toEqual(reference(body))
      }),
      { numRuns: 500 },
    )
  })

  test('is taken when it is JSON, and only then', async () => {
    const token = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        '"',
        ',',
        ':',
        '\\',
        '\\u',
        '\\n',
        '"a"',
        '"a":',
        '1',
        '-',
        '0',
        '.5',
        'e3',
        'E+',
        'true',
        'null',
        ' ',
        '\n',
        'é',
        '\t',
        '{}',
        '[1]',
      ],
    )
    const text = fc.array(token, { maxLength: 9 }).map((tokens) => tokens.join(''))
    const valueText = fc.oneof(
      text,
      text.map((inner) => `"${inner}"`),
      text.map((inner) => `[${inner}]`),
      text.map((inner) => `{"k":${inner}}`),
    )
    await fc.assert(
      fc.asyncProperty(valueText, cuts, async (inner, places) => {
        const body = new TextEncoder().encode(`{"b":${inner}}`)
        const expected = reference(body)
        const result = await split(body, places)
        if (expected === undefined) expect(typeof result).toBe('string')
        // JSON.parse lets a key of the body be repeated, which is refused here.
        else if (typeof result === 'string') expect(result).toContain('twice')
        else expect(result).toEqual(expected)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('any damage', () => {
  /** Bytes replaced, taken out, repeated, moved; the interesting ones more often. */
  const edit = fc.record({
    kind: fc.constantFrom('replace', 'insert', 'remove', 'repeat', 'cut'),
    at: fc.nat(),
    length: fc.nat(40),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[]",:\\u=-_ \n\t\0'))),
  })
  function damage(
    body: Uint8Array,
    edits: readonly (typeof edit extends fc.Arbitrary<infer T> ? T : never)[],
  ): Uint8Array {
    let bytes = Buffer.from(body)
    for (const { kind, at: anywhere, length, byte } of edits) {
      const at = anywhere % (bytes.length + 1)
      const [before, from, after] = [
        bytes.subarray(0, at),
        bytes.subarray(at, at + length),
        bytes.subarray(at + length),
      ]
      if (kind === 'replace') bytes = Buffer.concat([before, Buffer.of(byte), bytes.subarray(at + 1)])
      else if (kind === 'insert') bytes = Buffer.concat([before, Buffer.of(byte), bytes.subarray(at)])
      else if (kind === 'remove') bytes = Buffer.concat([before, after])
      else if (kind === 'repeat') bytes = Buffer.concat([before, from, from, after])
      else bytes = before
    }
    return bytes
  }

  test('is refused, or harmless: what is taken is what JSON.parse and Buffer see', async () => {
    const sound = fc.oneof(clientBody, document.map(bodyBytes))
    await fc.assert(
      fc.asyncProperty(sound, fc.array(edit, { minLength: 1, maxLength: 3 }), cuts, async (body, edits, places) => {
        const damaged = damage(body, edits)
        const result = await split(damaged, places)
        if (typeof result !== 'string') expect(result).toEqual(reference(damaged))
      }),
      { numRuns: 3_000 },
    )
  })

  test('of bytes that are noise ends in a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), cuts, async (noise, places) => {
        const body = Buffer.concat([Buffer.from('{"_attachments":{"a.tgz":{"data":"'), noise])
        expect(typeof (await split(body, places))).toBe('string')
        if (reference(noise) === undefined) expect(typeof (await split(noise, places))).toBe('string')
      }),
      { numRuns: 500 },
    )
  })
})

test('the reference itself sees attachments', () => {
  const body = new TextEncoder().encode(writeJson({ _attachments: { 'a.tgz': { data: 'AAAA' } } }))
  expect(reference(body)).toEqual({
    metadata: { _attachments: { 'a.tgz': { data: '' } } },
    name: 'a.tgz',
    bytes: Buffer.alloc(3),
  })
})
