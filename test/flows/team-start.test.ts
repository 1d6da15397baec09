import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { choosePort } from '../../src/node/local/ports.ts'
import { type LocalStack, type StackOptions, startLocal } from '../../src/node/local/stack.ts'
import { Actor } from '../support/actor.ts'

/** `npm start -- --host --public-url --storage-url`: a registry for clients on other machines, behind a proxy. */

const password = 'three-words-and-a-comma'
let data: string
let port: number
let stack: LocalStack | undefined

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'deckle-team-'))
  port = await choosePair()
})

afterEach(async () => {
  await stack?.stop()
  stack = undefined
})

afterAll(() => rmSync(data, { recursive: true, force: true }))

/** A port that is free together with the next one. */
async function choosePair(): Promise<number> {
  for (;;) {
    const first = await choosePort()
    if ((await choosePort(first + 1)) === first + 1) return first
  }
}

async function start(options: Partial<StackOptions>): Promise<LocalStack> {
  const env = { PATH: process.env['PATH'], DECKLE_ADMIN_PASSWORD: password }
  stack = await startLocal({ port, dataDirectory: data, env, ...options })
  return stack
}

/** Where the proxy would come in. */
async function logIn(url: string): Promise<Actor> {
  const stranger = new Actor(url, undefined)
  const { token } = await stranger.json('/-/user/org.couchdb.user:admin', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ _id: 'org.couchdb.user:admin', name: 'admin', password, type: 'user', roles: [] }),
  })
  return new Actor(url, token)
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  )
}

test('documents and links name what clients call registry and storage, also after they moved', async () => {
  const first = await start({ publicUrl: 'https://one.example.com', storageUrl: 'https://files.example.com' })
  expect(first.proxied).toEqual({
    registryListens: `127.0.0.1:${port}`,
    storageListens: `127.0.0.1:${port + 1}`,
    storageUrl: 'https://files.example.com',
  })
  expect(await answers(`http://[::1]:${port + 1}/`)).toBe(false)
  const ana = await logIn(`http://127.0.0.1:${port}`)
  expect((await ana.publish('@acme/lib', '1.0.0')).status).toBe(201)
  expect(await whereabouts(ana)).toEqual({ registry: 'https://one.example.com', storage: 'https://files.example.com' })
  await first.stop()

  await start({ publicUrl: 'https://two.example.com', storageUrl: 'https://elsewhere.example.com' })
  expect(await whereabouts(ana)).toEqual({
    registry: 'https://two.example.com',
    storage: 'https://elsewhere.example.com',
  })
})

async function whereabouts(actor: Actor): Promise<{ registry: string; storage: string }> {
  const { dist } = await actor.json('/@acme%2flib/1.0.0')
  const { origin, pathname } = new URL(dist.tarball)
  const answer = await actor.fetch(pathname)
  return { registry: origin, storage: new URL(answer.headers.get('location') ?? '').origin }
}

test('registry and storage are served on the address that is given, the other servers are not', async () => {
  await start({ host: '::1', publicUrl: 'https://one.example.com', storageUrl: 'https://files.example.com' })
  const { dynamodb, sqs, s3 } = JSON.parse(readFileSync(join(data, 'ports.json'), 'utf8'))
  expect(s3).toBe(port + 1)
  for (const own of [port, port + 1, dynamodb, sqs]) expect(await answers(`http://127.0.0.1:${own}/`)).toBe(true)
  for (const open of [port, port + 1]) expect(await answers(`http://[::1]:${open}/`)).toBe(true)
  for (const closed of [dynamodb, sqs]) expect(await answers(`http://[::1]:${closed}/`)).toBe(false)
  const ana = await logIn(`http://[::1]:${port}`)
  expect((await ana.publish('@acme/lib', '1.1.0')).status).toBe(201)
})

test.each<[Partial<StackOptions>, string]>([
  [{ host: '0.0.0.0' }, '--public-url'],
  [{ publicUrl: 'https://one.example.com' }, '--storage-url'],
  [{ publicUrl: 'https://one.example.com', storageUrl: 'https://ONE.example.com.:8443' }, 'another host name'],
  [{ storageUrl: 'http://localhost:9000' }, 'another host name'],
  [{ publicUrl: 'http://127.0.0.1:9000' }, 'another host name'],
  [{ publicUrl: 'https://example.com/npm', storageUrl: 'https://files.example.com' }, 'without a path'],
  [{ publicUrl: 'http://one.example.com', storageUrl: 'https://files.example.com' }, '--insecure-http'],
])('%j is refused with one line', async (options, says) => {
  await expect(start(options)).rejects.toThrow(new RegExp(`^[^\\n]*${says}[^\\n]*$`))
})
