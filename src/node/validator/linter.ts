import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { LintOutcome, LintPackage, PackedFile } from '../../npm/checks/quality/packaging.ts'
import { log } from '../../std/log.ts'

export interface LinterOptions {
  /** For one package, once the thread runs. */
  readonly timeMs: number
  readonly heapMegabytes: number
  /** The module of the thread: takes files, answers with a `LintAnswer`. */
  readonly entry: URL
}

/** What the thread answers. */
const lintAnswer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('done'),
    problems: z.array(
      z.object({ code: z.string(), level: z.enum(['error', 'warning']), field: z.string(), text: z.string() }),
    ),
  }),
  z.object({ kind: z.literal('failed'), problem: z.string() }),
])

const defaults: LinterOptions = {
  timeMs: 5_000,
  heapMegabytes: 128,
  // The thread's module stands beside this one with the same ending: .ts as it is written, .mjs once it is bundled
  entry: new URL(`./lint-thread${extname(import.meta.url)}`, import.meta.url),
}

/**
 * Runs publint in a thread of its own, one package at a time. Its patterns over the texts of strangers may take forever
 * or exhaust their memory: then the thread is ended, and the next package gets a new one. The thread is started when it
 * is first needed, sees no environment, and keeps no process alive.
 */
export function createLinter(options: LinterOptions = defaults): LintPackage {
  let worker: Worker | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function lint(files: readonly PackedFile[]): Promise<LintOutcome> {
    worker ??= await startThread(options)
    const outcome = await ask(worker, files, options.timeMs)
    if (outcome.kind === 'done') return outcome
    log('warning', 'lint_failed', `publint ${outcome.problem}`)
    // Whatever it is still at must not reach the next package
    await worker.terminate()
    worker = undefined
    return outcome
  }

  return (files) => {
    const mine = last.then(() => lint(files))
    last = mine.catch(() => undefined)
    return mine
  }
}

/** Starting takes a second on a busy machine, which is not the package's fault. One that cannot start never answers. */
function startThread({ entry, heapMegabytes }: LinterOptions): Promise<Worker> {
  return new Promise((resolve) => {
    const worker = new Worker(entry, {
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    })
    const started = () => {
      worker.unref()
      resolve(worker)
    }
    // Stays: an error that comes while nobody asks, or while the thread is ended, would end the process
    worker.once('online', started).on('error', started)
  })
}

/** Asks once; never rejects for what happens in the thread. The timer keeps the process alive until there is an answer. */
function ask(worker: Worker, files: readonly PackedFile[], timeMs: number): Promise<LintOutcome> {
  return new Promise((resolve) => {
    const answered = (message: unknown) => settle(readAnswer(message))
    const broke = (error: unknown) => settle({ kind: 'failed', problem: `broke (${nameOf(error)})` })
    const ended = () => settle({ kind: 'failed', problem: 'broke (its thread ended)' })
    const settle = (outcome: LintOutcome) => {
      clearTimeout(timer)
      worker.off('message', answered).off('error', broke).off('exit', ended)
      resolve(outcome)
    }
    const timer = setTimeout(() => settle({ kind: 'failed', problem: `took longer than ${timeMs} ms` }), timeMs)
    worker.on('message', answered).on('error', broke).on('exit', ended)
    worker.postMessage(files)
  })
}

function readAnswer(message: unknown): LintOutcome {
  const parsed = lintAnswer.safeParse(message)
  return parsed.success ? parsed.data : { kind: 'failed', problem: 'gave an answer that nobody understands' }
}

function nameOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'an error'
}
