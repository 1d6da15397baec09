/** One run of `npx deckle`, as a user makes it, and how far it says that it is. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Contestant } from '../contestants.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))

export interface Step {
  readonly stage: string
  readonly doneBytes: number
  readonly totalBytes: number
}

export interface Outcome {
  readonly code: number | null
  /** Its result, or what went wrong; empty when it was killed. */
  readonly stdout: string
}

export class CommandRun {
  readonly outcome: Promise<Outcome>
  /** Of stages, in seconds since the run began: when each was first and last heard of. */
  readonly #spans = new Map<string, { readonly from: number; readonly to: number }>()
  readonly #listeners = new Set<(step: Step) => void>()
  readonly #began = performance.now()
  #retries = 0

  /** @param home where it keeps what it remembers: the same for runs that go on with one another */
  constructor({ url, actor }: Contestant, home: string, args: readonly string[]) {
    const env = {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: home,
      DECKLE_REGISTRY: url,
      DECKLE_TOKEN: actor.token,
      npm_config_update_notifier: 'false',
    }
    const child = spawn('npx', ['deckle', '--json', ...args], {
      cwd: repository,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    createInterface(child.stderr).on('line', (line) => this.#hear(line))
    this.outcome = Promise.all([once(child, 'close'), text(child.stdout)]).then(([[code], stdout]) => ({
      code,
      stdout,
    }))
  }

  /** How often it had to try something again. */
  get retries(): number {
    return this.#retries
  }

  /** Hears of each step from now on. */
  onStep(listener: (step: Step) => void): void {
    this.#listeners.add(listener)
  }

  /** Waits until so much of a stage is done. @throws Error when the command ends before */
  async until(stage: string, share: number): Promise<void> {
    const reached = Promise.withResolvers<void>()
    const listener = (step: Step) => {
      if (step.stage === stage && step.doneBytes >= share * step.totalBytes) reached.resolve()
    }
    this.#listeners.add(listener)
    const ended = this.outcome.then(({ stdout }) => {
      throw new Error(`it ended before ${share} of ${stage} was done: ${stdout}`)
    })
    await Promise.race([reached.promise, ended]).finally(() => this.#listeners.delete(listener))
    // Once it was reached, how the command ends is for others to look at
    ended.catch(() => undefined)
  }

  /** The result of a run that must succeed. */
  async result(): Promise<Record<string, unknown>> {
    const { code, stdout } = await this.outcome
    if (code !== 0) throw new Error(`deckle ended with code ${code}: ${stdout}`)
    return JSON.parse(stdout)
  }

  /** How long a stage took, in seconds; 0 when there was none. */
  secondsOf(stage: string): number {
    const { from, to } = this.#spans.get(stage) ?? { from: 0, to: 0 }
    return (to - from) / 1000
  }

  #hear(line: string): void {
    // npm has its own words for it, which are not JSON
    if (!line.startsWith('{')) return
    const event: { event: string } & Step = JSON.parse(line)
    if (event.event === 'retry') this.#retries += 1
    if (event.event !== 'progress') return
    const at = performance.now() - this.#began
    this.#spans.set(event.stage, { from: this.#spans.get(event.stage)?.from ?? at, to: at })
    for (const listener of this.#listeners) listener(event)
  }
}
