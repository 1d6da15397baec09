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
