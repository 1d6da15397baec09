import { expect, test } from 'vitest'
import type { PackageName } from '../../../src/model/ids.ts'
import { npmFormat } from '../../../src/npm/format.ts'
import { readDeprecations, readOwners, readRemaining } from '../../../src/npm/packument-change.ts'
import { readStar } from '../../../src/npm/star-body.ts'

const ref = { format: 'npm', name: 'it' as PackageName } as const

test('no deprecation is an empty text, however it is written', () => {
  const versions = { a: {}, b: { deprecated: '' }, c: { deprecated: null }, d: { deprecated: false } }
  const { texts } = readDeprecations(ref, { _rev: '1-a', versions })
  expect([...texts.values()]).toEqual(['', '', '', ''])
})

test('names of properties that every object has are names like any other', () => {
  const document = JSON.parse('{"_rev":"1-a","versions":{"__proto__":{"deprecated":"x"},"constructor":{}}}')
  expect(Object.fromEntries(readDeprecations(ref, document).texts)).toHaveProperty('constructor', '')
  expect(readRemaining(ref, document)).toEqual(new Set(['__proto__', 'constructor']))
  expect(({} as Record<string, unknown>)['deprecated']).toBeUndefined()
})

test('owners are the names of maintainers', () => {
  expect(readOwners(ref, { maintainers: [{ name: 'ana', email: 'x' }, { name: 'bob' }] })).toEqual(['ana', 'bob'])
  for (const maintainers of [undefined, 'ana', ['ana'], [{}], [{ name: 1 }], { 0: { name: 'ana' } }]) {
    expect(() => readOwners(ref, maintainers === undefined ? {} : { maintainers })).toThrow('not as expected')
  }
})

test.each([
  ['{"users":{"ana":true}}', true],
  ['{"users":{"bob":true}}', false],
  ['{"users":{"ana":false}}', false],
  ['{"users":{}}', false],
  ['{"users":{"ana":true},"versions":{}}', undefined],
  ['{"users":["ana"]}', undefined],
  ['{"users":', undefined],
  ['[]', undefined],
  ['{}', undefined],
])('the star in %s', (text, star) => {
  expect(readStar(text, 'ana')).toBe(star)
})

test.each([
  [['1.0.0', '1.10.0', '1.9.0', '2.0.0-rc.1'], '1.10.0'],
  [['1.0.0-a', '1.0.0-b'], '1.0.0-b'],
  [[], undefined],
])('latest falls back from %j to %s', (versions, latest) => {
  const listed = { publishedAt: '', document: {} }
  const state = Object.fromEntries(versions.map((version) => [version, listed]))
  expect(npmFormat.fallbackVersion(state)).toBe(latest)
})
