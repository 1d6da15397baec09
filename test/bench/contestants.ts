/** What is compared: Deckle as a user starts it, Verdaccio, and the floor; each a process of its own. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseConfig } from '../../src/config.ts'
import { choosePort } from '../../src/node/local/ports.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { type Stores, wireIdentity, wireStores } from '../../src/wiring.ts'
import { account } from '../builders/account.ts'
import { Actor } from '../support/actor.ts'
import { endProcess, startProcess, untilAnswers } from './processes.ts'

export const benchFolder = fileURLToPath(new URL('.', import.meta.url))
const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface Contestant {
  readonly name: 'deckle' | 'verdaccio' | 'floor'
  readonly url: string
  readonly pid: number
  /** A publisher with a token. */
  readonly actor: Actor
  close(): Promise<void>
}

export interface Deckle extends Contestant {
  readonly stores: Stores
  readonly publicUrl: string
}

export interface Verdaccio extends Contestant {
  readonly storage: string
}

/** `npm start`, with its data in a folder of this run. */
export async function startDeckle(folder: string): Promise<Deckle> {
  const data = join(folder, 'deckle')
  const port = await choosePort()
  const child = startProcess({
    command: 'node',
    args: ['src/node/launch.mjs', 'start', '--port', String(port), '--data', data],
    cwd: repository,
    // One account asks more here than anybody would: counted, and let through
    env: { DECKLE_ANONYMOUS_PER_MINUTE: '1000000', DECKLE_ACCOUNT_PER_MINUTE: '1000000' },
    logFile: join(folder, 'deckle.log'),
  })
  const url = `http://localhost:${port}`
  await untilAnswers(`${url}/-/ping`, child)
  await untilAnswers(`${url}/`, child)
  const settings: Record<string, unknown> = JSON.parse(
    readFileSync(await untilWritten(join(data, 'running.json')), 'utf8'),
  )
  const config = parseConfig(settings)
  const stores = wireStores(config, webPlatform)
  const user = account('bench')
  await stores.users.claim(user)
  const { token } = await wireIdentity(config, stores, webPlatform).tokens.issue(user, 'bench', 1)
  const actor = new Actor(url, token)
  return {
    name: 'deckle',
    url,
    pid: child.pid ?? 0,
    actor,
    stores,
    publicUrl: config.publicUrl,
    close: () => endProcess(child),
  }
}

/**
 * Verdaccio 6 with its own defaults, less its uplink, and with signed tokens: by its default it checks the password by
 * bcrypt at each request, and answers eight a second.
 */
export async function startVerdaccio(folder: string): Promise<Verdaccio> {
  const port = await choosePort()
  const storage = join(folder, 'verdaccio')
  mkdirSync(storage, { recursive: true })
  const config = join(folder, 'verdaccio.yaml')
  writeFileSync(
    config,
    `storage: ${storage}
auth:
  htpasswd:
    file: ${folder}/htpasswd
packages:
  '**':
    access: $all
    publish: $authenticated
max_body_size: 200mb
security:
  api:
    legacy: false
    jwt:
      sign:
        expiresIn: 1d
log: { type: stdout, format: pretty, level: http }
`,
  )
  const child = startProcess({
    command: process.execPath,
    args: [
      join(benchFolder, 'node_modules/verdaccio/bin/verdaccio'),
      '--config',
      config,
      '--listen',
      `127.0.0.1:${port}`,
    ],
    cwd: folder,
    logFile: join(folder, 'verdaccio.log'),
  })
  const url = `http://127.0.0.1:${port}`
  await untilAnswers(`${url}/-/ping`, child)
  const login = await fetch(`${url}/-/user/org.couchdb.user:bench`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bench', password: randomBytes(12).toString('hex') }),
  })
  const { token } = (await login.json()) as { token?: string }
  if (token === undefined) throw new Error(`Verdaccio gives no token: ${login.status}`)
  return {
    name: 'verdaccio',
    url,
    pid: child.pid ?? 0,
    actor: new Actor(url, token),
    storage,
    close: () => endProcess(child),
  }
}

/** A bare worker in workerd; see floor-worker.mjs. Its process is like the one that Deckle's edge runs in. */
export async function startFloor(folder: string): Promise<Contestant> {
  const port = await choosePort()
  const token = `dk_${randomBytes(25).toString('hex')}`
  const settings = { TOKEN_SHA256: createHash('sha256').update(token).digest('hex'), STORAGE: 'http://127.0.0.1:1' }
  const child = startProcess({
    command: process.execPath,
    args: [join(benchFolder, 'floor-process.ts'), String(port), JSON.stringify(settings)],
    cwd: folder,
    logFile: join(folder, 'floor.log'),
  })
  const url = `http://localhost:${port}`
  await untilListening(url)
  return { name: 'floor', url, pid: child.pid ?? 0, actor: new Actor(url, token), close: () => endProcess(child) }
}

async function untilWritten(file: string): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      readFileSync(file)
      return file
    } catch {
      await webPlatform.sleep(100)
    }
  }
  throw new Error(`${file} was not written`)
}

export async function untilListening(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const answered = await fetch(url).then(
      () => true,
      () => false,
    )
    if (answered) return
    await webPlatform.sleep(100)
  }
  throw new Error(`no answer from ${url}`)
}
