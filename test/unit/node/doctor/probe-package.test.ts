import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { archiveOf } from '../../../../src/node/doctor/probe/archive.ts'
import { probePackage } from '../../../../src/node/doctor/probe/package.ts'
import { tarball } from '../../../builders/tarball.ts'

test('the archive is that of any other tool, for whatever length of a file', () => {
  const fixed = { edit: (block: Uint8Array) => block.set(new TextEncoder().encode('00000000000\0'), 136) }
  for (const length of [0, 1, 511, 512, 513]) {
    const text = 'x'.repeat(length)
    const expected = tarball().file('package/a.txt', text, {
      mode: Buffer.from('0000644\0'),
      size: octal(length),
      ...fixed,
    })
    expect(gunzipSync(archiveOf({ 'package/a.txt': text }))).toEqual(Buffer.from(expected.tar()))
  }
})

const octal = (length: number) => `${length.toString(8).padStart(11, '0')}\0`

test('the probe is private, in the scope of its publisher, and a new version each time', () => {
  const first = probePackage('ana', 1_000, 'https://registry.example.com')
  const second = probePackage('ana', 1_001, 'https://registry.example.com')
  expect([first.name, second.name]).toEqual(['@ana/deckle-doctor', '@ana/deckle-doctor'])
  expect(first.version).not.toBe(second.version)
  expect(JSON.parse(first.body)).toMatchObject({ access: 'restricted', name: '@ana/deckle-doctor' })
})
