import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isStillAlive, processRef } from '../../../../src/node/local/process-identity.ts'
import type { SupervisedPart } from '../../../../src/node/local/supervised-part.ts'
import { Supervisor } from '../../../../src/node/local/supervisor.ts'

let folder: string
let supervisor: Supervisor
let lines: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-part-'))
  lines = []
  const report = (line: string) => void lines.push(line)
  supervisor = new Supervisor({ dataDirectory: folder, report, processesChanged: () => undefined })
})

afterEach(async () => {
  await supervisor.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A part that runs this code. */
function startPart(code: string, graceMs = 5_000): SupervisedPart {
  const entry = join(folder, 'part.mjs')
  writeFileSync(entry, code)
  return supervisor.start({ name: 'part', entry, env: { PATH: process.env['PATH'] }, graceMs })
}

const ready = "process.send({ event: 'ready' })\nsetInterval(() => {}, 1000)\n"

test('a part that cannot start five times in a row is given up, with its last words', async () => {
  const part = startPart("throw new Error('no such table')")
  await expect(part.up).rejects.toThrow('part could not be started 5 times in a row: Error: no such table. Its log: ')
  expect((await supervisor.failed).message).toContain('no such table')
  expect(lines).toHaveLength(4)
  expect(lines[0]).toBe('part could not start: Error: no such table; starting it again in 100 ms')
})

test('a part that ends by itself is started again, and its output is kept', async () => {
  const part = startPart(`console.log('hello')\n${ready}setTimeout(() => process.exit(3), 50)`)
  await part.up
  const first = part.pid
  await expect.poll(() => part.pid !== undefined && part.pid !== first, { timeout: 5_000 }).toBe(true)
  expect(lines[0]).toBe('part ended (code 3); starting it again in 100 ms')
  await supervisor.stop()
  expect(readFileSync(join(folder, 'logs/part.log'), 'utf8')).toMatch(/hello\n(.*\n)*.*ended \(code 3\)/)
})

test('a part that does not end when it is told to is killed', async () => {
  const part = startPart(`process.on('SIGTERM', () => {})\n${ready}`, 100)
  await part.up
  await part.stop()
  expect(part.pid).toBe(undefined)
})

test('what a killed part had started is killed too', async () => {
  const child = "spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])"
  const part = startPart(
    `import { spawn } from 'node:child_process'\nprocess.send({ event: 'helpers', pids: [${child}.pid] })\n${ready}`,
  )
  await part.up
  const [helper = 0] = part.helpers
  const started = processRef(helper)
  process.kill(part.pid ?? 0, 'SIGKILL')
  await expect.poll(() => started !== undefined && isStillAlive(started), { timeout: 5_000 }).toBe(false)
})
