import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createDigester, type Digester } from '../../../src/validation/digester.ts'
import { createResumableDigester } from '../../../src/validation/resumable-digester.ts'

/** Several blocks of each hash: 64 and 128 bytes. */
const content = randomBytes(5_000)
const digestsOf = (bytes: Uint8Array) => ({
  sha1: createHash('sha1').update(bytes).digest('hex'),
  sha256: createHash('sha256').update(bytes).digest('hex'),
  sha512: createHash('sha512').update(bytes).digest('hex'),
})

test.each([0, 1, 55, 63, 64, 65, 111, 127, 128, 129, 4_095, 4_999, 5_000])(
  'what was saved after %i bytes is gone on with, and so is the one that saved it',
  async (bytes) => {
    const first = await createResumableDigester()
    first.update(content.subarray(0, bytes))
    const saved = JSON.parse(JSON.stringify(first.save()))
    const second = await createResumableDigester(saved)
    for (const digester of [first, second]) {
      expect(digester.bytes).toBe(bytes)
      digester.update(content.subarray(bytes))
      expect([digester.bytes, digester.hex()]).toEqual([5_000, digestsOf(content)])
    }
  },
)

test('both digesters say the same, however the bytes come', async () => {
  const give = (digester: Digester) => {
    for (let at = 0; at < content.length; at += 777) digester.update(content.subarray(at, at + 777))
    return [digester.bytes, digester.hex()]
  }
  expect(give(createDigester())).toEqual(give(await createResumableDigester()))
})

test('what is saved is small, and none of it is taken when it is damaged or of another release', async () => {
  const digester = await createResumableDigester()
  digester.update(content)
  const saved = digester.save()
  expect(JSON.stringify(saved).length).toBeLessThan(1_000)
  const state = Buffer.from(saved.states['sha256'] ?? '', 'base64')
  const otherRelease = Buffer.from(state)
  otherRelease[0] = (otherRelease[0] ?? 0) ^ 1
  const damaged = [state.subarray(1), Buffer.concat([state, state]), otherRelease, Buffer.alloc(0)]
  for (const bytes of damaged) {
    const states = { ...saved.states, sha256: bytes.toString('base64') }
    await expect(createResumableDigester({ ...saved, states })).rejects.toThrow()
  }
  await expect(createResumableDigester({ bytes: 1, states: {} })).rejects.toThrow()
})
