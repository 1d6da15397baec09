import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { type Config, parseConfig } from '../../src/config.ts'
import { bundleWorker, type WorkerBundle } from '../../src/node/local/bundle.ts'
import { choosePort } from '../../src/node/local/ports.ts'
import { startValidator, type Validator } from '../../src/node/validator/service.ts'
import { serveRegions } from '../../src/serve.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import type { ServiceName } from '../../src/storage/aws.ts'
import type { Credentials } from '../../src/storage/credentials.ts'
import { type Stores, wireIdentity, wireStores } from '../../src/wiring.ts'
import { account } from '../builders/account.ts'
import { Actor } from './actor.ts'
import { startStorage } from './storage-servers.ts'

export interface Stack {
  readonly url: string
  readonly config: Config
  /** What the configuration was read from: the environment of a process on the same storage. */
  readonly settings: Readonly<Record<string, string>>
  readonly stores: Stores
  /** The key pair that the storage servers know. */
  readonly credentials: Credentials
  /** Somebody with a token of their own; made when first named. Without a name: a stranger without any. */
  as(name?: string): Promise<Actor>
  /** Keys of all objects under a prefix. */
  stored(prefix: string): Promise<readonly string[]>
  /** A second edge on the same storage, in this process, with its own platform: for faults and for other settings. */
  edge(platform?: Platform, settings?: Readonly<Record<string, string>>): EdgeInProcess
  close(): Promise<void>
}

export interface EdgeInProcess {
  fetch(request: Request): Promise<Response>
  /** Waits for what was left to do after the answers. */
  settled(): Promise<void>
}

export interface StackOptions {
  /** Beside the usual ones, or in their place; `undefined`: without it. */
  readonly settings?: Readonly<Record<string, string | undefined>>
  /** Run the validator; default true. */
  readonly validator?: boolean
  /** Run the edge in workerd; default true. */
  readonly workerd?: boolean
  /** Rate-limit bindings of the edge in workerd, as its settings file has them. */
  readonly rateLimits?: Record<string, { namespace_id: string; simple: { limit: number; period: 60 } }>
  /** Gets each line that the edge in workerd logs; by default errors are printed. */
  readonly logged?: (line: string) => void
  /** Put something between the edge or validator, and these storage servers: returns the address to use instead. */
  readonly between?: (service: ServiceName, url: string, component: 'edge' | 'validator') => Promise<string>
}

/** The whole registry against local servers, or those that are given: storage and validator in this process, the edge in real workerd. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const storage = await startStorage()
  const port = await choosePort()
  const url = `http://localhost:${port}`
  const prefixes = {
    table: storage.dynamodb.tableName('users').replace(/users$/, ''),
    queue: storage.sqs.queueName('jobs').replace(/jobs$/, ''),
  }
  const endpointsOf = async (component: 'edge' | 'validator') => {
    const endpoint = async (service: ServiceName) => {
      const direct = storage.endpoints[service]
      return options.between === undefined ? direct : options.between(service, direct, component)
    }
    return endpointSettings({
      s3: await endpoint('s3'),
      dynamodb: await endpoint('dynamodb'),
      sqs: await endpoint('sqs'),
    })
  }
  // What a test itself reads and writes goes the direct way
  const direct = endpointSettings(storage.endpoints)
  const { accessKeyId, secretAccessKey, sessionToken } = storage.credentials
  const settings = withoutUndefined({
    DECKLE_PUBLIC_URL: url,
    DECKLE_STORAGE_URL: storage.endpoints.s3,
    ...(await endpointsOf('edge')),
    DECKLE_BUCKET: storage.bucket,
    DECKLE_TABLE_PREFIX: prefixes.table,
    DECKLE_QUEUE_PREFIX: prefixes.queue,
    AWS_REGION: storage.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    ...options.settings,
  })
  const config = parseConfig(settings)
  const stores = wireStores(parseConfig({ ...settings, ...direct }), webPlatform)
  const validator =
    options.validator === false
      ? undefined
      : await startValidator(parseConfig({ ...settings, ...(await endpointsOf('validator')) }))
  const workerd = options.workerd === false ? undefined : await startWorkerd(port, settings, options)
  return {
    url,
    settings,
    config,
    stores,
    credentials: storage.credentials,
    as: async (name) => new Actor(url, name === undefined ? undefined : await issueToken(config, stores, name)),
    async stored(prefix) {
      const page = await stores.s3.list(prefix)
      return page.objects.map(({ key }) => key.slice(prefix.length))
    },
    edge: (platform = webPlatform, extra = {}) => edgeInProcess(parseConfig({ ...settings, ...extra }), platform),
    close: () => closeAll(workerd, validator, storage),
  }
}

function withoutUndefined(settings: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

function endpointSettings({ s3, dynamodb, sqs }: Readonly<Record<ServiceName, string>>) {
  return { DECKLE_S3_ENDPOINT: s3, DECKLE_DYNAMODB_ENDPOINT: dynamodb, DECKLE_SQS_ENDPOINT: sqs }
}

/** Of the source as it was when this process first needed it: files of tests share a process (vitest.config.ts). */
let bundle: Promise<WorkerBundle> | undefined

function printErrors(line: string): void {
  if (line.includes('"level":"error"')) console.error(line)
}

async function startWorkerd(
  port: number,
  settings: Record<string, string>,
  { logged = printErrors, rateLimits = {} }: StackOptions,
): Promise<Miniflare> {
  bundle ??= bundleWorker()
  const { code, compatibilityDate, compatibilityFlags } = await bundle
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port,
      modules: [{ type: 'ESModule', path: 'worker.mjs', contents: code }],
      compatibilityDate,
      compatibilityFlags: [...compatibilityFlags],
      bindings: settings,
      ratelimits: rateLimits,
      handleStructuredLogs: ({ level, message }) => {
        if (level === 'error') console.error(message)
        else logged(String(message))
      },
    }),
  )
  await miniflare.ready
  return miniflare
}

function edgeInProcess(config: Config, platform: Platform): EdgeInProcess {
  const { serve } = serveRegions(config, platform)
  const left: Promise<unknown>[] = []
  const context = {
    waitUntil: (work: Promise<unknown>) => void left.push(work),
    passThroughOnException: () => undefined,
    props: {},
  }
  return {
    fetch: async (request) => serve(request, {}, context as never),
    settled: async () => void (await Promise.allSettled(left)),
  }
}

/** A token without a login: the login has tests of its own, and scrypt takes its time. */
async function issueToken(config: Config, stores: Stores, name: string): Promise<string> {
  const user = account(name, name === 'admin' ? { roles: ['admin'] } : {})
  await stores.users.claim(user)
  const { token } = await wireIdentity(config, stores, webPlatform).tokens.issue(user, 'test', 1)
  return token
}

async function closeAll(
  workerd: Miniflare | undefined,
  validator: Validator | undefined,
  storage: { close(): Promise<void> },
): Promise<void> {
  await workerd?.dispose()
  await validator?.stop()
  await storage.close()
}
