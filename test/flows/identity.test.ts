import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SessionId, TeamId, Username } from '../../src/model/ids.ts'
import type { User } from '../../src/model/records.ts'
import { isAdmin } from '../../src/registry/access.ts'
import { createAccount } from '../../src/registry/accounts.ts'
import { replaceUser } from '../../src/registry/change-account.ts'
import { endAllSessions, openSession } from '../../src/registry/own-sessions.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { accountKey } from '../../src/storage/keys.ts'
import { wireAccounts, wireStores } from '../../src/wiring.ts'
import { Actor, problemIn } from '../support/actor.ts'
import { type EdgeInProcess, type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let deps: ReturnType<typeof wireAccounts>
const password = 'correct horse battery'
const keys = JSON.stringify([{ kid: 'test', secret: 'a'.repeat(43) }])

beforeAll(async () => {
  stack = await startStack({ validator: false, settings: { DECKLE_SESSION_KEYS: keys, DECKLE_SESSION_USES: '40' } })
  deps = wireAccounts(stack.config, stack.stores, webPlatform)
}, 60_000)
afterAll(() => stack?.close())

async function person(username: string): Promise<User> {
  const made = await deps.users.get(username as Username)
  return made ?? createAccount(deps, { username, password, roles: ['publisher'] })
}
const open = async (name: string) => {
  const user = await person(name)
  return deps.sessions.open(user, { client: 'browser/1', addressPrefix: '192.0.2.0/24' }, false)
}
const whoami = (edge: EdgeInProcess, credential: string) =>
  edge.fetch(new Request(`${stack.url}/-/whoami`, { headers: { authorization: `Bearer ${credential}` } }))

test('a session is opened with the password, used as a bearer or as a password, and ended by logout', async () => {
  await person('ana')
  const { text, session } = await openSession(deps, { name: 'ana', password, address: undefined }, {})
  expect(Date.parse(session.expiresAt) - Date.parse(session.createdAt)).toBe(10 * 3_600_000)
  const ana = new Actor(stack.url, text)
  expect(await ana.json('/-/whoami')).toEqual({ username: 'ana' })
  const basic = { headers: { authorization: `Basic ${btoa(`whoever:${text}`)}` } }
  expect(await ana.json('/-/whoami', basic)).toEqual({ username: 'ana' })
  expect((await ana.fetch(`/-/user/token/${text}`, { method: 'DELETE' })).status).toBe(200)
  expect(await problemIn(await ana.fetch('/-/whoami'))).toEqual([401, 'token_invalid'])
})

test('a wrong password opens none, and neither does a registry without keys', async () => {
  await person('ana')
  const wrong = openSession(deps, { name: 'ana', password: 'not her password', address: undefined }, {})
  await expect(wrong).rejects.toMatchObject({ code: 'credentials_wrong' })
  const off = wireAccounts({ ...stack.config, sessions: { keys: [], hours: 1, uses: 1 } }, stack.stores, webPlatform)
  const refused = openSession(off, { name: 'ana', password, address: undefined }, {})
  await expect(refused).rejects.toMatchObject({ code: 'sessions_off' })
})

test('what is stored of a session opens nothing', async () => {
  const { text } = await open('ana')
  const page = await stack.stores.db.query('tokens', { partition: accountKey('ana' as Username) })
  expect(page.items.length).toBeGreaterThan(0)
  expect(JSON.stringify(page.items)).not.toContain(text.split('.')[2])
})

test('ending all sessions ends them all, and logins too', async () => {
  const [one, two] = [await open('bert'), await open('bert')]
  const user = await person('bert')
  const login = (await deps.tokens.issue(user, 'login by npm', 1)).token
  const named = await deps.tokens.issueNamed(user, { kind: 'admin', description: 'ci', lifetimeDays: 1 })
  const edge = stack.edge()
  for (const text of [one.text, two.text, login]) expect((await whoami(edge, text)).status).toBe(200)
  await endAllSessions(deps, await deps.sessions.resolve(one.text, { address: undefined, writes: true }))
  for (const text of [one.text, two.text, login]) expect((await whoami(stack.edge(), text)).status).toBe(401)
  expect((await whoami(stack.edge(), named.token)).status).toBe(200)
  const audited = await stack.stores.db.query('audit', { index: 'byTarget', partition: 'user/bert' })
  expect(audited.items.map(({ action }) => action)).toContain('user.end-sessions')
})

test('a session that is ended while it is read is not good afterwards where it was ended', async () => {
  const { text, session } = await open('carla')
  const [read, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slow = { ...webPlatform, fetch: holding(answered, read.promise) }
  const here = wireAccounts(stack.config, wireStores(stack.config, slow), slow)
  const resolving = here.sessions.resolve(text, { address: undefined, writes: false })
  await answered.promise
  await here.sessions.end(session.sessionId, session.owner)
  read.resolve()
  // What was read is of before; its uses cannot be taken any more
  await expect(resolving).rejects.toMatchObject({ code: 'token_used_up' })
  await expect(here.sessions.resolve(text, { address: undefined, writes: false })).rejects.toMatchObject({
    code: 'token_invalid',
  })
})

test("nobody ends somebody else's session", async () => {
  const { text, session } = await open('dora')
  expect(await deps.sessions.end(session.sessionId, 'eve' as Username)).toBe('absent')
  expect(await deps.sessions.end('a'.repeat(20) as SessionId, 'dora' as Username)).toBe('absent')
  expect((await whoami(stack.edge(), text)).status).toBe(200)
})

test('a session of a disabled account, or of one that is gone, is none', async () => {
  const { text } = await open('emil')
  const user = await person('emil')
  await replaceUser(deps, user, { disabled: { reason: 'left', by: 'admin' as Username, at: user.createdAt } })
  expect(await problemIn(await whoami(stack.edge(), text))).toEqual([403, 'account_disabled'])
  await stack.stores.db.remove('users', { account: accountKey(user.username) })
  expect(await problemIn(await whoami(stack.edge(), text))).toEqual([401, 'token_invalid'])
})

test('a session is good for as many requests as it says, over all isolates, and can still be ended then', async () => {
  const { text } = await open('fritz')
  const edges = [stack.edge(), stack.edge(), stack.edge()]
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => whoami(edges[index % 3] ?? stack.edge(), text)),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(40)
  const usedUp = await whoami(stack.edge(), text)
  expect(await problemIn(usedUp)).toEqual([401, 'token_used_up'])
  const fritz = new Actor(stack.url, text)
  expect((await fritz.fetch(`/-/user/token/${text}`, { method: 'DELETE' })).status).toBe(200)
})

test('a hundred requests at once on several edges and workerd pass fifty times with a token of fifty uses', async () => {
  const user = await person('gerd')
  const limits = { power: 'manage', uses: 50 } as const
  const request = { kind: 'automation', description: 'ci', lifetimeDays: 1, limits } as const
  const { token, record } = await deps.tokens.issueNamed(user, request)
  const edges = [stack.edge(), stack.edge(), stack.edge()]
  const inWorkerd = new Actor(stack.url, token)
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => {
      const edge = edges[index % 4]
      return edge === undefined ? inWorkerd.fetch('/-/whoami') : whoami(edge, token)
    }),
  )
  const passed = answers.filter(({ status }) => status === 200).length
  expect(passed).toBe(50)
  const refused = answers.find(({ status }) => status !== 200)
  expect(await refused?.json()).toMatchObject({ code: 'token_used_up', error: expect.stringContaining('as often as') })
  const { token: stored } = await stack.stores.tokens.getWithOwner(record.tokenId)
  expect(stored?.usesTaken).toBe(50)
})

test('a token that is revoked while it is used passes no more where it was revoked', async () => {
  const user = await person('hans')
  const request = { kind: 'admin', description: 'x', lifetimeDays: 1, limits: { power: 'manage', uses: 500 } } as const
  const { token, record } = await deps.tokens.issueNamed(user, request)
  const use = { address: undefined, writes: false }
  const racing = await Promise.allSettled([
    ...Array.from({ length: 20 }, () => deps.tokens.resolve(token, use)),
    deps.tokens.revoke(record.tokenId),
    ...Array.from({ length: 20 }, () => deps.tokens.resolve(token, use)),
  ])
  const refused = racing.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
  expect(refused.filter((code) => !['token_invalid', 'token_used_up'].includes(code))).toEqual([])
  await expect(deps.tokens.resolve(token, use)).rejects.toMatchObject({ code: 'token_invalid' })
})

test('the last use of a token is noted once a day, after the answer, by day and prefix', async () => {
  const user = await person('ida')
  const { token, record } = await deps.tokens.issue(user, 'login by npm', 2)
  const edge = stack.edge()
  const list = async () => {
    const headers = { authorization: `Bearer ${token}`, 'cf-connecting-ip': '192.0.2.77' }
    const answer = await edge.fetch(new Request(`${stack.url}/-/npm/v1/tokens`, { headers }))
    await edge.settled()
    return ((await answer.json()) as { objects: Record<string, unknown>[] }).objects
  }
  expect((await list())[0]).not.toHaveProperty('last_used')
  const today = new Date().toISOString().slice(0, 10)
  const [shown] = await list()
  expect(shown).toMatchObject({ last_used: today, last_used_from: '192.0.2.0/24', expires_soon: true })
  await stack.stores.tokens.noteUse(record.tokenId, { day: '2020-01-01', addressPrefix: '198.51.100.0/24' })
  expect((await list())[0]).toMatchObject({ last_used: today, last_used_from: '192.0.2.0/24' })
})

test('a token never has more than its owner has now', async () => {
  const user = await person('jana')
  const roles = ['admin', 'publisher'] as const
  const team = 'acme/web~abcd' as TeamId
  const before = await replaceUser(deps, user, { roles, teams: [team] })
  const { token } = await deps.tokens.issueNamed(before, { kind: 'admin', description: 'x', lifetimeDays: 1 })
  const use = { address: undefined, writes: true }
  expect((await deps.tokens.resolve(token, use)).standing).toMatchObject({ roles, teams: new Set([team]) })
  const demoted = await replaceUser(deps, before, { roles: ['reader'], teams: [] })
  const who = await deps.tokens.resolve(token, use)
  expect([who.standing.roles, [...who.standing.teams], isAdmin(who)]).toEqual([['reader'], [], false])
  await replaceUser(deps, demoted, { disabled: { reason: 'left', by: 'admin' as Username, at: user.createdAt } })
  await expect(deps.tokens.resolve(token, use)).rejects.toMatchObject({ code: 'account_disabled' })
})

test('whoever asks too much is told when to go on, strangers by address and others by account', async () => {
  const edge = stack.edge(undefined, { DECKLE_ANONYMOUS_PER_MINUTE: '3', DECKLE_ACCOUNT_PER_MINUTE: '5' })
  const user = await person('karl')
  const { token } = await deps.tokens.issue(user, 'login by npm', 1)
  const ask = (address: string, credential?: string) => {
    const headers = { 'cf-connecting-ip': address, ...(credential && { authorization: `Bearer ${credential}` }) }
    return edge.fetch(new Request(`${stack.url}/missing`, { headers }))
  }
  const statuses = async (times: number, address: string, credential?: string) => {
    const answers = await Promise.all(Array.from({ length: times }, () => ask(address, credential)))
    return answers.map(({ status }) => status)
  }
  expect(await statuses(4, '192.0.2.1')).toEqual([404, 404, 404, 429])
  expect(await statuses(1, '192.0.2.2')).toEqual([404])
  // An address that has asked too much can still log in, and be somebody
  expect(await statuses(6, '192.0.2.1', token)).toEqual([404, 404, 404, 404, 404, 429])
  expect(await statuses(4, '192.0.2.3', 'nonsense')).toEqual([401, 401, 401, 429])
  const refused = await ask('192.0.2.1')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await problemIn(refused)).toEqual([429, 'too_many_requests'])
  await edge.settled()
})

/** The network, whose first answer is held back. */
function holding(answered: PromiseWithResolvers<void>, until: Promise<void>): typeof webPlatform.fetch {
  let isFirst = true
  return async (request) => {
    const isHeld = isFirst
    isFirst = false
    const answer = await webPlatform.fetch(request)
    if (!isHeld) return answer
    answered.resolve()
    await until
    return answer
  }
}
