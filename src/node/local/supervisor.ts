import { PartOutput } from './part-output.ts'
import type { StartProblem } from './start-problem.ts'
import { type PartSpec, SupervisedPart } from './supervised-part.ts'

export interface SupervisorOptions {
  readonly dataDirectory: string
  /** For all parts; see `PartSpec`. */
  readonly longestRestartMs?: number | undefined
  /** Something that the person at the terminal should know, in one line. */
  report(line: string): void
  /** Told all processes of the stack, but our own, whenever they are others. */
  processesChanged(pids: readonly number[]): void
}

/** Keeps the processes of the stack running, and ends all of them, in order or at once. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #parts = new Map<string, SupervisedPart>()
  readonly #outputs: PartOutput[] = []
  readonly #failed = Promise.withResolvers<StartProblem>()
  readonly #onExit = () => this.kill()

  constructor(options: SupervisorOptions) {
    this.#options = options
    process.once('exit', this.#onExit)
  }

  /** Fulfilled when a part cannot be kept running. */
  get failed(): Promise<StartProblem> {
    return this.#failed.promise
  }

  /** Starts a part, and starts it again whenever it ends. `up` of what is returned tells when it can be used. */
  start(spec: PartSpec): SupervisedPart {
    const output = new PartOutput(this.#options.dataDirectory, spec.name, this.#options.report)
    const { longestRestartMs } = this.#options
    const part = new SupervisedPart({ longestRestartMs, ...spec }, output, {
      report: this.#options.report,
      giveUp: (problem) => this.#failed.resolve(problem),
      processesChanged: () => this.#options.processesChanged(this.#processes()),
    })
    this.#outputs.push(output)
    this.#parts.set(spec.name, part)
    part.start()
    return part
  }

  part(name: string): SupervisedPart | undefined {
    return this.#parts.get(name)
  }

  /** The processes that run now, by the name of the part. */
  pids(): Readonly<Record<string, number>> {
    const running = [...this.#parts].flatMap(([name, { pid }]) => (pid === undefined ? [] : [[name, pid] as const]))
    return Object.fromEntries(running)
  }

  /** Stops all parts, the one that was started last first: nobody loses what it needs to finish. */
  async stop(): Promise<void> {
    for (const part of [...this.#parts.values()].reverse()) await part.stop()
    process.removeListener('exit', this.#onExit)
    await Promise.all(this.#outputs.map((output) => output.close()))
  }

  #processes(): readonly number[] {
    return [...this.#parts.values()].flatMap(({ pid, helpers }) => (pid === undefined ? helpers : [pid, ...helpers]))
  }

  /** Ends all processes by force, now. */
  kill(): void {
    for (const part of this.#parts.values()) part.kill()
  }
}
