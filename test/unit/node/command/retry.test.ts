import { expect, test } from 'vitest'
import { Failure } from '../../../../src/node/command/failure.ts'
import { Lanes } from '../../../../src/node/command/lanes.ts'
import { retrying, waitBefore } from '../../../../src/node/command/retry.ts'

const signal = new AbortController().signal

test('the waits double, to half a minute, less a random part; a server may ask for more', () => {
  expect([1, 2, 3, 10].map((attempt) => waitBefore(attempt, 0, () => 1))).toEqual([500, 1_000, 2_000, 30_000])
  expect(waitBefore(1, 0, () => 0)).toBe(250)
  expect(waitBefore(1, 7_000, () => 0)).toBe(7_000)
  expect(waitBefore(1, 9e9, () => 0)).toBe(30_000)
})

test('what passes is tried again, what does not is not, and some time it is enough', async () => {
  const waits: number[] = []
  const wait = async (ms: number) => void waits.push(ms)
  const patience = { attempts: 3, signal, wait, random: () => 1 }
  let tries = 0
  const failing = (isPassing: boolean) => async () => {
    tries += 1
    throw new Failure('network', 'no', { isPassing })
  }
  await expect(retrying(patience, failing(true))).rejects.toThrow('no')
  expect([tries, waits]).toEqual([3, [500, 1_000]])
  await expect(retrying(patience, failing(false))).rejects.toThrow('no')
  expect(tries).toBe(4)
})

test('so many at once, and the first failure stops the others', async () => {
  let [running, most] = [0, 0]
  const lanes = new Lanes(3, signal)
  const work = (fails: boolean) => async (stopping: AbortSignal) => {
    running += 1
    most = Math.max(most, running)
    await new Promise<void>((done) => setImmediate(done))
    running -= 1
    if (fails) throw new Error('first')
    if (stopping.aborted) throw new Error('second')
  }
  for (let n = 0; n < 6; n += 1) await lanes.begin(work(false))
  await lanes.begin(work(true))
  await lanes.begin(work(false))
  await expect(lanes.end()).rejects.toThrow('first')
  await expect(lanes.begin(work(false))).rejects.toThrow('first')
  expect([running, most]).toEqual([0, 3])
})
