import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { generatePassword, loadSecrets, passwordFrom } from '../../../../src/node/local/secrets.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-secrets-'))
  file = join(folder, 'secrets.json')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('secrets are made once, for their owner only, and differ between folders', () => {
  const made = loadSecrets(folder)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(loadSecrets(folder)).toEqual(made)
  rmSync(file)
  expect(loadSecrets(folder).secretAccessKey).not.toBe(made.secretAccessKey)
})

test('a folder of an older version gets what it lacks, and keeps what it has', () => {
  const { accessKeyId, secretAccessKey, sessionKey } = loadSecrets(folder)
  writeFileSync(file, JSON.stringify({ accessKeyId, secretAccessKey }))
  const completed = loadSecrets(folder)
  expect(completed).toMatchObject({ accessKeyId, secretAccessKey })
  expect(completed.sessionKey).not.toBe(sessionKey)
  expect(loadSecrets(folder)).toEqual(completed)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a file that others may read is closed again', () => {
  loadSecrets(folder)
  chmodSync(file, 0o644)
  loadSecrets(folder)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test.each(['{}', '', '{"accessKeyId":"x","secretAccessKey":"y"}'])('a damaged file (%j) is not replaced', (text) => {
  writeFileSync(file, text)
  expect(() => loadSecrets(folder)).toThrow(`${file} cannot be read`)
})

test('generated passwords are long and never the same', () => {
  const passwords = new Set(Array.from({ length: 100 }, generatePassword))
  expect(passwords.size).toBe(100)
  for (const password of passwords) expect(password).toMatch(/^([a-z2-9]{6}-){3}[a-z2-9]{6}$/)
})

test('a password of the environment has 12 characters or more', () => {
  expect(passwordFrom({})).toBe(undefined)
  expect(passwordFrom({ DECKLE_ADMIN_PASSWORD: 'twelve chars' })).toBe('twelve chars')
  expect(() => passwordFrom({ DECKLE_ADMIN_PASSWORD: 'eleven char' })).toThrow('12 characters or more')
})
