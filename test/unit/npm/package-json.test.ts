import { expect, test } from 'vitest'
import { readPackageJson } from '../../../src/npm/package-json.ts'

const read = (text: string) => readPackageJson(new TextEncoder().encode(text))

test('a byte order mark is left out, as npm does', () => {
  expect(read('\ufeff{"name":"a"}')).toEqual({ kind: 'sound', packageJson: { name: 'a' } })
})

test.each([
  ['text that is not JSON', '{"name":', 'is not JSON'],
  ['an empty file', '', 'is not JSON'],
  ['a list', '[]', 'is not a JSON object'],
  ['null', 'null', 'is not a JSON object'],
  ['absurd nesting', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'nests deeper than 64 levels'],
])('%s is invalid', (_, text, problem) => {
  expect(read(text)).toEqual({ kind: 'invalid', problem })
})

test('Latin-1 is invalid: clients differ in what they make of it', () => {
  const bytes = Uint8Array.from('{"author":"J\xfcrgen"}', (character) => character.charCodeAt(0))
  expect(readPackageJson(bytes)).toEqual({ kind: 'invalid', problem: 'is not UTF-8' })
})

test.each([
  ['{"dependencies":{"a":"1"},"dependencies":{"b":"1"}}', 'dependencies'],
  ['{"dependencies":{"a":"1","a":"2"}}', 'dependencies.a'],
  ['{"scripts":{"install":"x","\\u0069nstall":"y"}}', 'scripts.install'],
  ['{"version":"1.0.0","version":"1.0.1"}', 'version'],
  ['{"__proto__":{"dependencies":{}}}', '__proto__'],
  ['{"bin":{"__proto__":"x"}}', 'bin.__proto__'],
])('%s is ambiguous', (text, path) => {
  expect(read(text)).toMatchObject({ kind: 'ambiguous', path })
})

test.each([
  '{"dependencies":{"a":"1","a":"1"}}',
  '{"keywords":[],"keywords":["x"]}',
  '{"scripts":{"test":"a","test":"b"}}',
  '{"eslintConfig":{"rules":{"x":1,"x":2}}}',
  '{"custom":{"__proto__":1}}',
])('%s is sound: nothing that decides differs', (text) => {
  expect(read(text).kind).toBe('sound')
})
