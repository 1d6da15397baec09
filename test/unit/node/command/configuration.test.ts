import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shownChange, withValue } from '../../../../src/node/command/ini-lines.ts'
import { Logins } from '../../../../src/node/command/logins.ts'
import { placesIn } from '../../../../src/node/command/places.ts'
import { isReadableOnTheWay, registryAddress } from '../../../../src/node/command/registry-address.ts'
import { packagePath, parseSpec, parseVersionSpec, shownSpec } from '../../../../src/node/command/spec.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-configuration-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a value in a file of settings', () => {
  const registry = { key: 'registry', value: 'http://r/' }
  const index = { section: 'global', key: 'index-url', value: 'http://r/simple/' }

  test.each([
    ['', registry, 'registry=http://r/\n'],
    ['a=1', registry, 'a=1\nregistry=http://r/\n'],
    ['; mine\nregistry = http://old/\nb=2\n', registry, '; mine\nregistry=http://r/\nb=2\n'],
    ['#registry=x\n', registry, '#registry=x\nregistry=http://r/\n'],
    ['a=1\n\n[x]\nregistry=y\n', registry, 'a=1\nregistry=http://r/\n\n[x]\nregistry=y\n'],
    ['', index, '[global]\nindex-url = http://r/simple/\n'],
    [
      '[global]\ntimeout = 3\n\n[install]\nq = 1\n',
      index,
      '[global]\ntimeout = 3\nindex-url = http://r/simple/\n\n[install]\nq = 1\n',
    ],
    [
      '[install]\nindex-url = x\n[global]\nindex-url = y\n',
      index,
      '[install]\nindex-url = x\n[global]\nindex-url = http://r/simple/\n',
    ],
  ])('%j', (before, value, after) => {
    expect(withValue(before, value)).toBe(after)
    expect(withValue(after, value)).toBe(after)
  })

  test('the change is shown without secrets', () => {
    const before = 'registry=http://old/\n//r/:_authToken=dk_old\n'
    const after = 'registry=http://r/\n//r/:_authToken=dk_new\nindex-url = https://__token__:dk_x@r/simple/\n'
    expect(shownChange(before, after)).toEqual([
      '- registry=http://old/',
      '- //r/:_authToken=(secret)',
      '+ registry=http://r/',
      '+ //r/:_authToken=(secret)',
      '+ index-url = https://__token__:(secret)@r/simple/',
    ])
  })
})

describe('the registry that is meant', () => {
  test('is the one that is named, of the environment, of the last login, or the local one', () => {
    const env = { DECKLE_REGISTRY: 'https://env.example/' }
    expect(registryAddress('https://asked.example/deckle/', env, 'https://usual.example')).toBe(
      'https://asked.example/deckle',
    )
    expect(registryAddress(undefined, env, 'https://usual.example')).toBe('https://env.example')
    expect(registryAddress(undefined, { DECKLE_REGISTRY: '' }, 'https://usual.example')).toBe('https://usual.example')
    expect(registryAddress(undefined, {}, undefined)).toBe('http://localhost:3325')
  })

  test.each(['example', 'ftp://x', 'https://a:b@x', 'https://x/?q', 'https://x/#y'])('%s is none', (text) => {
    expect(() => registryAddress(text, {}, undefined)).toThrow(/is no address of a registry/)
  })

  test('over plain http, passwords can be read on the way, but not within this machine', () => {
    const addresses = [
      'https://x',
      'http://localhost:1',
      'http://127.0.0.1',
      'http://[::1]:1',
      'http://x.localhost',
      'http://x',
    ]
    expect(addresses.filter(isReadableOnTheWay)).toEqual(['http://x'])
  })
})

describe('logins', () => {
  test('are kept by registry in a file of mode 600, and the last one is the usual', () => {
    const places = placesIn({ XDG_CONFIG_HOME: folder })
    const logins = new Logins(places)
    expect(logins.of('http://a')).toBeUndefined()
    logins.keep('http://a', { username: 'ana', token: 'dk_a' })
    logins.keep('http://b', { token: 'dk_b' })
    expect(statSync(places.logins).mode & 0o777).toBe(0o600)
    expect(new Logins(places).of('http://a')).toEqual({ username: 'ana', token: 'dk_a' })
    expect(logins.usual()).toBe('http://b')
    logins.forget('http://b')
    expect(JSON.parse(readFileSync(places.logins, 'utf8'))).toEqual({ 'http://a': { username: 'ana', token: 'dk_a' } })
    writeFileSync(places.logins, 'not ours')
    expect(() => logins.of('http://a')).toThrow(/is not what deckle writes there/)
  })

  test('a relative XDG_CONFIG_HOME is ignored, as its specification says', () => {
    expect(placesIn({ XDG_CONFIG_HOME: 'here' }).logins).toMatch(/\/\.config\/deckle\/logins\.json$/)
  })
})

describe('a package as people write it', () => {
  test.each([
    ['model', { format: 'generic', name: 'model' }],
    ['@acme/model@^1.2', { format: 'generic', name: '@acme/model', selector: '^1.2' }],
    ['npm:@acme/ui@latest', { format: 'npm', name: '@acme/ui', selector: 'latest' }],
  ])('%s', (text, spec) => {
    expect(parseSpec(text)).toEqual(spec)
    expect(shownSpec(parseSpec(text))).toBe(text)
  })

  test.each(['', '@acme', 'a b', 'npm:', '@a/b/c', 'x'.repeat(501)])('%j is none', (text) => {
    expect(() => parseSpec(text)).toThrow(/names no package/)
  })

  test('a version has to be named where one is needed', () => {
    expect(() => parseVersionSpec('@acme/model')).toThrow(/names no version/)
    expect(packagePath(parseSpec('@acme/model'))).toBe('/api/v1/packages/generic/%40acme%2Fmodel')
  })
})
