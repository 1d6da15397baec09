import { rules } from '@secretlint/secretlint-rule-preset-recommend'
import { expect, test } from 'vitest'
import { mayHoldSecret } from '../../../../src/validation/checks/secret-anchors.ts'
import { looksInvented } from '../../../../src/validation/checks/secret-rules.ts'
import {
  overlapBytes,
  type TextWindow,
  WindowReader,
  windowBytes,
} from '../../../../src/validation/checks/secret-windows.ts'
import { secretsCheck } from '../../../../src/validation/checks/secrets.ts'
import { runCheck } from '../../npm/checks/run-check.ts'
import { githubAppToken, npmToken, privateKey, secretSamples } from './secret-samples.ts'

/** Of the preset's messages, those that our settings never give: identifiers that are no secret, and files on a disk. */
const unused = new Set(['AWSAccountID', 'AWSAccessKeyID', 'PrivateKeyP12', 'IGNORE_MESSAGE'])
const doubtful = new Set([
  'BasicAuth',
  'IncomingWebhook',
  'STRIPE_SECRET_KEY_TEST',
  'STRIPE_RESTRICTED_KEY_TEST',
  'GRAFANA_CLOUD_API_TOKEN',
  'MongoDBConnection',
  'MySQLConnection',
  'PostgreSQLConnection',
])

test('there is a sample for every secret that the preset knows, so that a new rule is noticed', () => {
  const known = rules.flatMap((rule) => Object.keys(rule.messages)).filter((id) => !unused.has(id))
  expect(Object.keys(secretSamples).sort()).toEqual(known.sort())
})

test.each(Object.entries(secretSamples))(
  '%s is found, named, and not repeated',
  async (id, [text, file = 'config.txt']) => {
    expect(mayHoldSecret(text)).toBe(true)
    const { findings } = await runCheck(secretsCheck, [
      [`package/${file}`, file.endsWith('.json') ? text : `x\ny = ${text}\n`],
    ])
    expect(findings.map(({ code }) => code)).toContain(doubtful.has(id) ? 'secret_suspected' : 'secret_found')
    for (const finding of findings) {
      expect(finding.path).toBe(`package/${file}`)
      expect(finding.message).toMatch(/^Line \d+ (may hold|holds) a secret: [a-z0-9 ]+ \(rule [a-z0-9-]+\)\.$/)
      for (const part of text.match(/[A-Za-z0-9]{12,}/g) ?? []) expect(JSON.stringify(finding)).not.toContain(part)
    }
  },
)

test('a GitHub installation token is found too', async () => {
  expect((await runCheck(secretsCheck, [['package/a.js', `const t = '${githubAppToken}'`]])).codes).toEqual([
    'secret_found',
  ])
})

test.each([
  ['a test', 'package/test/token.js', npmToken],
  ['a fixture', 'package/lib/__fixtures__/a.txt', npmToken],
  ['a spec file', 'package/src/login.spec.ts', npmToken],
  ['a development certificate', 'package/ssl/server.key', privateKey],
  ['bundled code', 'package/dist/cli.js', `const key = \`${privateKey}\``],
  ['an AWS example', 'package/README.md', `aws_secret_access_key = ${'EXAMPLEKEY'.repeat(4)}`],
  ['a repeated letter', 'package/README.md', `npm_${'x'.repeat(36)}`],
  ['a counted-up token', 'package/README.md', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'],
  ['a placeholder in .npmrc', 'package/.npmrc', '//registry.npmjs.org/:_authToken=<your token here>'],
  ['a marked line', 'package/a.js', `const t = '${npmToken}' // secretlint-disable-line`],
])('%s is only suspected', async (_, path, text) => {
  expect((await runCheck(secretsCheck, [[path, text]])).codes).toEqual(['secret_suspected'])
})

test.each([
  ['package/id_rsa', privateKey],
  ['package/.npmrc', `//registry.npmjs.org/:_authToken=${npmToken}`],
  ['package/.env', `NPM_TOKEN=${npmToken}`],
  ['package/latest/contest.js', `'${npmToken}'`],
  ['package/a.js', `// secretlint-disable-line\nconst t = '${npmToken}'`],
])('%s is a secret for sure', async (path, text) => {
  expect((await runCheck(secretsCheck, [[path, text]])).codes).toEqual(['secret_found'])
})

test.each([
  ['an environment variable', '//registry.npmjs.org/:_authToken=$NPM_TOKEN'],
  ['a certificate', privateKey.replaceAll('PRIVATE KEY', 'CERTIFICATE')],
  ['a public key', privateKey.replaceAll('PRIVATE', 'PUBLIC')],
  ['npm settings in the environment', 'npm_config_registry npm_package_json npm_lifecycle_event'],
  ['an address without a password', 'https://anna@acme.io postgres://localhost:5432/db'],
])('%s is none', async (_, text) => {
  expect((await runCheck(secretsCheck, [['package/.npmrc', text]])).codes).toEqual([])
})

test('binary files are skipped, UTF-16 ones are not', async () => {
  const binary = new TextEncoder().encode(`\u007fELF\0\0${npmToken}`)
  const utf16 = Uint8Array.from(`\ufeff token ${npmToken} `, (character) => character.charCodeAt(0))
  const wide = new Uint8Array(Uint16Array.from(`\ufeffa ${npmToken} b`, (character) => character.charCodeAt(0)).buffer)
  expect((await runCheck(secretsCheck, [['package/a.node', binary]])).codes).toEqual([])
  expect((await runCheck(secretsCheck, [['package/a.txt', utf16]])).codes).toEqual(['secret_found'])
  expect((await runCheck(secretsCheck, [['package/a.ps1', wide]])).codes).toEqual(['secret_found'])
})

test.each([0, 1, 20, 41, 100, overlapBytes - 1, overlapBytes, overlapBytes + 1])(
  'a secret %d bytes before the edge of a window is found once, with its line',
  async (before) => {
    const lines = 'x\n'.repeat(Math.floor((windowBytes - before) / 2))
    const text = `${lines.padEnd(windowBytes - before, '.')} ${npmToken}\n${'é\n'.repeat(windowBytes)}`
    const { findings } = await runCheck(secretsCheck, [['package/big.txt', text]])
    expect(findings).toHaveLength(1)
    expect(findings[0]?.message).toContain(`Line ${lines.length / 2 + 1} `)
  },
)

test('windows of a file are the same however it is split, and cover all of it', () => {
  const bytes = new TextEncoder().encode('añ\n'.repeat(60_000))
  const windowsOf = (chunkBytes: number) => {
    const windows: TextWindow[] = []
    const reader = new WindowReader(bytes.length, (window) => void windows.push(window))
    for (let at = 0; at < bytes.length; at += chunkBytes) reader.chunk(bytes.subarray(at, at + chunkBytes))
    reader.end()
    return windows
  }
  const whole = windowsOf(bytes.length)
  expect(whole.map(({ isFirst }) => isFirst)).toEqual([true, ...whole.slice(1).map(() => false)])
  expect(whole.at(-1)?.isLast).toBe(true)
  expect(whole.slice(1).some(({ text }) => text.startsWith('\ufffd'))).toBe(false)
  for (const chunkBytes of [997, 65_536, 100_000]) expect(windowsOf(chunkBytes)).toEqual(whole)
})

test('one finding for each line and rule, twenty for a file at most, the sure ones first', async () => {
  const twice = `${npmToken} ${npmToken}`
  expect((await runCheck(secretsCheck, [['package/a.txt', twice]])).findings).toHaveLength(1)
  const many = `https://anna:t0psecr3t@acme.io\n`.repeat(100) + npmToken
  const { codes } = await runCheck(secretsCheck, [['package/a.txt', many]])
  expect(codes).toHaveLength(20)
  expect(codes[0]).toBe('secret_found')
})

test('what has something like a secret everywhere uses up the budget, and the report says so', async () => {
  const busy = `PRIVATE KEY\n${'const a = 1\n'.repeat(5_000)}`
  const entries = Array.from({ length: 160 }, (_, at) => [`package/${at}.txt`, busy] as const)
  const { findings } = await runCheck(secretsCheck, entries)
  expect(findings).toEqual([
    expect.objectContaining({ code: 'secret_scan_incomplete', path: expect.stringMatching(/^package\/1\d\d\.txt$/) }),
  ])
})

test('only what somebody typed looks invented', () => {
  for (const [text] of Object.values(secretSamples)) expect(looksInvented(text)).toBe(false)
  for (const text of ['ghp_EXAMPLE', 'npm_1111111111111111111111111111', 'your-token', 'abc123456789']) {
    expect(looksInvented(text)).toBe(true)
  }
})
