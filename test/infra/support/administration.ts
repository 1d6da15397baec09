import { type TOTP, URI } from 'otpauth'
import { expect } from 'vitest'
import { json, publishRequest } from '../../support/actor.ts'
import { type Ask, done } from './everyday.ts'

const password = 'a brush of badger hair'
const email = 'someone@example.com'
const api = '/api/v1'

interface Company {
  readonly ask: Ask
  /** A token of an administrator. */
  readonly admin: string
}

/** A company from its first invitation on, as its administrator and two of its people live it. */
export async function administration({ ask, admin }: Company): Promise<void> {
  const of = (token: string) => async (method: string, path: string, body?: unknown) =>
    done(ask(`${api}${path}`, body === undefined ? { method } : json(method, body), token))
  const asAdmin = of(admin)
  const carla = of(await join(ask, asAdmin, 'carla'))
  await join(ask, asAdmin, 'dan')
  await asAdmin('POST', '/organisations', { name: 'birch', owner: 'carla' })
  await asAdmin('GET', '/organisations')
  await teams(carla)
  await packagesOf(ask, carla, asAdmin)
  await records(asAdmin, carla)
  await session(ask)
  await leave(asAdmin, carla)
}

type Call = (method: string, path: string, body?: unknown) => Promise<Record<string, any>>

/** Somebody joins, and soon needs a new password. Returns their token. */
async function join(ask: Ask, admin: Call, username: string): Promise<string> {
  const { url } = await admin('POST', '/invitations', { roles: ['publisher'] })
  const secret = String(url).split('/').at(-1)
  await done(ask(`${api}/invitations/accept`, json('POST', { secret, username, password, email })))
  const reset = await admin('POST', `/users/${username}/password-resets`)
  const another = String(reset['url']).split('/').at(-1)
  await done(ask(`${api}/auth/reset`, json('POST', { secret: another, password })))
  const login = { name: username, password }
  return (await done(ask(`/-/user/org.couchdb.user:${username}`, json('PUT', login))))['token']
}

async function teams(owner: Call): Promise<void> {
  const org = '/organisations/birch'
  await owner('GET', '/organisations')
  await owner('GET', org)
  await owner('PUT', `${org}/members/dan`, { role: 'member' })
  await owner('POST', `${org}/teams`, { name: 'readers' })
  await owner('PATCH', `${org}/teams/readers`, { description: 'who read' })
  await owner('PUT', `${org}/teams/readers/members/dan`)
  for (const list of ['members', 'teams', 'teams/readers/members', 'packages', 'teams/readers/packages']) {
    await owner('GET', `${org}/${list}`)
  }
}

/** A package that is shared, sensitive, locked, blocked and handed over. */
async function packagesOf(ask: Ask, owner: Call, admin: Call): Promise<void> {
  const lib = '/packages/npm/@birch%2flib'
  const { token } = await done(ask('/-/user/org.couchdb.user:carla', json('PUT', { name: 'carla', password })))
  await done(ask('/@birch%2flib', publishRequest('@birch/lib', '1.0.0'), token))
  await owner('PUT', `${lib}/access/users/dan`, { right: 'write' })
  await owner('PUT', `${lib}/access/teams/birch/readers`, { right: 'read' })
  await owner('GET', `${lib}/access`)
  await owner('PUT', `${lib}/sensitive`, { teams: ['readers'] })
  await ask('/@birch%2flib/-/lib-1.0.0.tgz', {}, token)
  await owner('DELETE', `${lib}/sensitive`)
  await owner('PUT', `${lib}/lock`, { reason: 'a freeze' })
  await owner('DELETE', `${lib}/lock`)
  await admin('PUT', `${lib}/block`, { reason: 'malware' })
  await admin('DELETE', `${lib}/block`)
  await owner('GET', `${lib}/versions`)
  await owner('GET', '/users/dan/packages')
  await owner('PUT', `${lib}/holder`, { owners: ['carla'] })
}

/** What auditors read, and administrators. */
async function records(admin: Call, owner: Call): Promise<void> {
  for (const query of ['q=li', 'limit=5']) await admin('GET', `/packages?${query}`)
  await admin('GET', '/users?limit=2')
  for (const query of ['', '&actor=carla', '&target=org/birch', '&action=org.create']) {
    await admin('GET', `/audit?limit=5${query}`)
  }
  await owner('GET', '/history/carla')
  await owner('GET', '/packages/npm/@birch%2flib/history')
}

/** A login for the API, a second factor that is set up in it, and a session of a browser. */
async function session(ask: Ask): Promise<void> {
  const { token } = await done(ask(`${api}/auth/login`, json('POST', { username: 'carla', password })))
  await done(ask(`${api}/auth/me`, {}, token))
  const page = (cookie: string, form: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin', cookie },
    body: new URLSearchParams(form),
  })
  const entered = await ask('/-/login', page('', { name: 'carla', password }))
  const [cookie = ''] = entered.headers.getSetCookie()
  await done(ask('/-/account/security', { headers: { cookie } }))
  expect((await ask('/-/logout', page(cookie))).status).toBe(303)
  const factor = (tfa: unknown) => done(ask('/-/npm/v1/user', json('POST', { tfa }), token))
  const { tfa } = await factor({ mode: 'auth-only', password })
  await factor([(URI.parse(tfa) as TOTP).generate()])
  await done(ask(`${api}/auth/logout`, { method: 'POST' }, token))
}

async function leave(admin: Call, owner: Call): Promise<void> {
  await owner('DELETE', '/organisations/birch/teams/readers')
  await owner('DELETE', '/organisations/birch/members/dan')
  await admin('PUT', '/users/dan/roles', { roles: ['reader'] })
  await admin('PUT', '/users/dan/disabled', { reason: 'left' })
  await admin('DELETE', '/users/dan/logins')
  await admin('DELETE', '/users/dan')
  await admin('POST', '/organisations', { name: 'oak', owner: 'carla' })
  await admin('DELETE', '/organisations/oak')
}
