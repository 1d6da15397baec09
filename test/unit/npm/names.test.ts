import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../../../src/model/refusals.ts'
import {
  canonicalVersion,
  distTag,
  npmVersion,
  packageName,
  tarballName,
  tarballVersion,
} from '../../../src/npm/names.ts'

describe('packageName', () => {
  test.each(['left-pad', '@acme/lib', '@acme/ui.kit', 'a', 'lodash.merge', 'x_y', '~tilde', '7zip', '@types/node'])(
    'accepts %s',
    (name) => expect(packageName(name)).toBe(name),
  )

  test.each([
    '',
    '-',
    '.',
    '..',
    '.hidden',
    '_private',
    'Upper',
    'with space',
    'a/b',
    '@acme',
    '@acme/',
    '@/lib',
    '@acme/lib/extra',
    '@acme/../lib',
    'node_modules',
    'favicon.ico',
    '@acme/node_modules',
    'a%2fb',
    'naïve',
    'a\u0000b',
    'x'.repeat(215),
    '__proto__',
    "it's",
    'a(b)',
  ])('refuses %j', (name) => expect(() => packageName(name)).toThrow(Refusal))

  test('every accepted name is safe as path segments', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (text) => {
        let name: string
        try {
          name = packageName(text)
        } catch {
          return
        }
        expect(new URL(`http://host/${name}`).pathname).toBe(`/${name}`)
      }),
    )
  })
})

describe('versions', () => {
  test('the build part is left out of a published version', () => {
    expect(npmVersion('1.2.3+build.7')).toBe('1.2.3')
    expect(npmVersion('v1.2.3')).toBe('1.2.3')
  })

  test.each(['1.2', 'latest', '1.2.3.4', '', 'x'.repeat(300)])('refuses %j', (text) => {
    expect(() => npmVersion(text)).toThrow(Refusal)
  })

  test('only the canonical form stands for a version in an address', () => {
    expect(canonicalVersion('1.2.3-beta.1')).toBe('1.2.3-beta.1')
    expect(canonicalVersion('v1.2.3')).toBeUndefined()
    expect(canonicalVersion('1.2.3+build')).toBeUndefined()
    expect(canonicalVersion('01.2.3')).toBeUndefined()
  })
})

describe('tarball names', () => {
  const name = packageName('@acme/lib')

  test('name and version give the file name, and back', () => {
    const version = npmVersion('1.0.0-rc.1')
    expect(tarballName({ format: 'npm', name, version })).toBe('lib-1.0.0-rc.1.tgz')
    expect(tarballVersion(name, 'lib-1.0.0-rc.1.tgz')).toBe('1.0.0-rc.1')
  })

  test.each([
    'other-1.0.0.tgz',
    'lib-1.0.0.zip',
    'lib-v1.0.0.tgz',
    'lib-.tgz',
    '../lib-1.0.0.tgz',
    '@acme/lib-1.0.0.tgz',
  ])('%s is no tarball of the package', (file) => expect(tarballVersion(name, file)).toBeUndefined())

  test('a file name that no store can hold is refused', () => {
    const long = packageName('x'.repeat(214))
    expect(() => tarballName({ format: 'npm', name: long, version: npmVersion(`1.0.0-${'y'.repeat(60)}`) })).toThrow(
      Refusal,
    )
  })
})

describe('distTag', () => {
  test.each(['latest', 'next', 'beta-2', 'canary_3', 'release~x'])('accepts %s', (tag) =>
    expect(distTag(tag)).toBe(tag),
  )
  test.each([
    '',
    '1.0.0',
    'v1',
    '^1',
    '>=2',
    '*',
    'x',
    '__proto__',
    'constructor',
    'a/b',
    'a b',
    '.x',
    'y'.repeat(101),
  ])('refuses %j', (tag) => expect(() => distTag(tag)).toThrow(Refusal))
})
