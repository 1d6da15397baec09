import { expect, test } from 'vitest'
import {
  type AddressOptions,
  isStorageProxied,
  requireUsableAddresses,
  withAddresses,
} from '../../../../src/node/local/addresses.ts'
import type { Environment } from '../../../../src/node/local/settings.ts'
import { StartProblem } from '../../../../src/node/local/start-problem.ts'

const registry = 'https://registry.example.com'
const storage = 'https://storage.example.com'

function check(options: AddressOptions, variables: Environment = {}, port = 3325): void {
  requireUsableAddresses(withAddresses(variables, options), options, port)
}

test('the command line goes before the environment', () => {
  const env = { DECKLE_PUBLIC_URL: 'https://old.example.com', DECKLE_STORAGE_URL: storage, PATH: '/bin' }
  expect(withAddresses(env, { publicUrl: registry })).toEqual({ ...env, DECKLE_PUBLIC_URL: registry })
})

test.each<[string, AddressOptions, Environment]>([
  ['none', {}, {}],
  ['both URLs', { publicUrl: registry, storageUrl: storage }, {}],
  ['an address and both URLs', { host: '0.0.0.0', publicUrl: registry, storageUrl: storage }, {}],
  ['both URLs as variables', { host: '10.0.0.5' }, { DECKLE_PUBLIC_URL: registry, DECKLE_STORAGE_URL: storage }],
  ['http on this machine', { publicUrl: 'http://localhost:4000', storageUrl: 'http://127.0.0.1:4001' }, {}],
  ['http when asked for', { publicUrl: 'http://a.lan', storageUrl: 'http://b.lan', insecureHttp: true }, {}],
  ['storage of others', { publicUrl: registry }, { DECKLE_S3_ENDPOINT: 'https://s3.example.com' }],
])('a start is allowed with %s', (_, options, variables) => {
  expect(() => check(options, variables)).not.toThrow()
})

test.each<{ options: AddressOptions; variables?: Environment; port?: number; says: string }>([
  { options: { host: '0.0.0.0' }, says: '--public-url' },
  { options: { host: '0.0.0.0', storageUrl: storage }, says: '--public-url' },
  { options: { host: '0.0.0.0' }, variables: { DECKLE_PUBLIC_URL: '' }, says: '--public-url' },
  { options: { host: '0.0.0.0', publicUrl: registry }, says: '--storage-url' },
  { options: { host: '0.0.0.0', publicUrl: 'http://localhost' }, says: '--storage-url' },
  { options: { publicUrl: registry }, says: '--storage-url' },
  { options: {}, variables: { DECKLE_PUBLIC_URL: registry }, says: '--storage-url' },
  { options: { publicUrl: 'http://a.lan', storageUrl: storage }, says: 'http://a.lan' },
  { options: { publicUrl: registry, storageUrl: 'HTTP://b.lan' }, says: 'HTTP://b.lan' },
  { options: { storageUrl: 'http://b.lan' }, says: '--insecure-http' },
  { options: { publicUrl: registry, storageUrl: storage }, port: 0, says: '1 to 65534' },
  { options: { publicUrl: registry, storageUrl: storage }, port: 65_535, says: '1 to 65534' },
])('$options $variables is refused in one line that names $says', ({ options, variables, port, says }) => {
  const refusal = () => check(options, variables, port)
  expect(refusal).toThrow(StartProblem)
  expect(refusal).toThrow(says)
  expect(refusal).not.toThrow('\n')
})

test('storage is behind the proxy only when it is ours and has an address of its own', () => {
  expect(isStorageProxied({})).toBe(false)
  expect(isStorageProxied({ DECKLE_STORAGE_URL: storage })).toBe(true)
  expect(isStorageProxied({ DECKLE_STORAGE_URL: storage, DECKLE_S3_ENDPOINT: 'https://s3.example.com' })).toBe(false)
})
