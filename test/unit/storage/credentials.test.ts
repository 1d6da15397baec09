import { expect, test } from 'vitest'
import { type Credentials, refreshing } from '../../../src/storage/credentials.ts'
import { keyPair, scripted } from './scripted-platform.ts'

const minuteMs = 60_000

test('a session is kept until 15 minutes before its end', async () => {
  const platform = scripted()
  let loads = 0
  const credentials = refreshing(async () => {
    loads++
    return { ...keyPair, sessionToken: `session ${loads}`, expiresAt: platform.now() + 60 * minuteMs }
  }, platform)
  expect((await credentials()).sessionToken).toBe('session 1')
  platform.advance(44 * minuteMs)
  expect((await credentials()).sessionToken).toBe('session 1')
  platform.advance(2 * minuteMs)
  expect((await credentials()).sessionToken).toBe('session 2')
})

test('callers at the same time share one load', async () => {
  const platform = scripted()
  let loads = 0
  const credentials = refreshing(async () => {
    loads++
    return keyPair
  }, platform)
  await Promise.all([credentials(), credentials(), credentials()])
  expect(loads).toBe(1)
})

test('a load that never ends holds up nobody but the one who began it', async () => {
  const platform = scripted()
  const loads: Promise<Credentials>[] = [new Promise(() => undefined), Promise.resolve(keyPair)]
  const credentials = refreshing(() => loads.shift() ?? Promise.reject(new Error('a load too many')), {
    ...platform,
    sleep: async () => undefined,
  })
  void credentials()
  expect(await credentials()).toEqual(keyPair)
})

test('a renewal that fails leaves the session at hand, until that ends', async () => {
  const platform = scripted()
  const session = { ...keyPair, expiresAt: platform.now() + 60 * minuteMs }
  const loads = [async () => session]
  const credentials = refreshing(async () => {
    const load = loads.shift()
    if (!load) throw new Error('no answer')
    return load()
  }, platform)
  await credentials()
  platform.advance(50 * minuteMs)
  expect(await credentials()).toBe(session)
  platform.advance(10 * minuteMs)
  await expect(credentials()).rejects.toThrow('no answer')
})
