import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../../src/config.ts'
import type { PackageName, Version } from '../../src/model/ids.ts'
import { lookAtMove } from '../../src/node/cli/home-region.ts'
import { choosePort } from '../../src/node/local/ports.ts'
import { type LocalStack, startLocal } from '../../src/node/local/stack.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { type Stores, wireStores } from '../../src/wiring.ts'
import { Actor, json, problemIn } from '../support/actor.ts'

/** `npm start -- --regions 2`: what an outage of the home region's storage leaves, and that it comes back. */

const homeStorage = ['dynamodb', 's3'] as const
const password = 'correct-horse-battery'
let folder: string
let stack: LocalStack
let admin: Actor
let home: Stores
let copy: Stores

async function start(more: Readonly<Record<string, string>> = {}): Promise<void> {
  const env = { PATH: process.env['PATH'], DECKLE_ADMIN_PASSWORD: password, ...more }
  stack = await startLocal({ port: await choosePort(), dataDirectory: folder, regions: 2, outageMs: 4_000, env })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-regions-'))
  await start()
  const config = parseConfig(stack.settings)
  const [replica] = config.replicas
  if (replica === undefined) throw new Error('there is no second region')
  home = wireStores(config, webPlatform)
  copy = wireStores({ ...config, storage: replica }, webPlatform)
  const name = 'org.couchdb.user:admin'
  const body = { _id: name, name: 'admin', password, type: 'user', roles: [] }
  const { token } = await new Actor(stack.url, undefined).json(`/-/user/${name}`, json('PUT', body))
  admin = new Actor(stack.url, token)
})

afterAll(async () => {
  await stack.stop()
  rmSync(folder, { recursive: true, force: true })
})

const refOf = (name: string) => ({ format: 'npm', name: name as PackageName }) as const
const versionOf = (name: string) => ({ ...refOf(name), version: '1.0.0' as Version })

/** Publishes, and waits until the other region has all that its readers need. */
async function publishEverywhere(...names: readonly string[]): Promise<void> {
  for (const name of names) expect((await admin.publish(name, '1.0.0')).status).toBe(201)
  const copied = names.map((name) => async () => {
    const head = await copy.heads.get(refOf(name))
    const text = head?.revision && (await copy.snapshots.readText(head, head.revision, 'packument.json'))
    const file = await copy.files.describe({ ...versionOf(name), filename: `${name}-1.0.0.tgz` as never })
    return head?.revision === (await home.heads.get(refOf(name)))?.revision && text !== undefined && file !== undefined
  })
  for (const isCopied of copied) await expect.poll(isCopied, { timeout: 10_000 }).toBe(true)
}

function signal(which: NodeJS.Signals, ...parts: readonly string[]): void {
  const pids = stack.pids()
  for (const part of parts) process.kill(pids[part] ?? 0, which)
}

/** What a client reads on an install: who it is, the packument, and the tarball to its last byte. */
async function read(name: string): Promise<unknown> {
  const [who, packument] = await Promise.all([admin.json('/-/whoami'), admin.json(`/${name}`)])
  const link = (await admin.fetch(new URL(packument['versions']['1.0.0'].dist.tarball).pathname)).headers.get(
    'location',
  )
  const tarball = await fetch(link ?? '')
  const bytes = (await tarball.arrayBuffer()).byteLength
  return { who: who['username'], status: tarball.status, isWhole: bytes > 100, from: new URL(link ?? '').host }
}

function readFrom(stores: 'home' | 'copy'): object {
  const { storage, replicas } = parseConfig(stack.settings)
  const { s3PublicEndpoint = '' } = stores === 'home' ? storage : (replicas[0] ?? storage)
  return { who: 'admin', status: 200, isWhole: true, from: new URL(s3PublicEndpoint).host }
}

test('when the home region’s storage is killed, reads go on, writes say why not, and nothing accepted is lost', async () => {
  await publishEverywhere('left-pad', 'right-pad')
  expect(await read('left-pad')).toEqual(readFrom('home'))
  const session = await admin.json('/api/v1/auth/sessions', json('POST', { username: 'admin', password }))
  await expect.poll(async () => (await copy.sessions.getWithOwner(session['id'])).session).toBeDefined()
  // A publish whose verdict nobody gives before the outage
  signal('SIGSTOP', 'validator')
  const underWay = admin.publish('middle-pad', '1.0.0')
  await expect.poll(async () => (await home.versions.get(versionOf('middle-pad')))?.status).toBe('pending')

  const killedAt = performance.now()
  signal('SIGKILL', ...homeStorage)
  // The second package was never read before: nothing of it is known at the edge
  expect(await read('right-pad')).toEqual(readFrom('copy'))
  expect(await read('left-pad')).toEqual(readFrom('copy'))
  expect(performance.now() - killedAt).toBeLessThan(5_000)

  const headers = { authorization: `Bearer ${session['session']}` }
  expect(await admin.json('/api/v1/auth/me', { headers })).toMatchObject({ username: 'admin' })
  const refused = await admin.publish('top-pad', '1.0.0')
  expect(refused.headers.get('retry-after')).toBe('10')
  const { error } = (await refused.clone().json()) as { error: string }
  expect(error).toMatch(/^Nothing can be changed at the moment: .* Reading and installing go on/)
  expect(await problemIn(refused)).toEqual([503, 'home_region_unavailable'])
  const inApi = await admin.fetch('/api/v1/orgs/acme', json('PUT', {}))
  expect(inApi.headers.get('content-type')).toBe('application/problem+json')
  expect(await problemIn(inApi)).toEqual([503, 'home_region_unavailable'])
  expect(await problemIn(await underWay)).toEqual([503, 'home_region_unavailable'])

  await expect.poll(() => homeStorage.every((part) => part in stack.pids()), { timeout: 10_000 }).toBe(true)
  await Promise.all(homeStorage.map((part) => stack.up(part)))
  signal('SIGCONT', 'validator')
  // Nobody sends it again
  await expect
    .poll(async () => (await home.versions.get(versionOf('middle-pad')))?.status, { timeout: 20_000 })
    .toBe('published')
  await expect.poll(async () => (await admin.publish('top-pad', '1.0.0')).status, { timeout: 10_000 }).toBe(201)
  for (const name of ['left-pad', 'right-pad', 'middle-pad', 'top-pad']) {
    expect(await read(name)).toEqual(readFrom('home'))
  }
})

test('storage that hangs is given up as well, and taken again when it goes on', async () => {
  await publishEverywhere('bottom-pad')
  signal('SIGSTOP', ...homeStorage)
  try {
    const hungAt = performance.now()
    expect(await read('bottom-pad')).toEqual(readFrom('copy'))
    expect(performance.now() - hungAt).toBeLessThan(5_000)
  } finally {
    signal('SIGCONT', ...homeStorage)
  }
  await expect.poll(() => read('bottom-pad'), { timeout: 10_000 }).toEqual(readFrom('home'))
})

test('the home region moves once all is copied, and everything is there', async () => {
  const moveTo = (region: string) => Array.fromAsync(lookAtMove(parseConfig(stack.settings), region, { wait: 10 }))
  await expect(moveTo('mars')).rejects.toThrow('There is no region mars. DECKLE_REGIONS has us-east-1, us-west-2.')
  expect(await moveTo('us-west-2')).toEqual([
    'us-west-2: storage answers.',
    expect.stringMatching(/^us-east-1: what is written there was in us-west-2 after \d+\.\d s\.$/),
    expect.stringContaining('DECKLE_HOME_REGION=us-west-2'),
  ])
  await stack.stop()
  await start({ DECKLE_HOME_REGION: 'us-west-2' })
  admin = new Actor(stack.url, admin.token)
  expect((await admin.publish('new-pad', '1.0.0')).status).toBe(201)
  for (const name of ['left-pad', 'new-pad']) expect(await read(name)).toEqual(readFrom('home'))
})
