import { Validator } from '@seriousme/openapi-schema-validator'
import { type TOTP, URI } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api } from '../../src/api/api.ts'
import { digestHex } from '../../src/std/digest.ts'
import { Authenticator } from '../builders/authenticator.ts'
import { type Actor, json } from '../support/actor.ts'
import { ApiContract, type Operation } from '../support/api-contract.ts'
import { company, givePassword } from '../support/company.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { Uploader } from '../support/uploader.ts'

/** A request that is right: who asks, what stands in the path and the query, and the body. */
interface Sample {
  /** `ana` owns the packages; default. `undefined`: nobody. */
  readonly as?: string
  readonly path?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
}

const password = 'a brush of badger hair'
const lib = { format: 'npm', package: '@acme%2flib' }
const writers = { organisation: 'acme', team: 'writers' }
const ops = { organisation: 'acme', team: 'ops' }
const data = { package: '@acme/data', version: '1.0.0', filename: 'data.bin' }
const bytes = new Uint8Array(3)
const part = { number: 1, sha256: digestHex('sha256', bytes) }
const one = { ...lib, version: '1.0.0' }

/** In the order in which they are sent. An operation without a sample fails the test. */
const samples: Readonly<Record<string, () => Sample | Promise<Sample>>> = {
  readOpenApi: () => ({ status: 200 }),
  readReportSchema: () => ({ status: 200 }),
  login: () => ({ body: { username: 'ana', password }, status: 201 }),
  me: () => ({ status: 200 }),
  changeMe: () => ({ body: { email: 'ana@example.org', fullName: 'Ana' }, status: 200 }),
  openSession: () => ({ body: { username: 'ana', password }, status: 201 }),
  listSessions: () => ({ query: 'limit=1', status: 200 }),
  endSession: async () => ({ path: { id: await sessionOf('ana') }, status: 204 }),
  listSessionsOfUser: () => ({ as: 'admin', path: { username: 'ana' }, query: 'limit=1', status: 200 }),
  endSessionOfUser: async () => ({
    as: 'admin',
    path: { username: 'ana', id: await sessionOf('ana') },
    status: 204,
  }),
  readSecondFactor: () => ({ status: 200 }),
  beginApp: () => ({ as: 'fay', body: { password, mode: 'auth-only' }, status: 201 }),
  confirmApp: async () => ({ as: 'fay', body: { code: await codeOfNewApp('fay') }, status: 200 }),
  changeSecondFactor: () => ({
    as: 'fay',
    body: { password, mode: 'auth-and-writes' },
    headers: { 'npm-otp': nextCode() },
    status: 204,
  }),
  renewRecoveryCodes: () => ({ as: 'fay', body: { password }, headers: { 'npm-otp': nextCode() }, status: 201 }),
  beginPasskey: () => ({ body: { password, name: 'key' }, status: 201 }),
  addPasskey: async () => ({ as: 'pia', body: { passkey: await newPasskeyOf('pia') }, status: 201 }),
  renamePasskey: () => ({ path: { id: 'none' }, body: { name: 'blue key' }, status: 404 }),
  removePasskey: () => ({ path: { id: 'none' }, status: 204 }),
  endSecondFactor: () => ({ body: { password }, status: 204 }),
  endSecondFactorOfUser: () => ({ as: 'admin', path: { username: 'fay' }, status: 204 }),
  listPackages: () => ({ query: 'q=lib&limit=10', status: 200 }),
  readPackage: () => ({ path: lib, status: 200 }),
  listVersions: () => ({ path: lib, query: 'limit=1', status: 200 }),
  readVersion: () => ({ path: one, status: 200 }),
  readReport: () => ({ path: one, status: 200 }),
  listTokens: () => ({ status: 200 }),
  createToken: () => ({ body: { password, name: 'ci', kind: 'read', sees: ['acme'], uses: 9 }, status: 201 }),
  readToken: async () => ({ path: { id: await tokenOf('ana') }, status: 200 }),
  changeSettings: () => ({ path: lib, body: { visibility: 'internal' }, status: 200 }),
  addOwner: () => ({ path: { ...lib, username: 'bob' }, status: 204 }),
  removeOwner: () => ({ path: { ...lib, username: 'bob' }, status: 204 }),
  setTag: () => ({ path: { ...lib, tag: 'next' }, body: { version: '1.0.0' }, status: 204 }),
  removeTag: () => ({ path: { ...lib, tag: 'next' }, status: 204 }),
  deprecateVersion: () => ({ path: one, body: { text: 'use 1.1.0' }, status: 204 }),
  undeprecateVersion: () => ({ path: one, status: 204 }),
  readAccess: () => ({ path: lib, status: 200 }),
  grantToUser: () => ({ path: { ...lib, username: 'bob' }, body: { right: 'write' }, status: 204 }),
  revokeFromUser: () => ({ path: { ...lib, username: 'bob' }, status: 204 }),
  grantToTeam: () => ({ path: { ...lib, ...writers }, body: { right: 'write' }, status: 204 }),
  revokeFromTeam: () => ({ path: { ...lib, ...writers }, status: 204 }),
  makeSensitive: () => ({ path: lib, body: { teams: ['writers'] }, status: 204 }),
  endSensitivity: () => ({ path: lib, status: 204 }),
  // Without a validator to ask: with one, in `check-scripts.test.ts`
  setCheckScript: () => ({
    path: lib,
    body: 'export function download() {}',
    headers: { 'content-type': 'text/javascript' },
    status: 501,
  }),
  readCheckScript: () => ({ path: lib, status: 404 }),
  removeCheckScript: () => ({ path: lib, status: 204 }),
  transferPackage: () => ({ path: lib, body: { owners: ['ana'] }, status: 204 }),
  lockPackage: () => ({ path: lib, body: { reason: 'a freeze' }, status: 204 }),
  unlockPackage: () => ({ path: lib, status: 204 }),
  blockVersion: () => ({ as: 'admin', path: one, body: { reason: 'malware' }, status: 204 }),
  unblockVersion: () => ({ as: 'admin', path: one, status: 204 }),
  blockPackage: () => ({ as: 'admin', path: lib, body: { reason: 'malware' }, status: 204 }),
  unblockPackage: () => ({ as: 'admin', path: lib, status: 204 }),
  listPackagesOfUser: () => ({ path: { username: 'ana' }, query: 'limit=1', status: 200 }),
  listPackagesOfOrganisation: () => ({ path: { organisation: 'acme' }, status: 200 }),
  listPackagesOfTeam: () => ({ path: writers, status: 200 }),
  openUpload: () => ({ body: { ...data, sizeBytes: 3 }, status: 201 }),
  listUploads: () => ({ query: 'limit=1', status: 200 }),
  readUpload: async () => ({ path: { id: await uploadOf(data) }, status: 200 }),
  signParts: async () => ({ path: { id: await uploadOf(data) }, body: { parts: [part] }, status: 200 }),
  listParts: async () => ({ path: { id: await uploadOf(data) }, query: 'after=0', status: 200 }),
  completeUpload: async () => ({
    path: { id: await sentUpload() },
    body: { parts: [part], release: true },
    status: 200,
  }),
  flatPutPart: async () => ({
    path: { id: await uploadOf({ ...data, version: '3.0.0' }) },
    query: `number=1&sha256=${part.sha256}`,
    status: 200,
  }),
  flatPostPart: async () => ({
    path: { id: await uploadOf({ ...data, version: '3.0.0' }) },
    query: `sha256=${part.sha256}`,
    status: 200,
  }),
  flatCommit: async () => ({ path: { id: await sentUpload({ ...data, version: '3.0.0' }) }, status: 200 }),
  readUploadReport: async () => {
    const id = await sentUpload({ ...data, version: '5.0.0', dryRun: true })
    expect((await (await actor('ana')).fetch(`/api/v1/uploads/${id}/complete`, json('POST', {}))).status).toBe(200)
    return { path: { id }, status: 200 }
  },
  flatValidate: () => ({ body: { ...data, version: '6.0.0', sizeBytes: 3 }, status: 201 }),
  flatAbort: async () => ({ path: { id: await uploadOf({ ...data, version: '4.0.0' }) }, status: 204 }),
  readHealth: () => ({ status: 200 }),
  abortUpload: async () => ({ path: { id: await uploadOf({ ...data, version: '2.0.0' }) }, status: 204 }),
  unpublishVersion: () => ({ path: one, status: 204 }),
  readAudit: () => ({ query: 'actor=ana&limit=2', status: 200 }),
  exportAudit: () => ({ query: 'target=package/npm/@acme/lib', status: 200 }),
  readUserHistory: () => ({ path: { username: 'ana' }, status: 200 }),
  readPackageHistory: () => ({ path: lib, status: 200 }),
  readUsage: () => ({ as: 'admin', status: 200 }),
  readPackageUsage: () => ({ path: lib, query: 'from=2026-01-01&to=2026-01-31', status: 200 }),
  readVersionUsage: () => ({ path: one, status: 200 }),
  readUserUsage: () => ({ path: { username: 'ana' }, status: 200 }),
  readOrganisationUsage: () => ({ path: { organisation: 'acme' }, status: 200 }),
  listTopPackages: () => ({ path: { format: 'npm' }, query: 'of=2026-11&limit=5', status: 200 }),
  listUnusedPackages: () => ({ as: 'admin', path: { format: 'npm' }, query: 'before=2126-01-01&limit=5', status: 200 }),
  listStored: () => ({ as: 'admin', path: { holders: 'users' }, query: 'limit=1', status: 200 }),
  register: () => ({ body: { username: 'newcomer', password, email: 'new@example.com' }, status: 201 }),
  resetPassword: () => ({ body: { secret: 'made-up', password }, status: 404 }),
  acceptInvitation: () => ({
    body: { secret: 'made-up', username: 'invited', password, email: 'new@example.com' },
    status: 404,
  }),
  invite: () => ({ as: 'admin', body: { roles: ['reader'], organisations: { acme: 'member' } }, status: 201 }),
  listInvitations: () => ({ as: 'admin', query: 'limit=1', status: 200 }),
  revokeInvitation: () => ({ as: 'admin', path: { id: 'none' }, status: 204 }),
  listUsers: () => ({ as: 'admin', query: 'prefix=a&limit=1', status: 200 }),
  readUser: () => ({ as: 'admin', path: { username: 'ana' }, status: 200 }),
  setRoles: () => ({ as: 'admin', path: { username: 'bob' }, body: { roles: ['reader'] }, status: 204 }),
  disableUser: () => ({ as: 'admin', path: { username: 'bob' }, body: { reason: 'on leave' }, status: 204 }),
  enableUser: () => ({ as: 'admin', path: { username: 'bob' }, status: 204 }),
  setUserQuota: () => ({ as: 'admin', path: { username: 'bob' }, body: { storedBytes: 1e9 }, status: 204 }),
  removeUserQuota: () => ({ as: 'admin', path: { username: 'bob' }, status: 204 }),
  issueReset: () => ({ as: 'admin', path: { username: 'bob' }, status: 201 }),
  endLogins: () => ({ as: 'admin', path: { username: 'bob' }, status: 204 }),
  listOrganisations: () => ({ status: 200 }),
  createOrganisation: () => ({ as: 'admin', body: { name: 'birch', displayName: 'Birch', owner: 'ana' }, status: 201 }),
  readOrganisation: () => ({ path: { organisation: 'acme' }, status: 200 }),
  setOrganisationQuota: () => ({ as: 'admin', path: { organisation: 'acme' }, body: { openUploads: 9 }, status: 204 }),
  removeOrganisationQuota: () => ({ as: 'admin', path: { organisation: 'acme' }, status: 204 }),
  deleteOrganisation: () => ({ as: 'admin', path: { organisation: 'birch' }, status: 204 }),
  listMembers: () => ({ path: { organisation: 'acme' }, query: 'limit=1', status: 200 }),
  setMember: () => ({ path: { organisation: 'acme', username: 'bob' }, body: { role: 'admin' }, status: 200 }),
  listTeams: () => ({ path: { organisation: 'acme' }, status: 200 }),
  createTeam: () => ({ path: { organisation: 'acme' }, body: { name: 'ops', description: 'on call' }, status: 201 }),
  describeTeam: () => ({ path: ops, body: { description: null }, status: 204 }),
  addTeamMember: () => ({ path: { ...ops, username: 'bob' }, status: 204 }),
  listTeamMembers: () => ({ path: ops, status: 200 }),
  removeTeamMember: () => ({ path: { ...ops, username: 'bob' }, status: 204 }),
  deleteTeam: () => ({ path: ops, status: 204 }),
  removeMember: () => ({ path: { organisation: 'acme', username: 'bob' }, status: 204 }),
  deleteUser: () => ({ as: 'admin', path: { username: 'bob' }, status: 204 }),
  revokeToken: async () => ({ as: 'leaving', path: { id: await tokenOf('leaving') }, status: 204 }),
  endAllSessions: () => ({ as: 'everywhere', status: 204 }),
  logout: () => ({ as: 'gone', status: 204 }),
}

let stack: Stack
let contract: ApiContract
let document: Record<string, any>
const actors = new Map<string, Actor>()

beforeAll(async () => {
  stack = await startStack({
    settings: {
      DECKLE_REGISTRATION: 'open',
      DECKLE_SECRET_KEY: 'b'.repeat(43),
      DECKLE_SESSION_KEYS: JSON.stringify([{ kid: 'test', secret: 'a'.repeat(43) }]),
    },
  })
  await company(stack, 'acme', ['writers'], { ana: ['owner', 'writers'], bob: ['member'] })
  for (const name of ['ana', 'fay', 'pia']) {
    await stack.as(name)
    await givePassword(stack, name, password)
  }
  const ana = await actor('ana')
  await ana.publish('@acme/lib', '1.0.0', { access: 'public' })
  await ana.publish('@acme/lib', '1.1.0')
  await actor('bob')
  document = await ana.json('/api/v1/openapi.json')
  contract = new ApiContract(document)
}, 120_000)
afterAll(() => stack?.close())

async function actor(name: string): Promise<Actor> {
  const known = actors.get(name) ?? (await stack.as(name))
  actors.set(name, known)
  return known
}

/** The id of the token that somebody uses. */
async function tokenOf(name: string): Promise<string> {
  return (await (await actor(name)).json('/api/v1/auth/me'))['credential'].id
}

/** The id of a session that somebody opens. */
async function sessionOf(username: string): Promise<string> {
  const opened = await (await actor(username)).json('/api/v1/auth/sessions', json('POST', { username, password }))
  return opened['id']
}

/** The id of the upload that ana has open of a file, or opens. */
async function uploadOf(file: object): Promise<string> {
  const ana = await actor('ana')
  return (await ana.json('/api/v1/uploads', json('POST', { ...file, sizeBytes: bytes.length })))['id']
}

/** The same, once its bytes were sent. */
async function sentUpload(file: object = data): Promise<string> {
  const uploader = new Uploader(await actor('ana'))
  const upload = { id: await uploadOf(file), partCount: 1, partBytes: bytes.length }
  await uploader.send(upload, bytes)
  return upload.id
}

let app: TOTP | undefined

/** A code of an app that somebody begins to set up. */
async function codeOfNewApp(name: string): Promise<string> {
  const asked = json('POST', { password, mode: 'auth-only' })
  const { uri } = await (await actor(name)).json('/api/v1/auth/second-factor/app', asked)
  app = URI.parse(uri) as TOTP
  return app.generate()
}

/** Of the app's next step: that of this one may have been shown to confirm it. */
function nextCode(): string {
  return app?.generate({ timestamp: Date.now() + 30_000 }) ?? 'none'
}

async function newPasskeyOf(name: string): Promise<object> {
  const begun = json('POST', { password, name: 'key' })
  const options = await (await actor(name)).json('/api/v1/auth/second-factor/passkeys', begun)
  return new Authenticator(stack.url).create({ challenge: options['challenge'] })
}

/** Sends what a sample says, less or more what `change` says. */
async function send(
  operation: Operation,
  sample: Sample,
  change: RequestInit & { query?: string; anonymous?: true } = {},
) {
  const { query = sample.query, anonymous, ...init } = change
  const who = anonymous ? await stack.as() : await actor(sample.as ?? 'ana')
  const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => sample.path?.[name] ?? 'none')
  const body = sample.body === undefined ? {} : { body: JSON.stringify(sample.body) }
  return who.fetch(`${filled}${query === undefined ? '' : `?${query}`}`, {
    method: operation.method.toUpperCase(),
    ...body,
    ...init,
    headers: {
      ...(sample.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...sample.headers,
      ...init.headers,
    },
  })
}

test('the document is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

test('what is mounted is described, and what is described is mounted', () => {
  const mounted = api.routes.filter(({ method }) => method !== 'ALL')
  const described = contract.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  const written = mounted.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  expect([...new Set(written)].sort()).toEqual([...described].sort())
  expect(Object.keys(samples).sort()).toEqual(contract.operations.map(({ id }) => id).sort())
})

test('every operation says what it is, and what it may refuse', () => {
  for (const operation of Object.values(document['paths']).flatMap((methods) => Object.values(methods as object))) {
    expect(operation).toMatchObject({ operationId: expect.any(String), summary: expect.any(String) })
    expect(operation.tags).toHaveLength(1)
    expect(operation.responses['500']['x-codes']).toEqual(['internal'])
    for (const [status, answer] of Object.entries<any>(operation.responses)) {
      if (Number(status) >= 400) expect(answer['x-codes'].length).toBeGreaterThan(0)
    }
  }
})

describe.each(Object.keys(samples))('%s', (id) => {
  const of = async () => {
    const sample = await samples[id]?.()
    if (sample === undefined) throw new Error(`no sample of ${id}`)
    return { operation: contract.operation(id), sample }
  }

  test('refuses as its document says', async () => {
    const { operation, sample } = await of()
    const headers = { 'content-type': 'application/json' }
    const wrong: RequestInit[] = [{ headers: { authorization: 'Bearer nonsense' } }]
    if (operation.requestBody !== undefined) {
      wrong.push(
        { headers, body: '{' },
        { headers, body: '[]' },
        { headers, body: JSON.stringify({ ...(sample.body as object), unknown: true }) },
        { headers: { 'content-type': 'text/plain' }, body: 'x' },
        { headers, body: JSON.stringify({ text: 'x'.repeat(70_000) }) },
      )
    }
    for (const change of wrong) {
      const answer = await send(operation, sample, change)
      if (operation.security.length > 0 || change.body !== undefined) expect(answer.status).toBeGreaterThanOrEqual(400)
      await contract.expectKept(id, answer)
    }
    if (operation.path.includes('{')) await contract.expectKept(id, await send(operation, { ...sample, path: {} }))
    for (const { name, in: place } of operation.parameters) {
      if (place !== 'query' || !['limit', 'from', 'after'].includes(name)) continue
      const answer = await send(operation, sample, { query: `${sample.query ?? 'x=1'}&${name}=%21` })
      if (name !== 'after') expect(answer.status).toBe(400)
      await contract.expectKept(id, answer)
    }
  })

  test('asks for credentials as its document says', async () => {
    const { operation, sample } = await of()
    const needsThem = operation.security.length > 0 && !operation.security.some((way) => Object.keys(way).length === 0)
    if (operation.method !== 'get' && !needsThem) return
    const answer = await send(operation, sample, { anonymous: true })
    if (needsThem) {
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toContain('Bearer')
    }
    await contract.expectKept(id, answer)
  })

  test('answers as its document says', async () => {
    const { operation, sample } = await of()
    const answer = await send(operation, sample)
    expect(answer.status, await answer.clone().text()).toBe(sample.status)
    await contract.expectKept(id, answer)
  })
})
