import { expect, test } from 'vitest'
import { ScriptPool } from '../../../../src/node/scripts/pool.ts'

const task = (body: string, timeMs = 5_000) => ({
  script: `export function download() { ${body} }`,
  ask: { moment: 'download', input: '{}' } as const,
  now: 0,
  timeMs,
  memoryBytes: 16 * 1024 * 1024,
})
const loop = task('for (;;);', 1_000)
const fine = task('return allow()')
const options = { threads: 2, mostWaiting: 4, mostWaitingOfOne: 2 }

test('who loops holds up their own, and nobody else', async () => {
  const pool = new ScriptPool(options)
  // Both threads have started
  await Promise.all([pool.run('one', fine, 20_000), pool.run('other', fine, 20_000)])
  const order: string[] = []
  const run = async (owner: string, what: typeof fine) => {
    const { kind } = await pool.run(owner, what, 20_000)
    order.push(`${owner} ${kind}`)
  }
  await Promise.all([run('bad', loop), run('bad', loop), run('good', fine), run('good', fine)])
  expect(order.at(-1)).toBe('bad timed_out')
  expect(order.filter((line) => line === 'good allow')).toHaveLength(2)
})

test('more than may wait are told at once, and who waits too long then', async () => {
  const pool = new ScriptPool(options)
  const running = pool.run('bad', loop, 20_000)
  const second = pool.run('bad', loop, 1)
  const third = pool.run('bad', loop, 1)
  expect(await pool.run('bad', fine, 20_000)).toEqual({ kind: 'busy' })
  expect(await second).toEqual({ kind: 'busy' })
  expect(await third).toEqual({ kind: 'busy' })
  expect(await running).toEqual({ kind: 'timed_out' })
  expect(await pool.run('bad', fine, 20_000)).toEqual({ kind: 'allow' })
})

test('all who take all of their time share one thread, until they answer in time', async () => {
  const pool = new ScriptPool(options)
  const short = task('for (;;);', 200)
  await Promise.all([pool.run('bad', short, 20_000), pool.run('worse', short, 20_000)])
  const order: string[] = []
  const run = async (owner: string, what: typeof fine) => {
    const { kind } = await pool.run(owner, what, 20_000)
    order.push(`${owner} ${kind}`)
  }
  await Promise.all([run('bad', short), run('worse', fine), run('good', fine)])
  expect(order).toEqual(['good allow', 'bad timed_out', 'worse allow'])
  order.length = 0
  // Of the two, one is as good as any other again
  await Promise.all([run('bad', short), run('worse', fine)])
  expect(order).toEqual(['worse allow', 'bad timed_out'])
})
