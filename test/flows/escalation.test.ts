import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { OrgName, Username } from '../../src/model/ids.ts'
import { npmPackage } from '../../src/npm/names.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { wireIdentity } from '../../src/wiring.ts'
import { account } from '../builders/account.ts'
import { json, publishRequest } from '../support/actor.ts'
import { isOfOrgs, packages } from '../support/matrix/expected.ts'
import { org, settings, settle } from '../support/matrix/people.ts'
import { rows } from '../support/matrix/routes.ts'
import { type EdgeInProcess, type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let edge: EdgeInProcess
let tokens: Awaited<ReturnType<typeof settle>>

beforeAll(async () => {
  stack = await startStack({ workerd: false, settings: { ...settings, DECKLE_REGISTRATION: 'open' } })
  tokens = await settle(stack)
  edge = stack.edge()
  await stack.stores.users.claim(account('olaf', { orgs: { other: 'owner' } as Record<OrgName, 'owner'> }))
  const olaf: Username = 'olaf' as Username
  const createdAt = new Date().toISOString()
  await stack.stores.orgs.claim({ org: 'other' as OrgName, owners: [olaf], generation: 0, createdAt })
}, 120_000)
afterAll(() => stack?.close())
afterEach(() => vi.restoreAllMocks())

async function send(token: string | undefined, path: string, init: RequestInit = {}, at = edge) {
  const headers = new Headers(init.headers)
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  if (typeof init.body === 'string') headers.set('content-length', String(init.body.length))
  const answer = await at.fetch(new Request(`${stack.url}${path}`, { ...init, headers }))
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

/** All that says who may do what. */
async function standing() {
  const names = ['owner', 'tina', 'tom', 'manager', 'governor', 'eve', 'rita', 'admin'] as Username[]
  const heads = await Promise.all(packages.map((kind) => stack.stores.heads.get(npmPackage(`@${org}/${kind}`))))
  const users = await Promise.all(names.map((name) => stack.stores.users.get(name)))
  return {
    heads: heads.map((head) => ({ ...head, generation: 0, modifiedAt: '' })),
    users: users.map((user) => ({ ...user, updatedAt: '' })),
    owners: (await stack.stores.orgs.get(org as OrgName))?.owners,
  }
}

describe('nobody becomes more than they are', () => {
  test.each([
    ['a member puts themselves into a team', 'teamReader', `/-/team/${org}/writers/user`, { user: 'tina' }, 403],
    ['a stranger does', 'stranger', `/-/team/${org}/writers/user`, { user: 'eve' }, 404],
    [
      'a member makes themselves an administrator',
      'teamReader',
      `/-/org/${org}/user`,
      { user: 'tina', role: 'admin' },
      403,
    ],
    [
      'an administrator makes themselves an owner',
      'orgAdmin',
      `/-/org/${org}/user`,
      { user: 'manager', role: 'owner' },
      403,
    ],
    [
      'an administrator takes an owner’s role',
      'orgAdmin',
      `/-/org/${org}/user`,
      { user: 'governor', role: 'developer' },
      403,
    ],
    ['an auditor joins', 'auditor', `/-/org/${org}/user`, { user: 'audrey' }, 404],
    ['a writer makes themselves an owner', 'teamWriter', `/-/package/@${org}%2fpublic/owners`, { user: 'tom' }, 403],
    [
      'a reader gives their team more',
      'teamReader',
      `/-/team/${org}/readers/package`,
      { package: `@${org}/private`, permissions: 'read-write' },
      403,
    ],
    [
      'a token for other packages does',
      'wrongPackage',
      `/-/team/${org}/readers/package`,
      { package: `@${org}/private`, permissions: 'read-write' },
      404,
    ],
    ['a token for reading makes another', 'readOnly', '/-/npm/v1/tokens', { password: 'x', readonly: false }, 403],
    [
      'a token for some packages makes another',
      'wrongPackage',
      '/-/npm/v1/tokens',
      { password: 'x', readonly: false },
      403,
    ],
    ['a limited token takes the account over', 'wrongPackage', '/-/npm/v1/user', { email: 'eve@example.org' }, 403],
  ] as const)('%s', async (_, person, path, body, status) => {
    const before = await standing()
    const method = path.startsWith('/-/npm/') ? 'POST' : 'PUT'
    expect((await send(tokens[person], path, json(method, body))).status).toBe(status)
    expect(await standing()).toEqual(before)
  })

  test('the owner of another organisation is a stranger, and its teams are given nothing', async () => {
    const { token } = await stack.as('olaf')
    const body = { package: `@${org}/private`, permissions: 'read-write' }
    expect((await send(token, '/-/team/other/developers/package', json('PUT', body))).status).toBe(404)
    const foreign = await send(tokens.owner, '/-/team/other/developers/package', json('PUT', body))
    expect([foreign.status, JSON.parse(foreign.text).code]).toEqual([400, 'team_foreign'])
    const taken = await send(token, `/@${org}%2fnew`, publishRequest(`@${org}/new`, '1.0.0'))
    expect([taken.status, JSON.parse(taken.text).code]).toEqual([403, 'creation_refused'])
    expect(await stack.stores.heads.get(npmPackage(`@${org}/new`))).toBeUndefined()
  })
})

describe('what a body says beside what it is for', () => {
  const extras = {
    roles: ['admin'],
    isAdmin: true,
    admin: true,
    orgs: { acme: 'owner' },
    teams: ['acme/writers~aaaa'],
    owner: 'eve',
    owners: ['eve'],
    grants: { 'user/eve': 'admin' },
    epoch: 9,
    disabled: false,
    passwordHash: 'x',
    visibility: 'public',
    access_level: 'admin',
    generation: 99,
    username: 'admin',
    __proto__x: {},
    limits: null,
    kind: 'admin',
  }

  test('changes nothing, on any route and for anybody', async () => {
    const before = await standing()
    for (const { route, is, ask } of rows) {
      const { path, body } = ask({ name: `@${org}/private`, org })
      if (typeof body !== 'object' || isOfOrgs(is)) continue
      const sent = JSON.stringify({ ...extras, ...body }).replace('"__proto__x"', '"__proto__"')
      const init = {
        method: route.slice(0, route.indexOf(' ')),
        body: sent,
        headers: { 'content-type': 'application/json' },
      }
      for (const person of ['stranger', 'teamReader', 'teamWriter'] as const) await send(tokens[person], path, init)
    }
    for (const person of ['teamReader', 'orgAdmin'] as const) {
      await send(tokens[person], `/-/org/${org}/user`, json('PUT', { ...extras, user: 'tina', role: 'developer' }))
    }
    expect(await standing()).toEqual(before)
  })

  test('makes no administrator of a new account', async () => {
    const body = {
      ...extras,
      _id: 'org.couchdb.user:nora',
      name: 'nora',
      password: 'correct horse battery',
      email: 'n@example.org',
    }
    expect((await send(undefined, '/-/user/org.couchdb.user:nora', json('PUT', body))).status).toBe(201)
    expect(await stack.stores.users.get('nora' as Username)).toMatchObject({
      roles: ['publisher'],
      orgs: {},
      teams: [],
      epoch: 0,
    })
  })
})

test('a token that is revoked while it is used is used no more: at once here, within 30 s elsewhere', async () => {
  const clock = { ahead: 0 }
  let held: { read: () => void; release: Promise<void> } | undefined
  const platform: Platform = {
    ...webPlatform,
    now: () => Date.now() + clock.ahead,
    fetch: async (request) => {
      const mine = held
      held = undefined
      const answer = await webPlatform.fetch(request)
      mine?.read()
      await mine?.release
      return answer
    },
  }
  const [here, elsewhere] = [stack.edge(platform), stack.edge(platform)]
  const user = account('eve')
  const identity = wireIdentity(stack.config, stack.stores, webPlatform)
  const { token, record } = await identity.tokens.issueNamed(user, {
    kind: 'admin',
    description: 'race',
    lifetimeDays: 1,
  })
  const whoami = async (at: EdgeInProcess) => (await send(token, '/-/whoami', {}, at)).status
  expect(await whoami(elsewhere)).toBe(200)
  // Read here before the token ends, and answered after
  const [read, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  held = { read: read.resolve, release: release.promise }
  const used = whoami(here)
  await read.promise
  const ended = await send(tokens.stranger, `/-/npm/v1/tokens/token/${record.tokenId}`, { method: 'DELETE' }, here)
  expect(ended.status).toBe(204)
  release.resolve()
  expect(await used).toBe(200)
  expect(await whoami(here)).toBe(401)
  clock.ahead = 30_000
  expect(await whoami(elsewhere)).toBe(401)
})

test('nothing that a client sends breaks a log line, a header or a record', async () => {
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  const nasty = '\u001b[31m","level":"error"'
  const headers = {
    'user-agent': `npm/${nasty.replace('\u001b', '')} x`,
    'cf-ray': 'a b","x":"',
    'content-type': 'application/json',
  }
  const asks: readonly (readonly [string, RequestInit])[] = [
    [`/evil%0d%0aset-cookie:%20a=b`, { headers }],
    [`/${encodeURIComponent(nasty)}`, { headers }],
    [`/-/user/${encodeURIComponent(`eve\n${nasty}`)}/package`, { headers }],
    [`/-/package/@${org}%2fpublic/dist-tags/a%0ab`, { ...json('PUT', '1.0.0'), headers }],
    [`/-/package/@${org}%2fpublic/owners`, { ...json('PUT', { user: `eve\n${nasty}` }), headers }],
    [`/-/org/${org}/team`, { ...json('PUT', { name: `a\n${nasty}`, description: `b\r\n${nasty}` }), headers }],
    ['/-/npm/v1/user', { ...json('POST', { fullname: `Eve\r\n${nasty}` }), headers }],
  ]
  for (const [path, init] of asks) {
    const answer = await send(tokens.owner, path, init)
    expect(answer.status, path).toBeLessThan(500)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    for (const [name, value] of answer.headers) expect(value, name).not.toMatch(/[\u0000-\u001f\u007f]|a=b/)
    expect(answer.headers.get('x-request-id')).toMatch(/^\w+$/)
  }
  expect(lines.length).toBeGreaterThanOrEqual(asks.length)
  for (const line of lines) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(line).not.toMatch(/[\u0000-\u001f\u007f]/)
    expect(JSON.parse(line).level).not.toBe('error')
    expect(line).not.toContain(tokens.owner)
  }
  const { entries } = await stack.stores.auditEntries.find({ actor: 'owner', from: '2', to: '3', limit: 50 })
  expect(entries.length).toBeGreaterThan(0)
  expect(entries.map((entry) => JSON.stringify(entry)).join('')).not.toMatch(/\\u00[01]|\\n|\\r/)
})

test('a wrong password and an unknown user are answered alike', async () => {
  const log = async (name: string) => {
    const body = { _id: `org.couchdb.user:${name}`, name, password: 'not this one' }
    const { status, headers, text } = await send(undefined, `/-/user/org.couchdb.user:${name}`, json('PUT', body))
    return {
      status,
      headers: [...headers].filter(([it]) => it !== 'x-request-id'),
      text: text.replace(/"requestId":"\w+"/, ''),
    }
  }
  expect(await log('eve')).toEqual(await log('nobody-here'))
})
