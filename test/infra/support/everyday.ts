import { expect } from 'vitest'
import { json, publishRequest } from '../../support/actor.ts'
import type { EdgeInProcess } from '../../support/stack.ts'
import { Uploader } from '../../support/uploader.ts'
import type { Recorder } from './recording.ts'

/** Somebody's requests to an edge in this process. */
export type Ask = (path: string, init?: RequestInit & { duplex?: 'half' }, token?: string) => Promise<Response>

export interface Everyday {
  readonly ask: Ask
  readonly edge: EdgeInProcess
  readonly recorder: Recorder
  /** Whether no file is left under `packages/`. */
  readonly untilRemoved: (name: string) => Promise<void>
}

const password = 'correct horse battery'
const newPassword = 'staple battery horse'
const adduser = (name: string, secret: string, more: object = {}) =>
  json('PUT', { _id: `org.couchdb.user:${name}`, name, password: secret, type: 'user', roles: [], ...more })

/** The body of an answer that must be a success. */
export async function done(answer: Promise<Response>): Promise<Record<string, any>> {
  const response = await answer
  const text = await response.text()
  expect(response.status, text).toBeLessThan(300)
  return text.startsWith('{') ? JSON.parse(text) : {}
}

/** Accounts, logins, tokens and profiles. Returns a token. */
export async function people({ ask }: Everyday): Promise<string> {
  await done(ask('/-/user/org.couchdb.user:bob', adduser('bob', password, { email: 'bob@example.com' })))
  expect((await ask('/-/user/org.couchdb.user:bob', adduser('bob', 'something wrong'))).status).toBe(401)
  const { token } = await done(
    ask('/-/user/org.couchdb.user:ana', adduser('ana', password, { email: 'a@example.com' })),
  )
  await done(ask('/-/npm/v1/user', json('POST', { fullname: 'Ana' }), token))
  await done(ask('/-/npm/v1/user', {}, token))
  await done(ask('/-/npm/v1/user', json('POST', { password: { old: password, new: newPassword } }), token))
  const made = await done(
    ask('/-/npm/v1/tokens', json('POST', { password: newPassword, name: 'ci', readonly: true }), token),
  )
  await done(ask('/-/npm/v1/tokens', {}, token))
  await done(ask(`/-/npm/v1/tokens/token/${made['key']}`, { method: 'DELETE' }, token))
  await webLogin(ask)
  const { token: second } = await done(ask('/-/user/org.couchdb.user:ana', adduser('ana', newPassword)))
  await done(ask(`/-/user/token/${second}`, { method: 'DELETE' }, second))
  return token
}

async function webLogin(ask: Ask): Promise<void> {
  const { loginUrl, doneUrl } = await done(ask('/-/v1/login', json('POST', {})))
  const [page, poll] = [new URL(loginUrl).pathname, new URL(doneUrl).pathname]
  const token = /name="token" value="([^"]+)"/.exec(await (await ask(page)).text())?.[1] ?? ''
  const body = new URLSearchParams({ token, decision: 'allow', name: 'ana', password: newPassword })
  expect((await ask(page, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' }, body })).status).toBe(303)
  await done(ask(poll))
}

/** Packages: published whole, in parts and in vain; installed, described, handed over and removed. */
export async function packages(everyday: Everyday, token: string): Promise<void> {
  const { ask, edge, recorder, untilRemoved } = everyday
  const publish = (name: string, version: string, files: Readonly<Record<string, string>> = {}) =>
    ask(`/${name}`, publishRequest(name, version, { access: 'public', files }), token)
  await done(publish('tool', '1.0.0'))
  await done(publish('tool', '1.1.0'))
  // In a scope that is nobody's, which the registry has to look up
  await ask('/@acme%2ftool', publishRequest('@acme/tool', '1.0.0'), token)
  const refused = await publish('tool', '1.2.0', { 'package.json': '{' })
  expect(refused.status).toBeGreaterThanOrEqual(400)
  await done(publish('large', '1.0.0', { 'noise.txt': noise(7_000_000) }))
  await brokenPublish(ask, token)

  await done(ask('/tool', {}, token))
  await done(ask('/tool/1.0.0', {}, token))
  const link = (await ask('/tool/-/tool-1.0.0.tgz', {}, token)).headers.get('location') ?? ''
  expect((await recorder.followLink(link)).status).toBe(200)
  await edge.settled()
  await done(ask('/downloads/point/last-week/tool', {}, token))
  await done(ask('/-/v1/search?text=tool', {}, token))
  await done(ask('/api/v1/packages/npm/tool/versions/1.0.0/report', {}, token))
  await done(ask('/-/user/ana/package', {}, token))

  await done(ask('/-/package/tool/dist-tags/stable', json('PUT', '1.0.0'), token))
  await done(ask('/-/package/tool/access', json('POST', { access: 'restricted' }), token))
  await done(ask('/-/package/tool/owners', json('PUT', { user: 'bob' }), token))
  for (const method of ['PUT', 'DELETE']) await done(ask('/-/user/v1/star', json(method, { name: 'tool' }), token))
  await done(ask('/-/user/v1/star', {}, token))
  const headers = { 'content-type': 'text/javascript' }
  const script = 'export const publish = () => allow(); export const download = publish'
  await done(ask('/api/v1/packages/npm/tool/check', { method: 'PUT', headers, body: script }, token))
  await done(publish('tool', '1.3.0'))
  expect((await ask('/tool/-/tool-1.0.0.tgz', {}, token)).status).toBe(302)
  await done(ask('/api/v1/packages/npm/tool/check', {}, token))
  await done(ask('/api/v1/packages/npm/tool/check', { method: 'DELETE' }, token))
  // Stays, to be read where there is a copy
  const last = 'export const publish = allow'
  await done(ask('/api/v1/packages/npm/tool/check', { method: 'PUT', headers, body: last }, token))
  const packument = await done(ask('/tool?write=true', {}, token))
  packument['versions']['1.0.0'].deprecated = 'old'
  await done(ask('/tool', json('PUT', packument), token))
  const again = await done(ask('/tool?write=true', {}, token))
  delete again['versions']['1.1.0']
  await done(ask(`/tool/-rev/${again['_rev']}`, json('PUT', again), token))
  await untilRemoved('npm/tool/1.1.0')
  await uploads(everyday, token)
}

/** A small file and one in parts, sent by links; an upload that is given up. */
async function uploads({ ask, edge, recorder, untilRemoved }: Everyday, token: string): Promise<void> {
  const small = { package: 'model', version: '1.0.0', filename: 'small.bin', content: new Uint8Array(3) }
  const large = { ...small, filename: 'large.bin', content: new Uint8Array(17_000_000) }
  const uploader = new Uploader({ fetch: (path, init) => ask(path, init, token) }, recorder.platform.fetch)
  await done(uploader.publish(small))
  const upload = await done(uploader.open(large))
  await uploader.send(upload, large.content)
  await done(ask(`/api/v1/uploads/${upload['id']}/parts`, {}, token))
  await done(uploader.complete(upload['id']))
  await done(ask('/api/v1/uploads', {}, token))
  const given = await done(uploader.open({ ...large, version: '2.0.0' }))
  await done(ask(`/api/v1/uploads/${given['id']}`, { method: 'DELETE' }, token))
  const tried = await done(uploader.open({ ...small, version: '3.0.0', more: { dryRun: true } }))
  await uploader.send(tried, small.content)
  const { report } = await done(uploader.complete(tried['id']))
  await done(ask(report, {}, token))
  await done(ask('/generic/model/1.0.0', {}, token))
  expect((await ask('/generic/model/1.0.0/small.bin', {}, token)).status).toBe(302)
  await edge.settled()
  await done(ask('/api/v1/packages/generic/model/versions/1.0.0', { method: 'DELETE' }, token))
  await untilRemoved('generic/model')
}

/** A connection that is lost after the first part. */
async function brokenPublish(ask: Ask, token: string): Promise<void> {
  const { body, headers } = publishRequest('broken', '1.0.0', { files: { 'noise.txt': noise(14_000_000) } })
  const bytes = new Uint8Array(await new Response(body ?? '').arrayBuffer())
  const stream = new ReadableStream({
    start: (controller) => controller.enqueue(bytes.subarray(0, 9_000_000)),
    pull: (controller) => controller.error(new TypeError('connection lost')),
  })
  const answer = await ask('/broken', { method: 'PUT', headers: headers ?? {}, body: stream, duplex: 'half' }, token)
  expect(answer.status).toBeGreaterThanOrEqual(400)
}

/** Texts that do not compress, and hold no secret. */
function noise(length: number): string {
  let state = 1
  return Array.from({ length: length / 4 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return String.fromCharCode(...[0, 7, 14, 21].map((shift) => 33 + ((state >> shift) % 90)))
  }).join('')
}
