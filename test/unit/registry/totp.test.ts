import { Secret } from 'otpauth/slim'
import { expect, test } from 'vitest'
import type { Username } from '../../../src/model/ids.ts'
import { newRecoveryCodes, recoveryDigest } from '../../../src/registry/recovery-codes.ts'
import { newTotpSecret, totpStep, totpUri } from '../../../src/registry/totp.ts'
import { webPlatform } from '../../../src/std/platform.ts'

/** RFC 6238, appendix B: the last six of its eight digits. */
const secret = Secret.fromLatin1('12345678901234567890').base32
test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_234_567_890, '005924'],
  [20_000_000_000, '353130'],
])('the code of second %i is that of the RFC, good for a step more and less', (second, code) => {
  const step = Math.floor(second / 30)
  for (const off of [-30, 0, 30]) expect(totpStep(secret, code, (second + off) * 1_000)).toBe(step)
  expect(totpStep(secret, code, (second + 60) * 1_000)).toBeUndefined()
})

test('what is no code is none', () => {
  for (const code of ['', '28708', '2870822', 'abcdef', '２８７０８２']) {
    expect(totpStep(secret, code, 59_000)).toBeUndefined()
  }
})

test('an app is given a new secret of 160 bits, under names that it shows', () => {
  const made = newTotpSecret(webPlatform)
  expect(made).toMatch(/^[A-Z2-7]{32}$/)
  expect(newTotpSecret(webPlatform)).not.toBe(made)
  const uri = new URL(totpUri(made, 'packages.example:8080', 'ana'))
  expect([uri.protocol, uri.searchParams.get('secret'), uri.searchParams.get('issuer')]).toEqual([
    'otpauth:',
    made,
    'packages.example:8080',
  ])
})

test('recovery codes are many, different, and stored as digests that belong to one account', () => {
  const codes = newRecoveryCodes(webPlatform)
  expect(new Set(codes).size).toBe(10)
  const [code = ''] = codes
  const digest = recoveryDigest('ana' as Username, code)
  expect(recoveryDigest('ana' as Username, code.toUpperCase().replaceAll('-', ''))).toBe(digest)
  expect(recoveryDigest('bob' as Username, code)).not.toBe(digest)
})
