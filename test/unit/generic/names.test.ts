import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  canonicalVersion,
  fileName,
  fileOfDigest,
  genericVersion,
  highestIn,
  packageName,
  tagName,
  versionRange,
} from '../../../src/generic/names.ts'

test.each(['model', '@acme/model', '0x', 'a.b_c-d', '@a/b'])('%s is a name', (text) => {
  expect(packageName(text)).toBe(text)
})

test.each([
  '',
  '@acme',
  '@acme/',
  '/a',
  'a/b',
  '@a/b/c',
  'A',
  '.a',
  '-a',
  '_a',
  '@/a',
  'a'.repeat(101),
  'a b',
  'ä',
  '..',
])('%j is no name', (text) => {
  expect(() => packageName(text)).toThrow('Invalid package name')
})

test.each([
  ['1.0', 'write it as 1.0.0'],
  ['v2', 'write it as 2.0.0'],
  ['01.2.3', 'write it as 1.2.3'],
  ['1.2.3+5', 'leave it out'],
  ['next', 'no semantic version'],
  ['1.2.3-01', 'no semantic version'],
])('the version %s is refused with what is meant', (text, hint) => {
  expect(() => genericVersion(text)).toThrow(hint)
  expect(canonicalVersion(text)).toBeUndefined()
})

test.each(['weights.tar.zst', 'A', '0~1+2_3-4', 'x'.repeat(200)])('%s is a name of a file', (text) => {
  expect(fileName(text)).toBe(text)
})

test.each([
  '',
  '.x',
  '-x',
  'a/b',
  'a\\b',
  'a.',
  'con',
  'NUL.txt',
  'Com1',
  'x.sha256',
  'x'.repeat(201),
  'a b',
  'a%2fb',
  '..',
])('%j is no name of a file', (text) => {
  expect(() => fileName(text)).toThrow('Invalid file name')
})

test('what is a name of a file stays one segment of a URL and of a path', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 40 }), (text) => {
      let name: string
      try {
        name = fileName(text)
      } catch {
        return
      }
      expect(new URL(`http://localhost/a/${name}`).pathname).toBe(`/a/${name}`)
      expect(name).not.toMatch(/[/\\\0]|^\./)
    }),
  )
})

test('a digest is asked for beside a file', () => {
  expect(fileOfDigest('a.bin.sha256')).toBe('a.bin')
  expect(fileOfDigest('a.bin')).toBeUndefined()
})

test.each(['1', '1.x', '*', '>=1', '1.2.3', '', '__proto__', '-a', 'a b'])('%j is no tag', (text) => {
  expect(() => tagName(text)).toThrow('Invalid dist-tag')
})

test('a range chooses the highest version that is none before its release', () => {
  const versions = ['2.0.0-rc.1', '1.10.0', '1.9.0', '1.0.0']
  expect(highestIn(versions, '^1.0')).toBe('1.10.0')
  expect(highestIn(versions, '*')).toBe('1.10.0')
  expect(highestIn(versions, '>=2.0.0-0')).toBe('2.0.0-rc.1')
  expect(highestIn(versions, '^3')).toBeUndefined()
  expect([versionRange('^1 || 2'), versionRange('latest'), versionRange(' '.repeat(300))]).toEqual([
    '^1 || 2',
    undefined,
    undefined,
  ])
})
