import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type ScriptOutcome, type ScriptTask, scriptOutcome } from './outcome.ts'

/** After its time a script is interrupted; one that cannot be is ended with its thread this much later. */
const graceMs = 500

// The thread's module stands beside this one with the same ending: .ts as it is written, .mjs once it is bundled
const entry = new URL(`./script-thread${extname(import.meta.url)}`, import.meta.url)

/**
 * One thread for one script at a time. Started when it is first needed; ended when it gives no answer, whatever it is
 * still at, so that the next script gets a new one. It sees no environment and keeps no process alive.
 */
export class ScriptThread {
  readonly #entry: URL
  #worker: Promise<Worker> | undefined

  /** @param module what runs in the thread; for tests */
  constructor(module = entry) {
    this.#entry = module
  }

  /** Never rejects for what happens in the thread. */
  async run(task: ScriptTask): Promise<ScriptOutcome> {
    this.#worker ??= startWorker(this.#entry)
    const worker = await this.#worker
    const answer = await ask(worker, task)
    if (typeof answer !== 'string') return answer
    this.#worker = undefined
    await worker.terminate()
    return { kind: 'failed', problem: answer }
  }
}

/** Starting takes a second on a busy machine, which is not the script's fault. One that cannot start never answers. */
function startWorker(module: URL): Promise<Worker> {
  return new Promise((resolve) => {
    const worker = new Worker(module, {
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 },
    })
    const started = () => {
      worker.unref()
      resolve(worker)
    }
    // Stays: an error that comes while nobody asks, or while the thread is ended, would end the process
    worker.once('online', started).on('error', started)
  })
}

/**
 * Asks once. The timer keeps the process alive until there is an answer.
 * @returns what came of it, or what is wrong with a thread that does not say
 */
function ask(worker: Worker, task: ScriptTask): Promise<ScriptOutcome | string> {
  return new Promise((resolve) => {
    const answered = (message: unknown) => settle(readOutcome(message))
    const broke = (error: unknown) => settle(`broke its thread (${nameOf(error)})`)
    const ended = () => settle('broke its thread')
    const settle = (outcome: ScriptOutcome | string) => {
      clearTimeout(timer)
      worker.off('message', answered).off('error', broke).off('exit', ended)
      resolve(outcome)
    }
    const timer = setTimeout(() => settle(`took longer than ${task.timeMs} ms`), task.timeMs + graceMs)
    worker.on('message', answered).on('error', broke).on('exit', ended)
    worker.postMessage(task)
  })
}

function readOutcome(message: unknown): ScriptOutcome | string {
  const parsed = scriptOutcome.safeParse(message)
  return parsed.success ? parsed.data : 'gave an answer that nobody understands'
}

function nameOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'an error'
}
