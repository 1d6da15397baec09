import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Waits until stderr has said something. */
  said(pattern: RegExp): Promise<void>
}

/** As the launcher sets it: loading the modules is most of what a short command does. */
const compileCache = resolve('node_modules/.cache/deckle')

/** The real command, as a process, for somebody with a home and a folder of their own. */
export class DeckleCommand {
  readonly home = mkdtempSync(join(tmpdir(), 'deckle-command-'))
  readonly #env: Readonly<Record<string, string>>

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env
  }

  start(args: readonly string[], { input, env = {} }: { input?: string; env?: Record<string, string> } = {}): Running {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(?:DECKLE|AWS|XDG|NO_COLOR|FORCE_COLOR)/.test(name),
    )
    const child = spawn(process.execPath, [resolve('src/node/cli.ts'), ...args], {
      cwd: this.home,
      env: {
        ...Object.fromEntries(inherited),
        HOME: this.home,
        NODE_COMPILE_CACHE: compileCache,
        ...this.#env,
        ...env,
      },
    })
    child.stdin.end(input ?? '')
    const output = { stdout: '', stderr: '' }
    const watchers = new Set<() => void>()
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text) => {
        output[name] += text
        for (const watch of watchers) watch()
      })
    }
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }))
    const said = (pattern: RegExp) =>
      new Promise<void>((fulfil, reject) => {
        const watch = () => pattern.test(output.stderr) && fulfil()
        watchers.add(watch)
        watch()
        void ended.then(() => reject(new Error(`it ended without saying ${pattern}: ${output.stdout}${output.stderr}`)))
      })
    return { child, ended, said }
  }

  run(args: readonly string[], options: { input?: string; env?: Record<string, string> } = {}): Promise<Ended> {
    return this.start(args, options).ended
  }

  /** Its result, or what went wrong, as `--json` prints it. */
  async json(args: readonly string[], options: { input?: string; env?: Record<string, string> } = {}) {
    const { stdout, code } = await this.run(['--json', ...args], options)
    return { code, document: JSON.parse(stdout) }
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }
}
