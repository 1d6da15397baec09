import fc from 'fast-check'
import { expect, test } from 'vitest'
import { doubtfulKeys, jsonDepth } from '../../../src/std/json-keys.ts'

test('a key with two different values is found, at any depth and however it is escaped', () => {
  expect(doubtfulKeys('{"a":1,"b":{"c":[{"d":1,"\\u0064":2}]},"a":2}')).toEqual([
    { path: ['b', 'c', 'd'], kind: 'repeated' },
    { path: ['a'], kind: 'repeated' },
  ])
})

test('the same value twice is no doubt', () => {
  expect(doubtfulKeys('{"a": {"x":"1"} , "a":{"x":"1"}, "b":[1,1], "c":{"a":1}}')).toEqual([])
})

test('__proto__ is found as a key, not as a value', () => {
  expect(doubtfulKeys('{"a":"__proto__","b":{"__proto__":{}}}')).toEqual([
    { path: ['b', '__proto__'], kind: 'prototype' },
  ])
})

test('brackets and quotes inside texts do not count', () => {
  expect(jsonDepth('{"a[[[{":"\\"}}]{[","b":[[1]]}')).toBe(3)
  expect(doubtfulKeys('{"a,\\"b":"{,}","c":","}')).toEqual([])
})

test('no JSON that an engine writes is doubtful, and its depth is right', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(4), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      // An engine writes `__proto__` as a key when the value has it as one of its own
      expect(doubtfulKeys(text).filter(({ kind }) => kind === 'repeated')).toEqual([])
      expect(jsonDepth(text)).toBe(depth(value))
    }),
  )
})

test('broken text neither throws nor hangs', () => {
  const unit = fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', 'a')
  fc.assert(fc.property(fc.string({ unit }), (text) => jsonDepth(text) >= 0))
})

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depth))
}
