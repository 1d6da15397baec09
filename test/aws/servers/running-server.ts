import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartProblem } from '../../../src/node/local/start-problem.ts'
import type { PreparedServer, ServerOptions } from './prepared-server.ts'

const readyMs = 60_000

/** Runs a program for as long as something holds the other end of its input, so that it outlives nobody. */
const tethered = `
exec 3<&0
"$@" 3<&- </dev/null & server=$!
(cat <&3 >/dev/null; kill "$server") 2>/dev/null &
wait "$server"`

/** A prepared server at work. */
export class RunningServer {
  readonly url: string
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  private constructor(url: string, child: ChildProcess) {
    this.url = url
    this.#child = child
    this.#ended = new Promise((resolve) => child.once('exit', resolve))
    // A server that ended by itself reads no more
    child.stdin?.on('error', () => undefined)
    child.once('exit', () => child.stdin?.end())
  }

  /** @param options its folder is made @throws StartProblem with its output when it does not answer */
  static async start(server: PreparedServer, folder: string, options: ServerOptions): Promise<RunningServer> {
    mkdirSync(options.directory)
    const { command, env = {} } = server.program(folder, options)
    const logFile = join(options.directory, 'log')
    const log = openSync(logFile, 'w', 0o600)
    const child = spawn('sh', ['-c', tethered, 'sh', ...command], {
      stdio: ['pipe', log, log],
      cwd: options.directory,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    })
    closeSync(log)
    const running = new RunningServer(`http://127.0.0.1:${options.port}`, child)
    if (await running.#answers()) return running
    await running.stop()
    throw new StartProblem(`${server.title} does not answer:\n${readFileSync(logFile, 'utf8').slice(-4_000)}`)
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end()
    await this.#ended
  }

  /** Whether it gives any answer, of whatever status, before its time is over. */
  async #answers(): Promise<boolean> {
    const deadline = performance.now() + readyMs
    while (this.#child.exitCode === null && performance.now() < deadline) {
      const answer = await fetch(this.url).catch(() => undefined)
      await answer?.body?.cancel()
      if (answer !== undefined) return true
      await sleep(100)
    }
    return false
  }
}
