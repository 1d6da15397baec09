import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { choosePort } from '../../../src/node/local/ports.ts'
import { type GivenStorage, givenStorage } from './given-storage.ts'
import { inheritedEnvironment, root } from './install.ts'
import { descendants, endGroup, isAlive, type ProcessInfo, runOk } from './process.ts'

/** What tests need to know of a registry. Can be handed to another process. */
export interface RegistryAddress {
  /** Without a slash at the end. */
  readonly url: string
  readonly dataDirectory: string
  /** Tokens of two accounts without any rights but their own. */
  readonly tokens: { readonly ana: string; readonly bob: string }
}

/** The password of all accounts of a test registry, which lives for minutes and listens on this machine only. */
export const password = 'three-words-and-a-comma'

const readyMs = 60_000
const stopMs = 25_000

/** A registry as a user starts it: `npm start` in the checkout, with a data folder of its own. */
export class RunningRegistry {
  readonly address: RegistryAddress
  readonly #child: ChildProcess
  readonly #output: () => string
  readonly #storage: GivenStorage

  constructor(address: RegistryAddress, child: ChildProcess, output: () => string, storage: GivenStorage) {
    this.address = address
    this.#child = child
    this.#output = output
    this.#storage = storage
  }

  /** The same, for tests that act as these accounts. */
  withTokens(tokens: RegistryAddress['tokens']): RunningRegistry {
    return new RunningRegistry({ ...this.address, tokens }, this.#child, this.#output, this.#storage)
  }

  /** What it wrote to its terminal. */
  get output(): string {
    return this.#output()
  }

  /** Its processes, as they are now. */
  processes(): readonly ProcessInfo[] {
    return this.#child.pid === undefined ? [] : descendants(this.#child.pid)
  }

  /**
   * Ctrl-C, and the end of everything.
   * @throws Error naming processes that it left behind, after ending them
   */
  async stop(): Promise<void> {
    const before = this.processes()
    const ended =
      this.#child.exitCode !== null || new Promise((resolve) => this.#child.once('exit', () => resolve(true)))
    endGroup(this.#child, 'SIGINT')
    await Promise.race([ended, sleep(stopMs, undefined, { ref: false })])
    endGroup(this.#child)
    const left = before.filter(isAlive)
    for (const { pid } of left) process.kill(pid, 'SIGKILL')
    rmSync(this.address.dataDirectory, { recursive: true, force: true })
    await this.#storage.remove()
    if (left.length > 0) throw new Error(`npm start left behind: ${left.map(({ command }) => command).join(', ')}`)
  }
}

/**
 * Starts a registry and makes two accounts, ana and bob.
 * @param settings `DECKLE_…` variables
 * @throws Error with its output when it does not come up
 */
export async function startRegistry(settings: Readonly<Record<string, string>> = {}): Promise<RunningRegistry> {
  const port = await choosePort()
  const registry = await launchRegistry(`http://localhost:${port}`, ['--port', String(port)], settings)
  const { url, dataDirectory } = registry.address
  try {
    await Promise.all([addUser(dataDirectory, 'ana'), addUser(dataDirectory, 'bob')])
    return registry.withTokens({ ana: await logIn(url, 'ana'), bob: await logIn(url, 'bob') })
  } catch (error) {
    await registry.stop()
    throw new Error(`the registry takes no accounts:\n${registry.output}`, { cause: error })
  }
}

/**
 * `npm start` in the checkout, with a data folder of its own and one account, `admin`.
 * @param url what clients are to call it
 * @param options of the command line
 * @param settings `DECKLE_…` variables
 * @throws Error with its output when it does not come up
 */
export async function launchRegistry(
  url: string,
  options: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<RunningRegistry> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'deckle-registry-'))
  const storage = givenStorage()
  const child = spawn('npm', ['start', '--', '--data', dataDirectory, ...options], {
    cwd: root,
    env: { ...inheritedEnvironment(), DECKLE_ADMIN_PASSWORD: password, ...storage.settings, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const address = { url, dataDirectory, tokens: { ana: '', bob: '' } }
  const registry = new RunningRegistry(address, child, () => output, storage)
  try {
    await until(() => output.includes('Deckle is ready') || child.exitCode !== null, readyMs)
    if (child.exitCode !== null) throw new Error('it ended')
    return registry
  } catch (error) {
    await registry.stop()
    throw new Error(`npm start is not ready:\n${output}`, { cause: error })
  }
}

async function addUser(dataDirectory: string, name: string): Promise<void> {
  await runOk(['npm', 'run', '--silent', 'deckle', '--', '--data', dataDirectory, 'user', 'add', name], {
    cwd: root,
    env: { ...inheritedEnvironment(), DECKLE_PASSWORD: password },
  })
}

/** A token, by the request that `npm login --auth-type=legacy` makes. */
export async function logIn(url: string, name: string): Promise<string> {
  const answer = await fetch(`${url}/-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ _id: `org.couchdb.user:${name}`, name, password, type: 'user', roles: [] }),
  })
  const body: { token?: string } = JSON.parse(await answer.text())
  if (body.token === undefined) throw new Error(`${name} cannot log in: ${answer.status} ${JSON.stringify(body)}`)
  return body.token
}

/** Waits until something is true. @throws Error when it takes too long */
export async function until(isTrue: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms`)
    await sleep(50)
  }
}
