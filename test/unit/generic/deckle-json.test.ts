import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { deckleJsonCheck } from '../../../src/generic/checks/deckle-json.ts'
import { deckleSchema } from '../../docs/deckle-schema.ts'
import { runCheck } from '../npm/checks/run-check.ts'

const sound = { name: 'left-pad', version: '1.0.0', description: 'Pads.', keywords: ['pad'], license: 'MIT' }
const text = JSON.stringify(sound)
const inFolder = ['model/deckle.json', text] as const

test('what an archive says of itself is kept beside what its sender said', async () => {
  const facts = { manifest: { description: 'Said when it was sent.' } }
  const { codes, facts: found } = await runCheck(deckleJsonCheck, [inFolder], { facts, chunkBytes: 7 })
  expect(codes).toEqual([])
  expect(found.manifest).toEqual({ description: 'Said when it was sent.', keywords: ['pad'], license: 'MIT' })
})

test('an archive needs none, unless it was announced as one', async () => {
  expect((await runCheck(deckleJsonCheck, [['a', 'x']])).codes).toEqual([])
  const published = { kind: 'archive' }
  expect((await runCheck(deckleJsonCheck, [['a/b/deckle.json', text]], { published })).codes).toEqual([
    'deckle_json_missing',
  ])
  expect((await runCheck(deckleJsonCheck, [['deckle.json', text]], { published })).codes).toEqual([])
})

const unsound: Readonly<Record<string, string | Uint8Array>> = {
  'not JSON': '{',
  'no object': '[]',
  'not UTF-8': new Uint8Array([0x22, 0xff, 0x22]),
  'a name twice': `{"name":"evil",${text.slice(1)}`,
  'a prototype': `{"__proto__":{},${text.slice(1)}`,
  'deep nesting': `${'['.repeat(60_000)}`,
  'no version': '{"name":"left-pad"}',
  'a member that nobody knows': JSON.stringify({ ...sound, scripts: {} }),
  'a link that is none': JSON.stringify({ ...sound, homepage: 'javascript:alert(1)' }),
  'a description without end': JSON.stringify({ ...sound, description: 'x'.repeat(301) }),
}

describe('a deckle.json is refused', () => {
  test.each(Object.entries(unsound))('with %s', async (_, content) => {
    const { codes, findings } = await runCheck(deckleJsonCheck, [['deckle.json', content]])
    expect(codes).toEqual(['deckle_json_invalid'])
    expect(findings[0]?.message).toMatch(/^[^\p{Cc}]{10,300}\.$/u)
  })

  test('with more than 64 KiB', async () => {
    expect((await runCheck(deckleJsonCheck, [['deckle.json', ' '.repeat(65_537)]])).codes).toEqual([
      'deckle_json_too_large',
    ])
  })

  test('beside another', async () => {
    expect((await runCheck(deckleJsonCheck, [inFolder, ['deckle.json', text], inFolder])).codes).toEqual([
      'deckle_json_repeated',
    ])
  })

  test.each([{ name: 'right-pad' }, { version: '1.0.1' }])('of %o', async (other) => {
    const content = JSON.stringify({ ...sound, ...other })
    const { codes, facts } = await runCheck(deckleJsonCheck, [['deckle.json', content]])
    expect(codes).toEqual(['deckle_json_differs'])
    expect(facts.manifest).toBeUndefined()
  })
})

test('docs/deckle.schema.json is the schema, and says the same; if not: npm run docs:checks, then format', () => {
  expect(JSON.parse(readFileSync('docs/deckle.schema.json', 'utf8'))).toEqual(deckleSchema)
  const validate = new Ajv2020({ formats: { uri: true } }).compile(Object(deckleSchema))
  expect(validate(sound)).toBe(true)
  expect(validate({ ...sound, scripts: {} })).toBe(false)
})
