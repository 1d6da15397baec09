import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acquireLock } from '../../../../src/node/local/lock.ts'
import { processRef } from '../../../../src/node/local/process-identity.ts'

let folder: string
let file: string
const children: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-lock-'))
  file = join(folder, 'lock')
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

async function idleProcess(): Promise<{ child: ChildProcess; pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  children.push(child)
  await once(child, 'spawn')
  return { child, pid: child.pid ?? 0 }
}

test('a folder is held by one instance, until it is released', async () => {
  const lock = await acquireLock(folder)
  await expect(acquireLock(folder)).rejects.toThrow(`in use by another Deckle (process ${process.pid})`)
  lock.release()
  expect(existsSync(file)).toBe(false)
  const again = await acquireLock(folder)
  again.release()
})

test('the lock of a process that is gone is taken over', async () => {
  const { child, pid } = await idleProcess()
  writeFileSync(file, JSON.stringify({ holder: processRef(pid), processes: [] }))
  await expect(acquireLock(folder)).rejects.toThrow(`process ${pid}`)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = await acquireLock(folder)
  expect(JSON.parse(readFileSync(file, 'utf8')).holder.pid).toBe(process.pid)
  lock.release()
})

test('a process that got the number of the holder later does not hold the folder', async () => {
  writeFileSync(file, JSON.stringify({ holder: { pid: process.pid, started: 'long ago' }, processes: [] }))
  const lock = await acquireLock(folder)
  lock.release()
})

test('processes of an instance that was killed are ended, and nobody else', async () => {
  const orphan = await idleProcess()
  const stranger = await idleProcess()
  const processes = [processRef(orphan.pid), { pid: stranger.pid, started: 'long ago' }]
  writeFileSync(file, JSON.stringify({ holder: { pid: process.pid, started: 'long ago' }, processes }))
  const ended = once(orphan.child, 'exit')
  const lock = await acquireLock(folder)
  expect(await ended).toEqual([null, 'SIGKILL'])
  expect(stranger.child.exitCode ?? stranger.child.signalCode).toBe(null)
  lock.release()
})

test.each(['', '{"holder":', '[]'])('a lock that was cut off while it was written (%j) is taken over', async (text) => {
  writeFileSync(file, text)
  const lock = await acquireLock(folder)
  lock.release()
})

test('processes are noted while the folder is held, and never after', async () => {
  const lock = await acquireLock(folder)
  lock.noteProcesses([process.pid])
  expect(JSON.parse(readFileSync(file, 'utf8')).processes).toEqual([processRef(process.pid)])
  lock.release()
  lock.noteProcesses([process.pid])
  expect(existsSync(file)).toBe(false)
})
