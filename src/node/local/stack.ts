import { fileURLToPath } from 'node:url'
import { type AddressOptions, isStorageProxied, requireUsableAddresses, withAddresses } from './addresses.ts'
import { openDataFolder } from './data-folder.ts'
import type { EdgeInput } from './edge-part.ts'
import { authorityOf, loopback } from './listen.ts'
import { acquireLock, type Lock } from './lock.ts'
import { choosePort, choosePorts, requireFreePort } from './ports.ts'
import { inputOf, localRegions, partsIn, type RegionalPart, type RegionalPartsInput } from './regions.ts'
import { generatePassword, loadSecrets, passwordFrom } from './secrets.ts'
import {
  type Environment,
  localStorageParts,
  makeSettings,
  partEnvironment,
  type Settings,
  saveRunning,
} from './settings.ts'
import type { StartProblem } from './start-problem.ts'
import { Supervisor } from './supervisor.ts'
import { silentTerminal, type Terminal } from './terminal.ts'
import { buildWorker, type WorkerFile } from './worker-file.ts'

export interface StackOptions extends AddressOptions {
  /** 0 for any free one. */
  readonly port: number
  readonly dataDirectory: string
  /** Default: the environment of this process. */
  readonly env?: Environment
  /** Default: says nothing. */
  readonly terminal?: Terminal
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal
  /** The most to wait before a part that ended is started again. Default: 5 s. */
  readonly longestRestartMs?: number
  /** With several regions: how long storage that was killed stays away. Default: 15 s. */
  readonly outageMs?: number
  /** Told the first account's password once the account is made, if the environment did not set it. */
  onPassword?(password: string): void
}

export interface LocalStack {
  readonly url: string
  /** Undefined when clients come without a proxy. */
  readonly proxied?: Proxied
  readonly dataDirectory: string
  /** What edge and validator were started with. Holds credentials. */
  readonly settings: Settings
  /** Process numbers by part: `edge`, `workerd`, `validator`, and those storage servers that run here. */
  pids(): Readonly<Record<string, number>>
  /** Waits until a part (not `workerd`) that ended can be used again. */
  up(part: string): Promise<void>
  /** Builds the worker again, and lets edge and validator run the code as it is now. Throws BundleError. */
  reload(): Promise<void>
  /** Fulfilled when a part cannot be kept running; then only stopping is left to do. */
  readonly failed: Promise<StartProblem>
  /** Ends all parts, each with time to finish, the edge first and the storage last. */
  stop(): Promise<void>
  /** Ends all parts by force, now. */
  kill(): void
}

/** Where a proxy finds registry and storage (host and port), and what clients call the latter. */
export interface Proxied {
  readonly registryListens: string
  readonly storageListens: string
  readonly storageUrl: string
}

/** Long enough to look around in, with several regions. */
const usualOutageMs = 15_000
const graceMs = { storage: 5_000, validator: 15_000, edge: 5_000 }

/**
 * Starts the whole registry on this machine, each part as a process of its own, and waits until it answers.
 * @throws StartProblem when the surroundings do not allow it: port, data folder, settings
 */
export async function startLocal(options: StackOptions): Promise<LocalStack> {
  const env = withAddresses(options.env ?? process.env, options)
  requireUsableAddresses(env, options, options.port)
  const givenPassword = passwordFrom(env)
  openDataFolder(options.dataDirectory)
  const lock = await acquireLock(options.dataDirectory)
  let start: Start | undefined
  try {
    start = new Start(options, env, lock)
    await start.run(givenPassword)
    return start.stack()
  } catch (error) {
    await start?.stop()
    lock.release()
    throw error
  }
}

/** One start: what it has chosen, and the parts that it has started so far. */
class Start {
  readonly #options: StackOptions
  readonly #env: Environment
  readonly #lock: Lock
  readonly #terminal: Terminal
  readonly #supervisor: Supervisor
  #port = 0
  #settings: Settings = {}

  constructor(options: StackOptions, env: Environment, lock: Lock) {
    this.#options = options
    this.#env = env
    this.#lock = lock
    this.#terminal = options.terminal ?? silentTerminal
    this.#supervisor = new Supervisor({
      dataDirectory: options.dataDirectory,
      longestRestartMs: options.longestRestartMs,
      report: (line) => this.#terminal.warn(line),
      processesChanged: (pids) => lock.noteProcesses(pids),
    })
  }

  async run(givenPassword: string | undefined): Promise<void> {
    const { signal } = this.#options
    signal?.throwIfAborted()
    const aborted = Promise.withResolvers<never>()
    const onAbort = () => aborted.reject(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    const failed = this.#supervisor.failed.then((problem) => Promise.reject(problem))
    try {
      await Promise.race([this.#steps(givenPassword), failed, aborted.promise])
    } finally {
      signal?.removeEventListener('abort', onAbort)
      // Later failures are the caller's to look at, by `failed` of the stack.
      failed.catch(() => undefined)
    }
  }

  async #steps(givenPassword: string | undefined): Promise<void> {
    const { dataDirectory } = this.#options
    const regions = localRegions(this.#options.regions ?? 1)
    const parts = partsIn(regions, localStorageParts(this.#env))
    const { validator: validatorPort = 0, ...ports } = await this.#choosePorts([
      ...parts.map(({ name }) => name),
      'validator',
    ])
    const secrets = loadSecrets(dataDirectory)
    const chosen = { port: this.#port, storagePorts: ports, validatorPort, regions: regions.length }
    this.#settings = makeSettings({ env: this.#env, ...chosen, secrets })

    this.#terminal.progress('Starting storage and building the worker')
    const storage = parts.map((part) => this.#startStorage(part, { regions, ports }))
    const [worker, { prepare }] = await Promise.all([
      buildWorker(dataDirectory),
      import('./prepare.ts'),
      ...storage.map((part) => part.up),
    ])

    this.#terminal.progress('Creating tables, bucket and queues')
    const password = givenPassword ?? generatePassword()
    const account = await prepare(this.#settings, password)
    if (account === 'created' && givenPassword === undefined) this.#options.onPassword?.(password)

    this.#terminal.progress('Starting validator and edge')
    await Promise.all([this.#startValidator().up, this.#startEdge(worker).up])
    saveRunning(dataDirectory, this.#settings)
  }

  async #choosePorts(parts: readonly string[]) {
    const { port, dataDirectory, host } = this.#options
    if (port !== 0) await requireFreePort(port, host)
    this.#port = port === 0 ? await choosePort() : port
    if (!isStorageProxied(this.#env)) return choosePorts(dataDirectory, parts)
    await requireFreePort(port + 1, host)
    return choosePorts(dataDirectory, parts, { s3: port + 1 })
  }

  #startStorage(part: RegionalPart, input: Omit<RegionalPartsInput, 'dataDirectory' | 'host' | 'settings'>) {
    const { dataDirectory, host, outageMs = usualOutageMs } = this.#options
    return this.#supervisor.start({
      name: part.name,
      entry: entry('storage-part.ts'),
      env: partEnvironment(this.#env),
      input: inputOf(part, { ...input, dataDirectory, host, settings: this.#settings }),
      graceMs: graceMs.storage,
      ...(input.regions.length > 1 && { outageMs }),
    })
  }

  #startValidator() {
    const env = partEnvironment(this.#env, this.#settings)
    return this.#supervisor.start({
      name: 'validator',
      entry: entry('../validator.ts'),
      env,
      graceMs: graceMs.validator,
    })
  }

  #startEdge({ path, compatibilityDate, compatibilityFlags }: WorkerFile) {
    const input: EdgeInput = {
      port: this.#port,
      host: this.#options.host,
      worker: path,
      compatibilityDate,
      compatibilityFlags: [...compatibilityFlags],
      settings: this.#settings,
    }
    const env = partEnvironment(this.#env)
    return this.#supervisor.start({ name: 'edge', entry: entry('edge-part.ts'), env, input, graceMs: graceMs.edge })
  }

  stack(): LocalStack {
    const supervisor = this.#supervisor
    const { dataDirectory, host = loopback } = this.#options
    const proxied = {
      registryListens: authorityOf(host, this.#port),
      storageListens: authorityOf(host, this.#port + 1),
      storageUrl: this.#settings['DECKLE_STORAGE_URL'] ?? '',
    }
    return {
      url: this.#settings['DECKLE_PUBLIC_URL'] ?? '',
      ...(isStorageProxied(this.#env) && { proxied }),
      dataDirectory,
      settings: this.#settings,
      pids() {
        const workerd = supervisor.part('edge')?.helpers[0]
        return { ...supervisor.pids(), ...(workerd !== undefined && { workerd }) }
      },
      async up(part) {
        await supervisor.part(part)?.up
      },
      async reload() {
        await buildWorker(dataDirectory)
        supervisor.part('edge')?.reload()
        await supervisor.part('validator')?.restart()
        await Promise.all([supervisor.part('edge')?.up, supervisor.part('validator')?.up])
      },
      failed: supervisor.failed,
      stop: async () => {
        await this.stop()
        this.#lock.release()
      },
      kill: () => {
        supervisor.kill()
        this.#lock.release()
      },
    }
  }

  async stop(): Promise<void> {
    saveRunning(this.#options.dataDirectory, undefined)
    await this.#supervisor.stop()
  }
}

function entry(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}
