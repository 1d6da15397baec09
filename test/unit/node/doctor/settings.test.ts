import { expect, test } from 'vitest'
import { examineSettings } from '../../../../src/node/doctor/checks/settings.ts'

const good = {
  DECKLE_PUBLIC_URL: 'https://registry.example.com',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'a-secret-of-a-deployment',
  DECKLE_SESSION_KEYS: JSON.stringify([{ kid: 'one', secret: 'x'.repeat(43) }]),
  DECKLE_SECRET_KEY: 'y'.repeat(43),
}

const findingOf = (changes: Record<string, string | undefined>, role?: 'edge') =>
  examineSettings({ ...good, ...changes }, role).finding

test('good settings are fine, for everybody and for the edge', () => {
  expect(findingOf({})).toEqual({
    verdict: 'ok',
    message: 'https://registry.example.com, bucket deckle, region us-east-1.',
  })
  expect(findingOf({}, 'edge').verdict).toBe('ok')
})

test('what stops a start is a problem, by the names of all settings that are wrong, and of no value', () => {
  const { verdict, message, remedy } = findingOf({
    DECKLE_PUBLIC_URL: 'https://registry.example.com/path',
    AWS_SECRET_ACCESS_KEY: '',
  })
  expect(verdict).toBe('problem')
  expect(message).toContain('DECKLE_PUBLIC_URL')
  expect(message).toContain('AWS_SECRET_ACCESS_KEY')
  expect(message).not.toContain('\n')
  expect(remedy).toContain('docs/settings.md')
})

test('one host for registry and storage is refused as at the start', () => {
  const { verdict, message } = findingOf({ DECKLE_STORAGE_URL: 'https://registry.example.com:8443' })
  expect(verdict).toBe('problem')
  expect(message).toContain('another host name')
})

test.each([
  [{ DECKLE_TABLE_PREFIX: 'a b' }, 'DECKLE_TABLE_PREFIX'],
  [{ DECKLE_QUEUE_PREFIX: 'a.b' }, 'DECKLE_QUEUE_PREFIX'],
  [{ DECKLE_BUCKET: 'our.packages' }, 'has a dot'],
  [{ DECKLE_STORAGE_URL: 'http://storage.example.com' }, 'without TLS'],
])('%o is a problem', (changes, text) => {
  const { verdict, message } = findingOf(changes)
  expect(verdict).toBe('problem')
  expect(message).toContain(text)
})

test('an edge without its keys is warned of, anybody else is not', () => {
  const changes = { DECKLE_SESSION_KEYS: undefined, DECKLE_SECRET_KEY: undefined }
  expect(findingOf(changes).verdict).toBe('ok')
  const { verdict, message } = findingOf(changes, 'edge')
  expect(verdict).toBe('warning')
  expect(message).toContain('DECKLE_SESSION_KEYS')
  expect(message).toContain('DECKLE_SECRET_KEY')
})
