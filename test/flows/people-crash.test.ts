import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OrgName, Username } from '../../src/model/ids.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { type Registry, wire } from '../../src/wiring.ts'
import { account } from '../builders/account.ts'
import { dying } from '../support/dying.ts'
import { codeOf, storedRole } from '../support/people.ts'
import { type Stack, startStack } from '../support/stack.ts'

/** Changes of people, killed after each write, and made once more by whoever asked. */
let stack: Stack
let healthy: Registry
let admin: Awaited<ReturnType<Registry['resolveCredential']>>
let count = 0

beforeAll(async () => {
  stack = await startStack({ validator: false, workerd: false, settings: { DECKLE_REGISTRATION: 'invited' } })
  healthy = wire(stack.config, webPlatform)
  admin = await healthy.resolveCredential((await stack.as('admin')).token ?? '', { address: undefined, writes: true })
  await stack.as('ana')
}, 60_000)
afterAll(() => stack?.close())

interface Story<T> {
  /** Makes what the change needs. @param name not used before */
  prepare(name: string): Promise<T>
  act(registry: Registry, name: string, prepared: T): Promise<unknown>
  /** What a retry is told when the change was made after all. */
  readonly done?: string
  check(name: string): Promise<void>
}

async function survives<T>(story: Story<T>): Promise<void> {
  for (let at = 1, isKilled = true; isKilled; at += 1) {
    count += 1
    const name = `n${count}`
    const prepared = await story.prepare(name)
    const platform = dying(at)
    await story.act(wire(stack.config, platform), name, prepared).catch(() => undefined)
    isKilled = platform.writes() >= at
    const code = await codeOf(story.act(healthy, name, prepared))
    expect([undefined, story.done], `killed after write ${at}`).toContain(code)
    await story.check(name)
  }
}

const guards = async (org: string) => (await stack.stores.orgs.get(org as OrgName))?.owners
const members = async (org: string) =>
  (await healthy.listMembers(admin, org, { limit: 10 })).entries.map(({ username, role }) => `${username} ${role}`)
const org = (name: string) => healthy.createOrg('system', { name, owner: 'ana' })
async function someone(name: string): Promise<string> {
  await stack.stores.users.claim(account(`u-${name}`))
  return `u-${name}`
}
/** An organisation of ana's, and somebody. */
async function orgAndSomeone(name: string): Promise<string> {
  await org(name)
  return someone(name)
}

test('an organisation is made', { timeout: 60_000 }, () =>
  survives({
    prepare: async () => undefined,
    act: (registry, name) => registry.createOrg('system', { name, owner: 'ana' }),
    done: 'org_exists',
    async check(name) {
      expect([await guards(name), await members(name)]).toEqual([['ana'], ['ana owner']])
      const team = { org: name, name: 'developers' }
      expect((await healthy.listTeamMembers(admin, team, { limit: 10 })).entries).toEqual(['ana'])
    },
  }),
)

test('an owner is made', { timeout: 60_000 }, () =>
  survives({
    prepare: orgAndSomeone,
    act: (registry, name, user) => registry.setMember(admin, name, { username: user, role: 'owner' }),
    async check(name) {
      expect(await guards(name)).toEqual(['ana', `u-${name}`])
      expect(await members(name)).toEqual(['ana owner', `u-${name} owner`])
    },
  }),
)

test('an owner is taken out', { timeout: 60_000 }, () =>
  survives({
    async prepare(name) {
      const user = await orgAndSomeone(name)
      await healthy.setMember(admin, name, { username: user, role: 'owner' })
      return user
    },
    act: (registry, name, user) => registry.removeMember(admin, name, user),
    async check(name) {
      expect([await guards(name), await members(name)]).toEqual([['ana'], ['ana owner']])
      expect((await stack.stores.users.get(`u-${name}` as Username))?.teams).toEqual([])
    },
  }),
)

test('an organisation is deleted', { timeout: 60_000 }, () =>
  survives({
    async prepare(name) {
      const user = await orgAndSomeone(name)
      await healthy.setMember(admin, name, { username: user, role: 'owner' })
    },
    act: (registry, name) => registry.deleteOrg(admin, name),
    done: 'org_not_found',
    async check(name) {
      expect(await guards(name)).toBeUndefined()
      expect([await storedRole(stack, name, 'ana'), await storedRole(stack, name, `u-${name}`)]).toEqual([
        undefined,
        undefined,
      ])
      await org(name)
      expect(await members(name)).toEqual(['ana owner'])
    },
  }),
)

test('a team is deleted', { timeout: 60_000 }, () =>
  survives({
    async prepare(name) {
      const user = await orgAndSomeone(name)
      await healthy.setMember(admin, name, { username: user, role: 'member' })
      await healthy.createTeam(admin, { org: name, name: 'ops' })
      await healthy.addTeamMember(admin, { org: name, name: 'ops' }, user)
    },
    act: (registry, name) => registry.deleteTeam(admin, { org: name, name: 'ops' }),
    done: 'team_not_found',
    async check(name) {
      const teams = (await stack.stores.users.get(`u-${name}` as Username))?.teams ?? []
      expect(teams.map((team) => team.replace(/~.*/, ''))).toEqual([`${name}/developers`])
    },
  }),
)

test('an account is deleted', { timeout: 60_000 }, () =>
  survives({
    async prepare(name) {
      const user = await orgAndSomeone(name)
      await healthy.setMember(admin, name, { username: user, role: 'owner' })
      await stack.as(user)
      return user
    },
    act: (registry, _, user) => registry.deleteUser(admin, user),
    done: 'user_not_found',
    async check(name) {
      const user = `u-${name}` as Username
      expect([await guards(name), await members(name)]).toEqual([['ana'], ['ana owner']])
      expect(await stack.stores.tokens.list(user, { limit: 10 })).toEqual({ tokens: [] })
      expect(await stack.stores.users.claim(account(user))).toBe('taken')
    },
  }),
)

test('an invitation is accepted', { timeout: 120_000 }, () =>
  survives({
    async prepare(name) {
      await org(name)
      return (await healthy.invite('system', { roles: ['reader'], orgs: { [name]: 'admin' } })).secret
    },
    act: (registry, name, secret) =>
      registry.acceptInvitation(secret, { username: `u-${name}`, password: 'correct horse battery', email: 'u@e.org' }),
    done: 'invitation_over',
    async check(name) {
      expect(await stack.stores.users.get(`u-${name}` as Username)).toMatchObject({
        roles: ['reader'],
        orgs: { [name]: 'admin' },
      })
    },
  }),
)

test('a password is reset', { timeout: 120_000 }, () =>
  survives({
    prepare: async (name) => (await healthy.issueReset('system', await someone(name))).secret,
    act: (registry, _, secret) => registry.useReset(secret, 'correct horse battery'),
    done: 'reset_over',
    async check(name) {
      const login = { name: `u-${name}`, password: 'correct horse battery', address: undefined }
      expect(await codeOf(healthy.login(login, 'test'))).toBeUndefined()
      expect((await stack.stores.users.get(`u-${name}` as Username))?.epoch).toBe(1)
    },
  }),
)
