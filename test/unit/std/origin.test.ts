import { describe, expect, test } from 'vitest'
import { isLoopback, isSameHost, parseOrigin } from '../../../src/std/origin.ts'

describe('parseOrigin', () => {
  test.each([
    ['https://registry.example.com', 'https://registry.example.com'],
    ['https://registry.example.com/', 'https://registry.example.com'],
    ['HTTPS://Registry.Example.com:443', 'https://registry.example.com'],
    ['http://localhost:3325', 'http://localhost:3325'],
    ['http://[::1]:80/', 'http://[::1]'],
  ])('%s is %s', (text, origin) => {
    expect(parseOrigin(text)).toBe(origin)
  })

  test.each([
    '',
    'registry.example.com',
    'ftp://registry.example.com',
    'https:registry.example.com',
    'https://',
    'https://registry.example.com:99999',
    'https://registry.example.com/npm',
    'https://registry.example.com//',
    'https://registry.example.com/?',
    'https://registry.example.com/#',
    'https://ana:secret@registry.example.com',
    'https://registry.example.com\n.evil.example',
  ])('%j is no such address', (text) => {
    expect(parseOrigin(text)).toBeUndefined()
  })
})

test.each([
  ['https://a.example', 'https://A.Example:8443'],
  ['https://a.example', 'http://a.example.'],
  ['http://127.0.0.1:1', 'http://127.1:2'],
  ['http://[::1]', 'http://[0:0::1]:80'],
])('%s and %s are the same host', (one, other) => {
  expect(isSameHost(one, other)).toBe(true)
})

test.each([
  ['https://a.example', 'https://b.example'],
  ['https://example.com', 'https://storage.example.com'],
  ['http://localhost:1', 'http://127.0.0.1:1'],
])('%s and %s are different hosts', (one, other) => {
  expect(isSameHost(one, other)).toBe(false)
})

test.each(['http://localhost', 'http://registry.localhost.:80', 'http://127.0.0.2', 'http://[::1]:1'])(
  '%s is this machine',
  (url) => expect(isLoopback(url)).toBe(true),
)

test.each(['http://localhost.example.com', 'http://notlocalhost', 'http://127.example.com', 'http://10.0.0.1'])(
  '%s is another machine',
  (url) => expect(isLoopback(url)).toBe(false),
)
