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
    const { outcome, isOver } = await ask(worker, task)
    if (!isOver) return outcome
    this.#worker = undefined
    await worker.terminate()
    return outcome
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

interface Answer {
  readonly outcome: ScriptOutcome
  /** The thread itself did not say so: no more can be had of it. */
  readonly isOver: boolean
}

/** Asks once. The timer keeps the process alive until there is an answer. */
function ask(worker: Worker, task: ScriptTask): Promise<Answer> {
  return new Promise((resolve) => {
    const answered = (message: unknown) => settle(readAnswer(message))
    const broke = (error: unknown) => settle(over(`broke its thread (${nameOf(error)})`))
    const ended = () => settle(over('broke its thread'))
    const settle = (answer: Answer) => {
      clearTimeout(timer)
      worker.off('message', answered).off('error', broke).off('exit', ended)
      resolve(answer)
    }
    const timedOut = { outcome: { kind: 'timed_out' }, isOver: true } as const
    const timer = setTimeout(() => settle(timedOut), task.timeMs + graceMs)
    worker.on('message', answered).on('error', broke).on('exit', ended)
    worker.postMessage(task)
  })
}

function readAnswer(message: unknown): Answer {
  const parsed = scriptOutcome.safeParse(message)
  return parsed.success ? { outcome: parsed.data, isOver: false } : over('gave an answer that nobody understands')
}

const over = (problem: string): Answer => ({ outcome: { kind: 'failed', problem }, isOver: true })

function nameOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'an error'
}
