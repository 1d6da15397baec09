import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import { Backoff } from './backoff.ts'
import type { SupervisorMessage } from './part.ts'
import type { PartOutput } from './part-output.ts'
import { StartProblem, systemCode } from './start-problem.ts'

const mostFailedStarts = 5
const startTimeoutMs = 30_000
const tether = pathToFileURL(fileURLToPath(new URL('./tether.ts', import.meta.url))).href

const message = z.discriminatedUnion('event', [
  z.object({ event: z.literal('ready') }),
  z.object({ event: z.literal('helpers'), pids: z.array(z.number()) }),
])

/** One process of the stack. It reports `{ event: 'ready' }` when it can be used. */
export interface PartSpec {
  readonly name: string
  /** Path of the TypeScript file to run. */
  readonly entry: string
  readonly env: NodeJS.ProcessEnv
  /** For a part that is made with `servePart`: what it starts with. Any other is stopped by SIGTERM. */
  readonly input?: unknown
  /** How long it may take to finish what it has begun when it is stopped. */
  readonly graceMs: number
  /** The most to wait before it is started again; default 5 s. */
  readonly longestRestartMs?: number | undefined
  /** How long it stays away at least when it ended after it was ready: an outage to look at. Default: no time. */
  readonly outageMs?: number | undefined
}

export interface PartEvents {
  /** Something that the person at the terminal should know, in one line. */
  report(line: string): void
  /** It could not be started five times in a row: nothing will come of it. */
  giveUp(problem: StartProblem): void
  /** Its process, or one that it started itself, is another one now. */
  processesChanged(): void
}

/** Keeps one part running: starts it, starts it again with a growing delay when it ends, stops it. */
export class SupervisedPart {
  readonly spec: PartSpec
  readonly #output: PartOutput
  readonly #events: PartEvents
  readonly #backoff: Backoff
  #child: ChildProcess | undefined
  #helpers: readonly number[] = []
  #readyAt: number | undefined
  #failedStarts = 0
  #restartTimer: NodeJS.Timeout | undefined
  #startTimer: NodeJS.Timeout | undefined
  #restarting = false
  /** It ended by itself, and that was reported. */
  #broken = false
  #stopping: Promise<void> | undefined
  #up = Promise.withResolvers<void>()

  constructor(spec: PartSpec, output: PartOutput, events: PartEvents) {
    this.spec = spec
    this.#output = output
    this.#events = events
    this.#backoff = new Backoff(spec.longestRestartMs)
    // Whoever waits for it gets the rejection; nobody has to.
    this.#up.promise.catch(() => undefined)
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Processes that it started itself and told us about. */
  get helpers(): readonly number[] {
    return this.#helpers
  }

  /** Fulfilled while it is ready, pending while it is not, rejected when it was given up or stopped. */
  get up(): Promise<void> {
    return this.#up.promise
  }

  start(): void {
    if (this.#stopping !== undefined || this.#child !== undefined) return
    const child = spawn(process.execPath, ['--import', tether, this.spec.entry], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: this.spec.env,
      // A process group of its own: Ctrl-C in the terminal reaches the supervisor only, which stops all in order.
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    this.#child = child
    this.#events.processesChanged()
    this.#output.follow([child.stdout, child.stderr])
    child.on('message', (raw) => this.#hear(raw))
    child.once('error', (error) => this.#ended(child, error.message))
    // What it started must not outlive it: an orphaned workerd would keep the port.
    child.once('exit', () => signalGroup(child, 'SIGKILL'))
    child.once('close', (code, signal) => this.#ended(child, signal ?? `code ${code}`))
    if (this.spec.input !== undefined) this.#tell({ event: 'start', input: this.spec.input })
    this.#startTimer = setTimeout(() => {
      this.#output.note(`not ready after ${startTimeoutMs} ms`)
      this.kill()
    }, startTimeoutMs)
  }

  /** Lets it take up a new worker without a restart of its process. `up` tells when it has. */
  reload(): void {
    if (this.#readyAt === undefined) return
    this.#markDown()
    this.#tell({ event: 'reload' })
  }

  /** Ends it and starts it again at once. Fulfilled when the old run has ended. */
  async restart(): Promise<void> {
    const child = this.#child
    if (child === undefined || this.#stopping !== undefined) return
    this.#restarting = true
    await this.#terminate(child)
  }

  /** Asks it to end, waits, and ends it by force when it takes too long. It is not started again. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  /** Ends it by force, now, with everything that it started. */
  kill(): void {
    if (this.#child !== undefined) signalGroup(this.#child, 'SIGKILL')
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#restartTimer)
    clearTimeout(this.#startTimer)
    this.#up.reject(new StartProblem(`${this.spec.name} was stopped.`))
    if (this.#child !== undefined) await this.#terminate(this.#child)
  }

  async #terminate(child: ChildProcess): Promise<void> {
    const ended = new Promise((resolve) => child.once('close', resolve))
    const hard = setTimeout(() => signalGroup(child, 'SIGKILL'), this.spec.graceMs)
    // miniflare ends its process at once on a signal, before workerd is gone: a part of ours gets a message.
    if (this.spec.input === undefined) child.kill('SIGTERM')
    else this.#tell({ event: 'stop' })
    await ended
    clearTimeout(hard)
  }

  #tell(what: SupervisorMessage): void {
    // When it just ended, its exit tells; there is nobody to hand the message to.
    if (this.#child?.connected) this.#child.send(what, () => undefined)
  }

  #hear(raw: unknown): void {
    const heard = message.safeParse(raw).data
    if (heard === undefined) return
    if (heard.event === 'helpers') {
      this.#helpers = heard.pids
      this.#events.processesChanged()
      return
    }
    clearTimeout(this.#startTimer)
    if (this.#readyAt !== undefined) return
    this.#readyAt = performance.now()
    this.#failedStarts = 0
    this.#output.note('ready')
    if (this.#broken) this.#events.report(`${this.spec.name} is running again`)
    this.#broken = false
    this.#up.resolve()
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return
    this.#child = undefined
    this.#helpers = []
    this.#events.processesChanged()
    clearTimeout(this.#startTimer)
    if (this.#stopping !== undefined) return
    const readyAt = this.#readyAt
    if (readyAt !== undefined) this.#markDown()
    if (this.#restarting) {
      this.#restarting = false
      this.start()
    } else {
      this.#startLater(how, readyAt)
    }
  }

  #startLater(how: string, readyAt: number | undefined): void {
    const { name } = this.spec
    const why = this.#output.lastWords()
    this.#failedStarts = readyAt === undefined ? this.#failedStarts + 1 : 0
    if (this.#failedStarts >= mostFailedStarts) {
      const problem = new StartProblem(
        `${name} could not be started ${mostFailedStarts} times in a row: ${why ?? how}. Its log: ${this.#output.path}`,
      )
      this.#up.reject(problem)
      this.#events.giveUp(problem)
      return
    }
    const leastMs = readyAt === undefined ? 0 : (this.spec.outageMs ?? 0)
    const waitMs = Math.max(leastMs, this.#backoff.nextMs(readyAt === undefined ? 0 : performance.now() - readyAt))
    const what = readyAt === undefined ? `could not start: ${why ?? how}` : `ended (${how})`
    this.#output.note(`${what}, starts again in ${waitMs} ms`)
    this.#events.report(`${name} ${what}; starting it again in ${waitMs} ms`)
    this.#broken = true
    this.#restartTimer = setTimeout(() => this.start(), waitMs)
  }

  #markDown(): void {
    this.#readyAt = undefined
    this.#up = Promise.withResolvers<void>()
    this.#up.promise.catch(() => undefined)
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error
  }
}
