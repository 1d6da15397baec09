import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestHex } from '../../src/std/digest.ts'
import { zip } from '../builders/zip.ts'
import { type Actor, problemIn } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { Uploader } from '../support/uploader.ts'

let stack: Stack
let ana: Actor
let sender: Uploader

beforeAll(async () => {
  stack = await startStack()
  ana = await stack.as('ana')
  sender = new Uploader(ana)
}, 60_000)
afterAll(() => stack?.close())

const partBytes = 16 * 1024 ** 2
/** Three parts, the last of which is short. */
const large = new Uint8Array(2 * partBytes + 5).map((_, index) => index % 251)
const small = new TextEncoder().encode('a model, but small\n')
const sha256 = (bytes: Uint8Array) => digestHex('sha256', bytes)

test('a small file is one signed PUT, and can be downloaded by exact address, tag and range', async () => {
  const published = await sender.publish({
    package: '@acme/model',
    version: '1.2.0',
    filename: 'weights.bin',
    content: small,
    more: { sha256: sha256(small), description: 'what it has learned' },
  })
  expect(published.status, await published.clone().text()).toBe(200)
  expect(await published.json()).toMatchObject({
    state: 'published',
    sha256: sha256(small),
    url: `${stack.url}/generic/@acme/model/1.2.0/weights.bin`,
  })
  const path = '/generic/@acme/model/1.2.0/weights.bin'
  const link = await ana.fetch(path)
  expect(link.status).toBe(302)
  const file = await fetch(link.headers.get('location') ?? '', { headers: { range: 'bytes=2-6' } })
  expect([file.status, await file.text(), file.headers.get('x-amz-meta-sha256')]).toEqual([206, 'model', sha256(small)])
  for (const version of ['latest', encodeURIComponent('^1.1'), '1.x']) {
    const moved = await ana.fetch(`/generic/@acme/model/${version}/weights.bin`)
    expect([moved.status, moved.headers.get('location')]).toEqual([302, `${stack.url}${path}`])
  }
})

test('a file of several parts arrives whole, whatever the order, and the same answer comes twice', async () => {
  const opened = await sender.open({ package: '@acme/model', version: '2.0.0', filename: 'big.bin', content: large })
  expect(opened.status).toBe(201)
  const upload = (await opened.json()) as Record<string, any>
  expect(upload).toMatchObject({ state: 'open', partBytes, partCount: 3 })
  await sender.send(upload, large, [3, 1])
  expect(await sender.read(upload['id'])).toMatchObject({ state: 'open', parts: { standing: 2, bytes: partBytes + 5 } })
  expect(await problemIn(await sender.complete(upload['id']))).toEqual([409, 'upload_incomplete'])
  await sender.send(upload, large, [2])
  const first = await sender.complete(upload['id'])
  expect(first.status, await first.clone().text()).toBe(200)
  const second = await sender.complete(upload['id'])
  expect([second.status, await second.json()]).toEqual([200, await first.json()])
  const link = await ana.fetch('/generic/@acme/model/2.0.0/big.bin')
  const bytes = new Uint8Array(await (await fetch(link.headers.get('location') ?? '')).arrayBuffer())
  expect(sha256(bytes)).toBe(sha256(large))
  expect(await stack.stored(`uploads/${upload['id']}/`)).toEqual([])
})

test('an archive is looked into: a sound one is published, one that climbs out is refused', async () => {
  const about = { name: '@acme/sdk', version: '1.0.0', license: 'MIT' }
  const sdk = zip().file('sdk/deckle.json', JSON.stringify(about)).symlink('sdk/lib', 'lib.1').file('sdk/lib.1', 'x')
  const sent = { package: '@acme/sdk', version: '1.0.0', filename: 'sdk.zip', more: { type: 'archive' } }
  const refused = await sender.publish({ ...sent, content: sdk.file('../evil', 'x').zip() })
  expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('archive_parent_path')])
  const content = zip().file('deckle.json', JSON.stringify(about)).symlink('lib', 'lib.1').file('lib.1', 'x').zip()
  const published = await sender.publish({ ...sent, content })
  expect(published.status, await published.clone().text()).toBe(200)
  expect(await published.json()).toMatchObject({ state: 'published' })
})
