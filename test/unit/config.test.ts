import { expect, test } from 'vitest'
import { ConfigError, parseConfig } from '../../src/config.ts'

const least = { DECKLE_PUBLIC_URL: 'http://localhost:3325', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' }

test('without a policy, the defaults hold', () => {
  expect(parseConfig(least).policy).toEqual({})
})

test('a policy is read once, with all other settings', () => {
  const raw = { ...least, DECKLE_POLICY: 'license_missing=error, readme_missing=off' }
  expect(parseConfig(raw).policy).toEqual({ license_missing: 'error', readme_missing: 'off' })
})

test('a bad policy stops the start and names every bad code', () => {
  const raw = { ...least, DECKLE_BUCKET: 'x', DECKLE_POLICY: 'nothing_such=error,archive_symlink=off' }
  expect(() => parseConfig(raw)).toThrow(ConfigError)
  expect(() => parseConfig(raw)).toThrow(/DECKLE_BUCKET: /)
  expect(() => parseConfig(raw)).toThrow(/DECKLE_POLICY: "nothing_such" is no code/)
  expect(() => parseConfig(raw)).toThrow(/DECKLE_POLICY: "archive_symlink" cannot be "off"/)
})

test('a task of ECS signs with the session of its role, unless it is given a key pair', () => {
  const inTask = {
    DECKLE_PUBLIC_URL: least.DECKLE_PUBLIC_URL,
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1',
  }
  expect(parseConfig(inTask).storage.access).toEqual({ kind: 'container', path: '/v2/credentials/1' })
  expect(parseConfig({ ...least, ...inTask }).storage.access).toMatchObject({ kind: 'keys', accessKeyId: 'id' })
})

test('without a key pair and a role, both settings are named', () => {
  const { DECKLE_PUBLIC_URL } = least
  expect(() => parseConfig({ DECKLE_PUBLIC_URL })).toThrow(
    /AWS_ACCESS_KEY_ID: is missing\n.*AWS_SECRET_ACCESS_KEY: is missing/,
  )
})
