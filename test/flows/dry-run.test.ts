import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestHex } from '../../src/std/digest.ts'
import { npmTarball } from '../builders/tarball.ts'
import { zip } from '../builders/zip.ts'
import { type Actor, json, problemIn } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { type Sent, Uploader } from '../support/uploader.ts'

/** Files that are validated and not published: by a session, and as a script does it by the flat API. */

let stack: Stack
let ana: Actor
let sender: Uploader

beforeAll(async () => {
  stack = await startStack()
  ana = await stack.as('ana')
  sender = new Uploader(ana)
}, 60_000)
afterAll(() => stack?.close())

const small = new TextEncoder().encode('a model, but small\n')
const sha256 = digestHex('sha256', small)
const model = (more: object = { dryRun: true }): Sent => ({
  package: '@acme/model',
  version: '1.0.0',
  filename: 'a.bin',
  content: small,
  more: { ...more },
})
const packageOf = (manifest: object, files: Record<string, string> = {}) =>
  npmTarball({ 'package.json': JSON.stringify({ license: 'MIT', ...manifest }), 'index.js': '', ...files })

async function read(answer: Promise<Response>): Promise<Record<string, any>> {
  return (await (await answer).json()) as Record<string, any>
}

/** Opens, sends and completes a dry run of npm. */
async function tryPackage(name: string, content: Uint8Array, completion: object = {}, version = '1.0.0') {
  const wanted = { format: 'npm', package: name, version, sizeBytes: content.byteLength, dryRun: true }
  const upload = await read(ana.fetch('/api/v1/uploads', json('POST', wanted)))
  await sender.send(upload, content)
  return { answer: await read(sender.complete(upload['id'], completion)), upload }
}

test('a sound file is valid, and nothing is claimed, listed or kept of it', async () => {
  const upload = await read(sender.open(model()))
  expect(upload).toMatchObject({ state: 'open', dryRun: true })
  await sender.send(upload, small)
  const first = await sender.complete(upload['id'])
  const answer = await read(Promise.resolve(first.clone()))
  expect([first.status, answer]).toEqual([200, expect.objectContaining({ state: 'valid', dryRun: true, sha256 })])
  const again = await sender.complete(upload['id'])
  expect([again.status, await again.json(), await sender.read(upload['id'])]).toEqual([200, answer, answer])
  expect((await ana.json('/api/v1/uploads'))['items']).toEqual([answer])
  expect(await ana.json(answer['report'])).toMatchObject({ verdict: 'accepted', digests: { sha256 }, findings: [] })
  expect(await problemIn(await (await stack.as('eve')).fetch(answer['report']))).toEqual([404, 'upload_not_found'])
  expect(await stack.stored(`uploads/${upload['id']}/`)).toEqual([])
  for (const prefix of ['packages/', 'manifests/', 'reports/', 'snapshots/'])
    expect(await stack.stored(`${prefix}generic/`)).toEqual([])
  expect(await problemIn(await ana.fetch('/generic/@acme/model'))).toEqual([404, 'package_not_found'])
  expect(await problemIn(await ana.fetch('/api/v1/packages/generic/@acme%2fmodel'))).toEqual([404, 'package_not_found'])
  expect(await stack.stores.uploads.due('9999', 10)).toEqual([])
  const late = [
    await sender.sign(upload['id'], [{ number: 1, sha256 }]),
    await ana.fetch(`/api/v1/uploads/${upload['id']}`, { method: 'DELETE' }),
  ]
  for (const refused of late) expect(await problemIn(refused)).toEqual([409, 'upload_closed'])
})

test('a file that would be refused is invalid, with the reasons and the whole report', async () => {
  const content = zip().file('../evil', 'x').zip()
  const upload = await read(sender.open({ ...model(), filename: 'sdk.zip', content }))
  await sender.send(upload, content)
  const completed = await sender.complete(upload['id'])
  const answer = await read(Promise.resolve(completed))
  expect([completed.status, answer['state'], answer['reasons'][0].code]).toEqual([
    200,
    'invalid',
    'archive_parent_path',
  ])
  expect(await ana.json(answer['report'])).toMatchObject({
    verdict: 'rejected',
    findings: [{ code: 'archive_parent_path', severity: 'error' }],
  })
  expect(await stack.stored(`uploads/${upload['id']}/`)).toEqual([])
})

test('what a publish may not do, a dry run may not; what is published is taken for it, too', async () => {
  expect((await sender.publish({ ...model({}), version: '2.0.0' })).status).toBe(200)
  const taken = { ...model(), version: '2.0.0' }
  expect(await problemIn(await sender.open(taken))).toEqual([403, 'version_taken'])
  const eve = new Uploader(await stack.as('eve'))
  expect(await problemIn(await eve.open(model()))).toEqual([403, 'not_owner'])
  // A version that is taken while the bytes are on their way
  const upload = await read(sender.open({ ...model(), version: '3.0.0' }))
  await sender.send(upload, small)
  expect((await sender.publish({ ...model({}), version: '3.0.0' })).status).toBe(200)
  expect(await problemIn(await sender.complete(upload['id']))).toEqual([403, 'version_taken'])
})

test('a tarball of npm is read as a publish reads it, with what a client would say of it or without', async () => {
  const manifest = { name: '@acme/tool', version: '1.0.0', dependencies: { left: '1' } }
  const { answer, upload } = await tryPackage('@acme/tool', packageOf(manifest))
  expect(answer).toMatchObject({ state: 'valid', format: 'npm', filename: 'tool-1.0.0.tgz' })
  expect(await ana.json(answer['report'])).toMatchObject({ verdict: 'accepted', facts: { fileCount: 2 } })
  expect(await stack.stored(`uploads/${upload['id']}/`)).toEqual([])
  expect((await ana.fetch('/@acme%2ftool')).status).toBe(404)

  const same = await tryPackage('@acme/tool', packageOf(manifest), { manifest })
  expect(same.answer).toMatchObject({ state: 'valid' })
  const hidden = { ...manifest, dependencies: { right: '1' } }
  const confused = await tryPackage('@acme/tool', packageOf(manifest), { manifest: hidden })
  expect(confused.answer['reasons'][0]).toMatchObject({ code: 'manifest_dependencies_differ' })
  const other = await tryPackage('@acme/tool', packageOf(manifest), {}, '1.1.0')
  expect(other.answer['reasons'][0]).toMatchObject({ code: 'manifest_version_differs' })
  const none = await tryPackage('@acme/tool', small)
  expect(none.answer).toMatchObject({ state: 'invalid' })

  expect((await ana.publish('@acme/tool', '1.0.0')).status).toBe(201)
  const wanted = { format: 'npm', package: '@acme/tool', version: '1.0.0', sizeBytes: 9, dryRun: true }
  const open = async (more: object) =>
    problemIn(await ana.fetch('/api/v1/uploads', json('POST', { ...wanted, ...more })))
  expect(await open({})).toEqual([403, 'version_taken'])
  expect(await open({ version: '2.0.0', dryRun: false })).toEqual([400, 'body_invalid'])
  expect(await open({ version: '2.0.0', sizeBytes: 80_000_000 })).toEqual([413, 'upload_too_large'])
  expect(await open({ version: 'two' })).toEqual([400, 'version_invalid'])
})

test('a dry run that is given up is aborted, and takes no publish with it', async () => {
  const sent = { ...model(), version: '4.0.0' }
  const upload = await read(sender.open(sent))
  const published = await read(sender.open({ ...sent, more: {} }))
  expect(published['id']).not.toBe(upload['id'])
  expect((await read(sender.open(sent)))['id']).toBe(upload['id'])
  expect(await problemIn(await ana.fetch(`/api/v1/uploads/${upload['id']}/report`))).toEqual([404, 'report_not_found'])
  expect((await ana.fetch(`/api/v1/uploads/${upload['id']}`, { method: 'DELETE' })).status).toBe(204)
  expect(await sender.read(upload['id'])).toMatchObject({ state: 'aborted' })
  await sender.send(published, small)
  expect(await read(sender.complete(published['id']))).toMatchObject({ state: 'published' })
})

test('a script validates by two lines more than it publishes by', async () => {
  const { package: name, version, filename } = model()
  const wanted = { package: name, version, filename, sizeBytes: small.byteLength }
  const { id } = await read(ana.fetch('/validate', json('POST', wanted)))
  const part = await read(ana.fetch(`/api/packages/${id}/part?sha256=${sha256}`, { method: 'PUT' }))
  await fetch(part['url'], { method: 'PUT', headers: part['headers'], body: small })
  const commit = await ana.fetch(`/api/packages/${id}/commit`, { method: 'POST' })
  expect([commit.status, await commit.json()]).toEqual([200, expect.objectContaining({ state: 'valid', sha256 })])
})
