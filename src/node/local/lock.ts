import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { isStillAlive, type ProcessRef, processRef } from './process-identity.ts'
import { StartProblem, systemCode } from './start-problem.ts'

const reference = z.object({ pid: z.number().int().positive(), started: z.string() })
const contents = z.object({ holder: reference, processes: z.array(reference) })
type Contents = z.infer<typeof contents>

/** Holds a data folder for one instance. */
export interface Lock {
  /**
   * Notes the processes of this instance, so that the next one can end what is left of them after a `kill -9`: workerd
   * does not notice that it was left alone. Replaces what was noted before.
   */
  noteProcesses(pids: readonly number[]): void
  release(): void
}

/**
 * Takes the data folder for this process: a file `lock` in it, with the process and its start time. One that a
 * `kill -9` or a power cut left behind is taken over, and the processes that it names are ended.
 * @throws StartProblem when the folder is in use, or cannot be written to
 */
export async function acquireLock(dataDirectory: string): Promise<Lock> {
  const file = join(dataDirectory, 'lock')
  const holder = processRef(process.pid) ?? { pid: process.pid, started: '' }
  const write = (processes: readonly ProcessRef[], flag: 'wx' | 'w') =>
    writeFileSync(file, JSON.stringify({ holder, processes }), { flag, mode: 0o600 })
  while (true) {
    try {
      write([], 'wx')
      break
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw folderProblem(dataDirectory, error)
    }
    await removeStale(file, dataDirectory)
  }
  let released = false
  return {
    noteProcesses: (pids) => {
      if (released) return
      write(
        pids.map(processRef).filter((ref) => ref !== undefined),
        'w',
      )
    },
    release: () => {
      if (released) return
      released = true
      rmSync(file, { force: true })
    },
  }
}

/** What to say when the data folder cannot be used. */
export function folderProblem(dataDirectory: string, error: unknown): StartProblem {
  const code = systemCode(error) ?? String(error)
  return new StartProblem(
    `Cannot write to the data folder ${dataDirectory} (${code}). Choose another: npm start -- --data <folder>`,
    { cause: error },
  )
}

async function removeStale(file: string, dataDirectory: string): Promise<void> {
  const found = read(file)
  if (found !== undefined && isStillAlive(found.holder)) {
    throw new StartProblem(
      `The data folder ${dataDirectory} is in use by another Deckle (process ${found.holder.pid}). ` +
        'Stop that one, or choose another folder: npm start -- --data <folder> --port <number>',
    )
  }
  // Empty: somebody is writing it right now, or was killed while doing so. A second look tells.
  if (found === undefined) await sleep(100)
  if (JSON.stringify(read(file)) !== JSON.stringify(found)) return
  rmSync(file, { force: true })
  await endProcesses(found?.processes ?? [])
}

/** Ends them, and waits until they are gone, so that their ports are free. */
async function endProcesses(noted: readonly ProcessRef[]): Promise<void> {
  const left = noted.filter(isStillAlive)
  for (const { pid } of left) process.kill(pid, 'SIGKILL')
  for (let tries = 0; tries < 100 && left.some(isStillAlive); tries += 1) await sleep(20)
}

function read(file: string): Contents | undefined {
  try {
    return contents.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
