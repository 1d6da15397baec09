import { afterAll, describe, expect, test } from 'vitest'
import type { Username } from '../../src/model/ids.ts'
import { createAccount } from '../../src/registry/accounts.ts'
import { maxAgeMs } from '../../src/registry/known-accounts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wire, wireAccounts } from '../../src/wiring.ts'
import { account } from '../builders/account.ts'
import { codeOf, startPeople } from '../support/people.ts'

const { stack, registry, as, admin, ana } = await startPeople(['admin', 'ana'])
afterAll(() => stack.close())
const password = 'correct horse battery'

const stored = (name: string) => stack.stores.users.get(name as Username)
const make = (name: string) =>
  createAccount(wireAccounts(stack.config, stack.stores, webPlatform), { username: name, password, roles: ['reader'] })
const logIn = (name: string, secret: string) => registry.login({ name, password: secret, address: undefined }, 'test')

describe('accounts', () => {
  test('are listed and looked up by administrators, page by page, without what proves a login', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await stack.stores.users.claim(account(name))
    const first = await registry.listUsers(await as(admin), { prefix: 'page-', limit: 2 })
    const rest = await registry.listUsers(await as(admin), { prefix: 'page-', limit: 2, after: first.next ?? '' })
    const listed = [...first.entries, ...rest.entries]
    expect(listed.map(({ username }) => username)).toEqual(['page-a', 'page-b', 'page-c'])
    expect(listed[0]).not.toHaveProperty('passwordHash')
    expect(await registry.readUserAccount(await as(admin), 'page-a')).toEqual({
      ...listed[0],
      stored: { bytes: 0, files: 0 },
    })
  })

  test('are nobody else’s to see or to change', async () => {
    const auditor = await stack.as('aud')
    await registry.setRoles('system', 'aud', ['auditor'])
    for (const who of [await as(ana), await as(auditor), { kind: 'anonymous' } as const]) {
      const code = who.kind === 'anonymous' ? 'login_required' : 'admin_required'
      expect(await codeOf(registry.listUsers(who, { limit: 1 }))).toBe(code)
      expect(await codeOf(registry.readUserAccount(who, 'ana'))).toBe(code)
      expect(await codeOf(registry.setRoles(who, 'ana', ['admin']))).toBe(code)
      expect(await codeOf(registry.disableUser(who, 'admin', 'no'))).toBe(code)
      expect(await codeOf(registry.enableUser(who, 'admin'))).toBe(code)
      expect(await codeOf(registry.endLogins(who, 'admin'))).toBe(code)
      expect(await codeOf(registry.deleteUser(who, 'admin'))).toBe(code)
      expect(await codeOf(registry.issueReset(who, 'admin'))).toBe(code)
      expect(await codeOf(registry.invite(who, { roles: ['admin'] }))).toBe(code)
    }
    expect(await stored('ana')).toMatchObject({ roles: ['publisher'] })
  })

  test('a role is given, and counts at once here', async () => {
    await stack.as('rita')
    const rita = await stack.as('rita')
    await registry.setRoles(await as(admin), 'rita', ['auditor', 'publisher', 'auditor'])
    expect(await as(rita)).toMatchObject({ standing: { roles: ['auditor', 'publisher'] } })
    expect(await codeOf(registry.setRoles(await as(admin), 'nobody', []))).toBe('user_not_found')
  })

  test('a disabled one is let in nowhere: at once here, within 30 s elsewhere', async () => {
    await make('dora')
    const dora = await stack.as('dora')
    let now = Date.now()
    const elsewhere = wire(stack.config, { ...webPlatform, now: () => now })
    const use = { address: undefined, writes: false }
    await elsewhere.resolveCredential(dora.token ?? '', use)
    await registry.disableUser(await as(admin), 'dora', 'left the company')
    expect(await codeOf(as(dora))).toBe('account_disabled')
    expect(await codeOf(logIn('dora', password))).toBe('account_disabled')
    expect(maxAgeMs).toBeLessThanOrEqual(30_000)
    now += maxAgeMs
    expect(await codeOf(elsewhere.resolveCredential(dora.token ?? '', use))).toBe('account_disabled')
    expect((await stored('dora'))?.disabled).toMatchObject({ reason: 'left the company', by: 'admin' })
    await registry.enableUser(await as(admin), 'dora')
    expect(await as(dora)).toMatchObject({ username: 'dora' })
    expect(await codeOf(registry.disableUser(await as(admin), 'dora', ' \n'))).toBe('reason_invalid')
  })

  test('every login ends at once, by its owner or an administrator', async () => {
    const lea = await stack.as('lea')
    await registry.endLogins(await as(lea), 'lea')
    expect(await codeOf(as(lea))).toBe('token_invalid')
    await registry.endLogins(await as(admin), 'lea')
    expect((await stored('lea'))?.epoch).toBe(2)
  })

  test('administrators cannot lose their own rights; from a shell they can be given again', async () => {
    const who = await as(admin)
    expect(await codeOf(registry.setRoles(who, 'admin', ['reader']))).toBe('own_account_kept')
    expect(await codeOf(registry.disableUser(who, 'admin', 'oops'))).toBe('own_account_kept')
    expect(await codeOf(registry.deleteUser(who, 'admin'))).toBe('own_account_kept')
    await registry.setRoles('system', 'admin', [])
    expect(await codeOf(registry.listUsers(await as(admin), { limit: 1 }))).toBe('admin_required')
    await registry.setRoles('system', 'admin', ['admin'])
    await registry.listUsers(await as(admin), { limit: 1 })
  })

  test('changes say who made them, and never what a login is proved by', async () => {
    const { entries } = await stack.stores.auditEntries.find({ target: 'user/dora', from: '2', to: '3', limit: 20 })
    expect(entries.map(({ action, actor }) => `${action} by ${actor}`)).toEqual([
      'user.enable by admin',
      'user.disable by admin',
      'user.create by system',
    ])
    expect(JSON.stringify(entries)).not.toContain('scrypt')
  })

  test('nobody can be called as the audit log calls those who have no account', async () => {
    expect(await codeOf(make('system'))).toBe('user_exists')
    expect(await codeOf(make('anonymous'))).toBe('user_exists')
  })
})

describe('deleting an account', () => {
  test('is refused while something has no other owner, and says what', async () => {
    const sole = await stack.as('sole')
    expect((await sole.publish('only-hers', '1.0.0')).status).toBe(201)
    await registry.createOrg('system', { name: 'hers', owner: 'sole' })
    const refused = await registry.deleteUser(await as(admin), 'sole').catch((error: Error) => error.message)
    expect(refused).toContain('the organisation "hers", the package "only-hers"')
    expect(await stored('sole')).not.toHaveProperty('disabled')
  })

  test('leaves packages, takes the rest, and gives the name to nobody', async () => {
    const who = await as(admin)
    await registry.changeOwners(who, { format: 'npm', name: 'only-hers' as never }, { add: ['ana'], remove: [] })
    await registry.setMember(who, 'hers', { username: 'ana', role: 'owner' })
    const sole = await stack.as('sole')
    await registry.setStar(await as(sole), { format: 'npm', name: 'only-hers' as never }, true)
    await registry.deleteUser(who, 'sole')
    expect(await codeOf(as(sole))).toBe('token_invalid')
    expect(await stack.stores.tokens.list('sole' as Username, { limit: 10 })).toEqual({ tokens: [] })
    expect(await stack.stores.stars.list('sole' as Username, 10)).toEqual([])
    expect((await registry.readAccess(who, { format: 'npm', name: 'only-hers' as never })).owners).toEqual(['ana'])
    expect((await registry.listMembers(who, 'hers', { limit: 10 })).entries).toEqual([
      { username: 'ana', role: 'owner' },
    ])
    expect(await stored('sole')).toBeUndefined()
    expect((await registry.listUsers(who, { prefix: 'sole', limit: 10 })).entries).toEqual([])
    expect(await codeOf(make('sole'))).toBe('user_exists')
    expect(await codeOf(registry.createOrg('system', { name: 'sole', owner: 'ana' }))).toBe('org_exists')
    expect(await codeOf(registry.deleteUser(who, 'sole'))).toBe('user_not_found')
  })

  test('at the same time as being made an owner: no organisation is left without one', {
    timeout: 60_000,
  }, async () => {
    const who = await as(admin)
    for (let round = 0; round < 8; round += 1) {
      const name = `brief-${round}`
      await stack.stores.users.claim(account(name))
      await registry.createOrg('system', { name: `of-${name}`, owner: 'ana' })
      await Promise.all([
        codeOf(registry.setMember(who, `of-${name}`, { username: name, role: 'owner' })),
        codeOf(registry.deleteUser(who, name)),
        codeOf(registry.setMember(who, `of-${name}`, { username: 'ana', role: 'member' })),
      ])
      const { entries } = await registry.listMembers(who, `of-${name}`, { limit: 10 })
      expect(entries.some(({ role }) => role === 'owner')).toBe(true)
    }
  })
})
