import { beforeEach, expect, test, vi } from 'vitest'
import type { SessionKey } from '../../../src/model/session-key.ts'
import { keptKeys, type SessionKeys } from '../../../src/registry/session-keys.ts'

const minutes = 60_000
const key = (kid: string): SessionKey => ({ kid, secret: new Uint8Array(32) })
const load = vi.fn<() => Promise<readonly SessionKey[]>>()
let nowMs = 0
let keys: SessionKeys

beforeEach(() => {
  nowMs = 0
  load.mockReset().mockResolvedValue([key('new'), key('old')])
  keys = keptKeys(load, { now: () => nowMs, sleep: () => new Promise(() => undefined) })
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
})

test('they are read when first needed, once for all that ask, and kept for five minutes', async () => {
  expect(load).not.toHaveBeenCalled()
  const all = await Promise.all([keys.newest(), keys.named('old'), keys.newest()])
  expect(all.map((one) => one?.kid)).toEqual(['new', 'old', 'new'])
  nowMs = 5 * minutes - 1
  await keys.newest()
  expect(load).toHaveBeenCalledTimes(1)
  nowMs = 5 * minutes
  await keys.newest()
  expect(load).toHaveBeenCalledTimes(2)
})

test('a key that others sign with already is looked for at once', async () => {
  await keys.newest()
  load.mockResolvedValue([key('newer'), key('new')])
  nowMs = minutes
  expect((await keys.named('newer'))?.kid).toBe('newer')
  expect(await keys.named('old')).toBeUndefined()
})

test('names that somebody made up are asked for every ten seconds at most', async () => {
  for (let ms = 0; ms < 60_000; ms += 100) {
    nowMs = ms
    expect(await keys.named('made-up')).toBeUndefined()
  }
  expect(load).toHaveBeenCalledTimes(6)
})

test('while they cannot be read, those that are known are used for an hour, then nothing is', async () => {
  await keys.newest()
  load.mockRejectedValue(new Error('away'))
  for (const later of [10, 59]) {
    nowMs = later * minutes
    expect((await keys.newest())?.kid).toBe('new')
  }
  nowMs = 60 * minutes
  await expect(keys.newest()).rejects.toThrow('away')
  load.mockResolvedValue([key('newest')])
  nowMs += 10_000
  expect((await keys.newest())?.kid).toBe('newest')
})

test('where they were never read, the failure is told, and the next caller tries again', async () => {
  load.mockRejectedValueOnce(new Error('away'))
  await expect(keys.newest()).rejects.toThrow('away')
  expect((await keys.newest())?.kid).toBe('new')
})
