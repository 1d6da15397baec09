import { expect, test } from 'vitest'
import { webPlatform } from '../../../src/std/platform.ts'
import { Sealer } from '../../../src/std/sealer.ts'

const sealer = (fill: number) => new Sealer(async () => new Uint8Array(32).fill(fill), webPlatform)

test('what is sealed opens with the same key and for the same person only', async () => {
  const sealed = await sealer(1).seal('a secret', 'ana')
  expect(sealed).not.toContain('secret')
  expect(await sealer(1).open(sealed, 'ana')).toBe('a secret')
  await expect(sealer(1).open(sealed, 'bob')).rejects.toThrow()
  await expect(sealer(2).open(sealed, 'ana')).rejects.toThrow()
  await expect(sealer(1).open(`${sealed.slice(0, -4)}AAA=`, 'ana')).rejects.toThrow()
  await expect(sealer(1).open('a secret', 'ana')).rejects.toThrow('known version')
})

test('the same text is never sealed alike', async () => {
  expect(await sealer(1).seal('a', 'ana')).not.toBe(await sealer(1).seal('a', 'ana'))
})
