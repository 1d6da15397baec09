import { scrypt as independentScrypt } from '@noble/hashes/scrypt.js'
import { expect, test } from 'vitest'
import { constantTimeEqual, scrypt } from '../../../src/std/digest.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => new TextEncoder().encode(text)

test('scrypt gives the vectors of RFC 7914, section 12', () => {
  const cost = { N: 16_384, r: 8, p: 1 }
  expect(hex(scrypt('pleaseletmein', bytes('SodiumChloride'), 64, cost))).toBe(
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2' +
      'd5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
  )
})

// Passwords that were hashed before the native one was used stay good
test('scrypt agrees with an implementation in JavaScript, for any text and salt', () => {
  const costs = [
    { N: 256, r: 8, p: 5 },
    { N: 2, r: 1, p: 1 },
  ]
  for (const password of ['', 'correct horse battery', 'пароль 🔑', 'x'.repeat(1_000)]) {
    for (const salt of [bytes(''), bytes('0123456789abcdef')]) {
      for (const cost of costs) {
        const reference = independentScrypt(password, salt, { ...cost, dkLen: 32 })
        expect(hex(scrypt(password, salt, 32, cost))).toBe(hex(reference))
      }
    }
  }
})

test('texts are equal when each byte is', () => {
  expect(constantTimeEqual('größe', 'größe')).toBe(true)
  expect(constantTimeEqual('größe', 'grösse')).toBe(false)
  expect(constantTimeEqual('', 'a')).toBe(false)
})
