import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Access, Client } from './client.ts'
import { modules } from './install.ts'
import { type Answer, inTerminal, type Outcome, run } from './process.ts'

export interface Invocation {
  /** Default: the home folder. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly answers?: readonly Answer[]
  /** Under a terminal of its own. */
  readonly terminal?: boolean
  readonly timeoutMs?: number
}

/**
 * A machine of somebody's own, as far as a package manager can tell: home, cache, store and settings in a temporary
 * folder, one registry, nothing of the real environment but the programs of the system.
 */
export class Sandbox {
  readonly client: Client
  readonly home: string
  readonly env: Readonly<Record<string, string>>

  constructor(client: Client, access: Access) {
    this.client = client
    this.home = mkdtempSync(join(tmpdir(), `deckle-${client.id}-`))
    const programs = join(this.home, '.programs')
    this.env = {
      PATH: `${programs}:/usr/local/bin:/usr/bin:/bin`,
      HOME: this.home,
      TMPDIR: join(this.home, '.tmp'),
      // On a machine in use it is there already; without it, two thirds of what npm needs is for reading its own code
      NODE_COMPILE_CACHE: join(modules, '.cache/compiled'),
      LANG: 'C.UTF-8',
      TERM: 'xterm',
      CI: '1',
      XDG_CACHE_HOME: join(this.home, '.cache'),
      XDG_CONFIG_HOME: join(this.home, '.config'),
      XDG_DATA_HOME: join(this.home, '.data'),
      XDG_STATE_HOME: join(this.home, '.state'),
      ...client.environment(this.home),
    }
    mkdirSync(programs)
    mkdirSync(join(this.home, '.tmp'))
    // The Node that runs this suite, and an npm for those clients that leave commands to it.
    symlinkSync(process.execPath, join(programs, 'node'))
    symlinkSync(join(modules, 'npm11/bin/npm-cli.js'), join(programs, 'npm'))
    this.configure(access)
  }

  /** Writes the settings that a user of this client would write. */
  configure(access: Access): void {
    for (const [path, lines] of Object.entries(this.client.settings(access))) {
      this.write(path, `${lines.join('\n')}\n`)
    }
  }

  /** Writes a file below the home folder. */
  write(path: string, content: string | Uint8Array, mode = 0o644): string {
    const file = join(this.home, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content, { mode })
    return file
  }

  /** A new project, with what the client wants to find in one. */
  project(
    name: string,
    manifest: Readonly<Record<string, unknown>> = { name, version: '0.0.0', private: true },
  ): string {
    this.write(`${name}/package.json`, `${JSON.stringify(manifest, undefined, 2)}\n`)
    for (const [path, content] of Object.entries(this.client.projectFiles)) this.write(`${name}/${path}`, content)
    return join(this.home, name)
  }

  run(args: readonly string[], { cwd, env, answers, terminal, timeoutMs }: Invocation = {}): Promise<Outcome> {
    const command = [...this.client.program(), ...args]
    return run(terminal === true ? inTerminal(command) : command, {
      cwd: cwd ?? this.home,
      env: { ...this.env, ...env },
      ...(answers === undefined ? {} : { answers }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
  }

  /** Like `run`, for what must succeed. @throws Error with the transcript */
  async ok(args: readonly string[], invocation: Invocation = {}): Promise<Outcome> {
    const outcome = await this.run(args, invocation)
    if (outcome.code !== 0) throw new Error(outcome.transcript)
    return outcome
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }
}
