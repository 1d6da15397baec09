import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parseConfig } from '../../src/config.ts'
import { startFrontDesk } from '../../src/node/front-desk/server.ts'
import { createTables } from '../../src/node/local/create-tables.ts'
import { choosePort } from '../../src/node/local/ports.ts'
import { type Finding, type RestoreDeps, restore } from '../../src/registry/restore.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { type TableName, tables } from '../../src/storage/tables.ts'
import { formats, type Stores, wireStores } from '../../src/wiring.ts'
import type { Actor } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

const root = new URL('../..', import.meta.url)
let stack: Stack
let ana: Actor
/** On the tables as they were at the moment that is restored. */
let restored: Stores
let settings: Record<string, string>
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deckle-restore-'))
  stack = await startStack()
  ana = await stack.as('ana')
  const port = await choosePort()
  settings = {
    ...stack.settings,
    DECKLE_TABLE_PREFIX: `${stack.config.storage.tablePrefix}restored-`,
    DECKLE_PUBLIC_URL: `http://localhost:${port}`,
    DECKLE_PORT: String(port),
  }
  restored = wireStores(parseConfig(settings), webPlatform)
})
afterAll(async () => {
  await stack?.close()
  await rm(folder, { recursive: true, force: true })
})

const publish = (name: string, version = '1.0.0', dependencies = {}) =>
  ana.publish(name, version, { access: 'public', manifest: { dependencies } })

/** What point-in-time recovery does: all tables as they are now, under another prefix. */
async function copyTables(): Promise<void> {
  await createTables(restored.db)
  for (const table of Object.keys(tables) as TableName[]) {
    const { Items } = await stack.stores.db.call('Scan', { TableName: stack.stores.db.tableName(table) })
    for (const Item of Items as object[]) {
      await restored.db.call('PutItem', { TableName: restored.db.tableName(table), Item })
    }
  }
}

/** The local bucket keeps no old versions, so copies of that moment stand for them. */
const kept = (key: string) => `kept/${key}`
async function keepObjects(): Promise<void> {
  for (const prefix of ['packages/', 'manifests/']) {
    for (const key of await stack.stored(prefix)) await stack.stores.s3.copy(prefix + key, kept(prefix + key))
  }
}
const oldObjects: RestoreDeps['oldObjects'] = {
  async find(key, isWanted) {
    const info = await restored.s3.head(kept(key))
    return info !== undefined && isWanted(info) ? { key, versionId: 'kept' } : undefined
  },
  async bringBack({ key }) {
    await restored.s3.copy(kept(key), key)
  },
}

async function run(apply: boolean): Promise<readonly string[]> {
  const deps = {
    ...restored,
    oldObjects,
    formats,
    publicUrl: settings['DECKLE_PUBLIC_URL'] ?? '',
    platform: webPlatform,
  }
  const found: Finding[] = []
  for await (const finding of restore(deps, { apply, progress: () => undefined })) found.push(finding)
  return found.map(({ kind, what }) => `${kind} ${what}`)
}

test('after tables are restored to a moment, the bucket is made to fit them, and packages of that moment install', async () => {
  for (const name of ['pad', '@acme/kept']) expect((await publish(name)).status).toBe(201)
  expect((await publish('app', '1.0.0', { pad: '^1.0.0', '@acme/kept': '*' })).status).toBe(201)
  await keepObjects()
  await copyTables()

  // Since then: one file was removed, one was published, and the bucket was damaged
  const { _rev: revision } = await ana.json('/pad')
  expect((await ana.fetch(`/pad/-rev/${revision}`, { method: 'DELETE' })).status).toBe(200)
  await vi.waitFor(async () => expect(await stack.stored('packages/npm/pad/')).toEqual([]), 10_000)
  expect((await publish('later')).status).toBe(201)
  for (const key of await stack.stored('snapshots/npm/app/')) await stack.stores.s3.remove(`snapshots/npm/app/${key}`)
  for (const key of await stack.stored('manifests/npm/@acme/kept/')) {
    await stack.stores.s3.remove(`manifests/npm/@acme/kept/${key}`)
  }

  const damage = [
    'brought_back npm/@acme/kept@1.0.0: its manifest',
    'brought_back npm/pad@1.0.0: its file',
    'rebuilt npm/app',
    'set_aside packages/npm/later/1.0.0/later-1.0.0.tgz',
  ]
  const trial = await run(false)
  expect(trial).toEqual(expect.arrayContaining(damage))
  expect(await stack.stored('packages/npm/pad/')).toEqual([])

  // All documents are rendered for the address of the restored registry
  const done = await run(true)
  expect(done).toEqual(expect.arrayContaining([...damage, 'rebuilt npm/pad', 'rebuilt npm/@acme/kept']))
  expect(await run(true)).toEqual([])
  expect(await stack.stored('quarantine/')).toEqual(['packages/npm/later/1.0.0/later-1.0.0.tgz'])

  const desk = await startFrontDesk(parseConfig(settings), webPlatform, {})
  try {
    await promisify(execFile)('npm', ['install', 'app', '--registry', `${settings['DECKLE_PUBLIC_URL']}/`], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, npm_config_audit: 'false', npm_config_update_notifier: 'false' },
    })
  } finally {
    await desk.stop()
  }
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'))
  expect(Object.keys(lock.packages)).toEqual(expect.arrayContaining(['node_modules/app', 'node_modules/pad']))
})

test('what cannot be brought back is named by the command, which then fails', async () => {
  const cli = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['src/node/cli.ts', 'restore', ...args], {
      cwd: root,
      env: { ...settings, PATH: process.env['PATH'] },
    })
  expect((await cli()).stdout).toContain('The bucket fits the tables.')
  for (const key of await stack.stored('packages/npm/app/')) await stack.stores.s3.remove(`packages/npm/app/${key}`)
  await expect(cli('--apply')).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('LOST, and no old version is kept: npm/app@1.0.0: its file'),
    stderr: '1 objects are lost: publish these versions again, or unpublish them.\n',
  })
})
