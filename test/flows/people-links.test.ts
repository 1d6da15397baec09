import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Username } from '../../src/model/ids.ts'
import { createAccount } from '../../src/registry/accounts.ts'
import { digestHex } from '../../src/std/digest.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { type Registry, wire, wireAccounts } from '../../src/wiring.ts'
import type { Actor } from '../support/actor.ts'
import { codeOf } from '../support/people.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let registry: Registry
let stranger: Actor
const password = 'correct horse battery'
const other = 'staple, not horse'

beforeAll(async () => {
  stack = await startStack({ validator: false, settings: { DECKLE_REGISTRATION: 'invited' } })
  registry = wire(stack.config, webPlatform)
  stranger = await stack.as()
  await stack.as('ana')
  await registry.createOrg('system', { name: 'acme', owner: 'ana' })
}, 60_000)
afterAll(() => stack?.close())

const send = (
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' },
) => stranger.fetch(path, { method: 'POST', headers, body: new URLSearchParams(fields) })
const make = (username: string) =>
  createAccount(wireAccounts(stack.config, stack.stores, webPlatform), { username, password, roles: ['publisher'] })
const logIn = (name: string, secret: string) => registry.login({ name, password: secret, address: undefined }, 'test')
const stored = (name: string) => stack.stores.users.get(name as Username)
const others: Record<string, string>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site', origin: 'https://evil.example' },
  { origin: 'https://evil.example' },
  {},
]

describe('an invitation', () => {
  const invited = (name: string) => ({ username: name, password, email: `${name}@example.org` })
  const fields = (name: string) => ({ name, password, email: `${name}@example.org` })

  test('makes one account by its page, with the roles and organisations that it says', async () => {
    const { secret } = await registry.invite('system', { roles: ['publisher'], orgs: { acme: 'admin' } })
    const path = `/-/invite/${secret}`
    const page = await stranger.fetch(path)
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(await page.text()).toContain('<label for="email">E-mail address</label>')
    const made = await send(path, fields('nina'))
    expect([made.status, await made.text()]).toEqual([200, expect.stringContaining('<strong>nina</strong>')])
    expect(await stored('nina')).toMatchObject({ roles: ['publisher'], orgs: { acme: 'admin' } })
    await logIn('nina', password)
    for (const answer of [
      await stranger.fetch(path),
      await send(path, fields('nina')),
      await send(path, fields('x')),
    ]) {
      expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('This invitation has ended')])
    }
  })

  test('shows again what was entered when something is wrong, less the password', async () => {
    const { secret } = await registry.invite('system', { roles: [] })
    for (const wrong of [
      { ...fields('olaf'), password: 'short' },
      { ...fields('olaf'), email: '"><i>' },
      fields('ana'),
      fields('Olaf!'),
      fields('acme'),
    ]) {
      const again = await send(`/-/invite/${secret}`, wrong)
      expect(again.status).toBeGreaterThanOrEqual(400)
      const text = await again.text()
      expect(text).toContain('role="alert"')
      expect(text).not.toContain('<i>')
      expect(text).not.toContain(`value="${wrong.password}"`)
    }
    expect((await send(`/-/invite/${secret}`, fields('olaf'))).status).toBe(200)
  })

  test('takes no form from another site', async () => {
    const { secret } = await registry.invite('system', { roles: [] })
    for (const headers of others) {
      expect((await send(`/-/invite/${secret}`, fields('paul'), headers)).status).toBe(403)
    }
    expect(await stored('paul')).toBeUndefined()
  })

  test('is good for one account, also when two names come at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { secret } = await registry.invite('system', { roles: [] })
      const names = ['a', 'b', 'c'].map((letter) => `twin-${round}${letter}`)
      await Promise.all(names.map((name) => codeOf(registry.acceptInvitation(secret, invited(name)))))
      const made = await stack.stores.users.many(names as Username[])
      expect(made.size).toBe(1)
    }
  }, 60_000)

  test('that was cut off is completed by the same name and password, and by nobody else', async () => {
    const { secret } = await registry.invite('system', { roles: ['reader'], orgs: { acme: 'member' } })
    const invitation = await registry.readInvitation(secret)
    await stack.stores.invitations.take(invitation, 'quin' as Username, Date.now())
    expect(await codeOf(registry.acceptInvitation(secret, invited('rob')))).toBe('invitation_over')
    await make('quin')
    expect(await codeOf(registry.acceptInvitation(secret, { ...invited('quin'), password: other }))).toBe('user_exists')
    expect(await registry.acceptInvitation(secret, invited('quin'))).toBe('quin')
    expect((await stored('quin'))?.orgs).toEqual({ acme: 'member' })
    expect(await codeOf(registry.acceptInvitation(secret, invited('quin')))).toBe('invitation_over')
  })

  test('ends, is stored as a digest only, and is nothing where the settings say so', async () => {
    const { secret, endsAtMs } = await registry.invite('system', { roles: [], days: 1 })
    expect(endsAtMs - Date.now()).toBeLessThanOrEqual(86_400_000)
    const item = await registry.readInvitation(secret)
    expect(item.secretHash).toBe(digestHex('sha256', secret))
    expect(JSON.stringify(item)).not.toContain(secret)
    await stack.stores.invitations.put({ ...item, endsAtMs: Date.now() })
    expect(await codeOf(registry.acceptInvitation(secret, invited('tess')))).toBe('invitation_over')
    const closed = wire({ ...stack.config, registration: 'closed' }, webPlatform)
    expect(await codeOf(closed.invite('system', { roles: [] }))).toBe('invitations_off')
    expect(await codeOf(closed.acceptInvitation(secret, invited('sam')))).toBe('invitations_off')
    for (const wrong of ['x', 'a'.repeat(32), `${secret}%00`]) {
      expect((await stranger.fetch(`/-/invite/${wrong}`)).status).toBe(404)
    }
    expect(await codeOf(registry.invite('system', { roles: [], orgs: { none: 'member' } }))).toBe('org_not_found')
  })
})

describe('a link to a new password', () => {
  test('sets it once, by its page, and ends every login', async () => {
    await make('uma')
    const token = await logIn('uma', password)
    const use = { address: undefined, writes: false }
    const { secret } = await registry.issueReset('system', 'uma')
    const here = stack.edge()
    const path = `${stack.url}/-/reset/${secret}`
    const page = await here.fetch(new Request(path))
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<strong>uma</strong>')])
    const weak = await send(`/-/reset/${secret}`, { password: 'short' })
    expect([weak.status, await weak.text()]).toEqual([400, expect.stringContaining('role="alert"')])
    expect(await registry.useReset(secret, other)).toBe('uma')
    expect(await codeOf(registry.resolveCredential(token, use))).toBe('token_invalid')
    expect(await codeOf(logIn('uma', password))).toBe('credentials_wrong')
    await logIn('uma', other)
    const again = await send(`/-/reset/${secret}`, { password })
    expect([again.status, await again.text()]).toEqual([404, expect.stringContaining('This link has ended')])
    await here.settled()
  })

  test('takes no form from another site', async () => {
    await make('vera')
    const { secret } = await registry.issueReset('system', 'vera')
    for (const headers of others)
      expect((await send(`/-/reset/${secret}`, { password: other }, headers)).status).toBe(403)
    expect((await send(`/-/reset/${secret}`, { password: other })).status).toBe(200)
    await logIn('vera', other)
  })

  test('is used once, also when two come at once', async () => {
    await make('walt')
    for (let round = 0; round < 5; round += 1) {
      const { secret } = await registry.issueReset('system', 'walt')
      const codes = await Promise.all(['a', 'b', 'c'].map((it) => codeOf(registry.useReset(secret, `${other} ${it}`))))
      expect(codes.sort()).toEqual(['reset_over', 'reset_over', undefined])
    }
  }, 60_000)

  test('is over after a day, when logins were ended since, and for who is disabled or gone', async () => {
    await make('xena')
    const { secret, endsAtMs } = await registry.issueReset('system', 'xena')
    expect(endsAtMs - Date.now()).toBeLessThanOrEqual(86_400_000)
    const short = await registry.issueReset('system', 'xena')
    const item = await stack.stores.resets.get(digestHex('sha256', short.secret))
    if (item === undefined) throw new Error('the link was not stored')
    expect(JSON.stringify(item)).not.toContain(short.secret)
    await stack.stores.resets.put({ ...item, endsAtMs: Date.now() })
    expect(await codeOf(registry.useReset(short.secret, other))).toBe('reset_over')
    await registry.disableUser('system', 'xena', 'gone')
    expect(await codeOf(registry.useReset(secret, other))).toBe('account_disabled')
    await registry.enableUser('system', 'xena')
    await registry.endLogins('system', 'xena')
    expect(await codeOf(registry.useReset(secret, other))).toBe('reset_over')
    expect(await codeOf(registry.issueReset('system', 'nobody'))).toBe('user_not_found')
    for (const wrong of ['x', 'a'.repeat(32)]) expect((await stranger.fetch(`/-/reset/${wrong}`)).status).toBe(404)
  })

  test('is on record, with who made it and who used it, and never the link', async () => {
    const { entries } = await stack.stores.auditEntries.find({ target: 'user/vera', from: '2', to: '3', limit: 20 })
    expect(entries.map(({ action, actor }) => `${action} by ${actor}`)).toEqual([
      'user.use_reset by vera',
      'user.issue_reset by system',
      'user.create by system',
    ])
    expect(entries.every(({ before, after }) => before === undefined && JSON.stringify(after ?? {}).length < 60)).toBe(
      true,
    )
  })
})
