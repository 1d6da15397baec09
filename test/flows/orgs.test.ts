import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OrgName, Username } from '../../src/model/ids.ts'
import type { TokenLimits } from '../../src/model/token-limits.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wire, wireIdentity } from '../../src/wiring.ts'
import { Actor, json } from '../support/actor.ts'
import { codeIn, codeOf, startPeople, storedRole } from '../support/people.ts'

const { stack, registry, as, admin, ana, bob, eve } = await startPeople(['admin', 'ana', 'bob', 'eve'])
afterAll(() => stack.close())
beforeAll(() => make('acme', 'ana'))

const make = (name: string, owner: string) => registry.createOrg('system', { name, owner })
const set = (actor: Actor, org: string, user: string, role?: string) =>
  actor.fetch(`/-/org/${org}/user`, json('PUT', { user, role }))
const rm = (actor: Actor, org: string, user: string) => actor.fetch(`/-/org/${org}/user`, json('DELETE', { user }))
const roster = (actor: Actor, org: string) => actor.json(`/-/org/${org}/user`)
/** The same where the change was made: elsewhere an account is known for 30 s. */
const rosterHere = async (actor: Actor, org: string) => {
  const { entries } = await registry.listMembers(await as(actor), org, { limit: 10 })
  return Object.fromEntries(entries.map(({ username, role }) => [username, role]))
}
const guards = async (org: string) => (await stack.stores.orgs.get(org as OrgName))?.owners

describe('members', () => {
  test('an owner adds somebody, who may see then who is in, and joins the team of everybody', async () => {
    expect((await eve.fetch('/-/org/acme/user')).status).toBe(404)
    expect(await (await set(ana, 'acme', 'bob')).json()).toEqual({
      org: { name: 'acme', size: 2 },
      user: 'bob',
      role: 'developer',
    })
    expect(await roster(bob, 'acme')).toEqual({ ana: 'owner', bob: 'developer' })
    expect(await bob.json('/-/team/acme/developers/user')).toEqual(['ana', 'bob'])
    expect((await set(ana, 'acme', 'bob')).status).toBe(200)
  })

  test('to others it is missing, whatever they ask for, as one that never was', async () => {
    for (const org of ['acme', 'nobodys', 'valueof']) {
      for (const answer of [eve.fetch(`/-/org/${org}/user`), set(eve, org, 'eve', 'owner'), rm(eve, org, 'nobody')]) {
        expect([(await answer).status, await codeIn(answer.then((it) => it.clone()))]).toEqual([404, 'org_not_found'])
      }
    }
    expect((await (await stack.as()).fetch('/-/org/acme/user')).status).toBe(401)
  })

  test('members change nobody; administrators change members; owners alone make and unmake owners', async () => {
    await stack.as('carl')
    expect(await codeIn(set(bob, 'acme', 'carl'))).toBe('org_right_required')
    expect((await set(ana, 'acme', 'bob', 'admin')).status).toBe(200)
    expect((await set(bob, 'acme', 'carl', 'admin')).status).toBe(200)
    expect((await set(bob, 'acme', 'carl', 'developer')).status).toBe(200)
    expect(await codeIn(set(bob, 'acme', 'carl', 'owner'))).toBe('org_right_required')
    expect(await codeIn(set(bob, 'acme', 'bob', 'owner'))).toBe('org_right_required')
    expect(await codeIn(set(bob, 'acme', 'ana', 'developer'))).toBe('org_right_required')
    expect(await codeIn(rm(bob, 'acme', 'ana'))).toBe('org_right_required')
    expect((await set(ana, 'acme', 'bob', 'developer')).status).toBe(200)
    expect(await roster(ana, 'acme')).toEqual({ ana: 'owner', bob: 'developer', carl: 'developer' })
  })

  test('who is not known, or no role, is refused', async () => {
    expect(await codeIn(set(ana, 'acme', 'nobody'))).toBe('user_not_found')
    expect(await codeIn(set(ana, 'acme', '__proto__'))).toBe('username_invalid')
    expect(await codeIn(set(ana, 'acme', 'bob', 'king'))).toBe('body_invalid')
  })

  test('whoever is taken out loses its teams with it, at once; whoever is no member is fine', async () => {
    await registry.createTeam(await as(ana), { org: 'acme', name: 'ops' })
    await registry.addTeamMember(await as(ana), { org: 'acme', name: 'ops' }, 'bob')
    expect((await rm(ana, 'acme', 'bob')).status).toBe(204)
    expect((await rm(ana, 'acme', 'bob')).status).toBe(204)
    expect((await bob.fetch('/-/org/acme/user')).status).toBe(404)
    expect((await stack.stores.users.get('bob' as Username))?.teams).toEqual([])
    expect(await ana.json('/-/team/acme/ops/user')).toEqual([])
  })

  test('anybody may leave, but the last owner', async () => {
    await set(ana, 'acme', 'bob')
    expect((await rm(bob, 'acme', 'bob')).status).toBe(204)
    expect(await codeIn(rm(ana, 'acme', 'ana'))).toBe('last_org_owner')
    expect(await codeIn(set(ana, 'acme', 'ana', 'developer'))).toBe('last_org_owner')
    expect(await codeIn(rm(admin, 'acme', 'ana'))).toBe('last_org_owner')
    expect(await roster(ana, 'acme')).toMatchObject({ ana: 'owner' })
  })

  test('an administrator of the registry may do what owners may', async () => {
    expect((await set(admin, 'acme', 'bob', 'owner')).status).toBe(200)
    expect((await set(admin, 'acme', 'bob', 'developer')).status).toBe(200)
  })

  test('pages go on where the one before ended', async () => {
    const first = await registry.listMembers(await as(ana), 'acme', { limit: 2 })
    const second = await registry.listMembers(await as(ana), 'acme', { limit: 2, after: first.next ?? '' })
    expect([...first.entries, ...second.entries].map(({ username }) => username)).toEqual(['ana', 'bob', 'carl'])
  })
})

describe('at the same time', () => {
  test('two owners take each other out: one is left, in every round', { timeout: 60_000 }, async () => {
    await make('pair', 'ana')
    for (let round = 0; round < 25; round += 1) {
      await registry.setMember(await as(admin), 'pair', { username: 'ana', role: 'owner' })
      await registry.setMember(await as(admin), 'pair', { username: 'bob', role: 'owner' })
      const asAna = await as(ana)
      const asBob = await as(bob)
      const codes = await Promise.all([
        codeOf(registry.removeMember(asAna, 'pair', 'bob')),
        codeOf(registry.setMember(asBob, 'pair', { username: 'ana', role: 'member' })),
      ])
      expect(codes.filter((it) => it === undefined)).toHaveLength(1)
      const owners = await ownersByAccount('pair', ['ana', 'bob'])
      expect(owners).toHaveLength(1)
      expect(await guards('pair')).toEqual(owners)
    }
  })

  test('owners come and go: whoever guards it is an owner by their account', { timeout: 60_000 }, async () => {
    await make('busy', 'ana')
    const who = await as(admin)
    for (let round = 0; round < 15; round += 1) {
      await Promise.all([
        codeOf(registry.setMember(who, 'busy', { username: 'bob', role: 'owner' })),
        codeOf(registry.removeMember(who, 'busy', 'bob')),
        codeOf(registry.removeMember(who, 'busy', 'ana')),
        codeOf(registry.setMember(who, 'busy', { username: 'ana', role: 'owner' })),
      ])
      const owners = await ownersByAccount('busy', ['ana', 'bob'])
      const left = await guards('busy')
      expect(left?.length).toBeGreaterThan(0)
      expect(owners).toEqual(expect.arrayContaining([...(left ?? [])]))
      const listed = (await registry.listMembers(who, 'busy', { limit: 10 })).entries.map(({ username }) => username)
      expect(listed).toEqual(expect.arrayContaining([...owners]))
    }
  })

  test('somebody is let in while it is deleted: nobody stays in it', { timeout: 60_000 }, async () => {
    const who = await as(admin)
    for (let round = 0; round < 15; round += 1) {
      await make('brief', 'ana')
      await Promise.all([
        codeOf(registry.setMember(who, 'brief', { username: 'bob', role: 'owner' })),
        codeOf(registry.setMember(who, 'brief', { username: 'carl', role: 'member' })),
        codeOf(registry.deleteOrg(who, 'brief')),
      ])
      await codeOf(registry.deleteOrg(who, 'brief')) // where the other one was first
      for (const name of ['ana', 'bob', 'carl']) expect(await storedRole(stack, 'brief', name)).toBeUndefined()
    }
  })
})

async function ownersByAccount(org: string, names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(names.map(async (name) => [name, await storedRole(stack, org, name)] as const))
  return found.filter(([, role]) => role === 'owner').map(([name]) => name)
}

describe('making one', () => {
  test('is for administrators, or by setting for publishers, less where a scope has packages', async () => {
    expect(await codeOf(registry.createOrg(await as(ana), { name: 'mine' }))).toBe('org_creation_refused')
    const open = wire({ ...stack.config, newOrgs: 'publishers' }, webPlatform)
    expect((await open.createOrg(await as(ana), { name: '@mine' })).org).toBe('mine')
    expect((await eve.publish('@taken/lib', '1.0.0')).status).toBe(201)
    expect(await codeOf(open.createOrg(await as(ana), { name: 'taken' }))).toBe('org_creation_refused')
    expect(await codeOf(open.createOrg(await as(ana), { name: 'hers', owner: 'eve' }))).toBe('admin_required')
    expect(await codeOf(open.createOrg({ kind: 'anonymous' }, { name: 'hers' }))).toBe('login_required')
    expect((await registry.createOrg(await as(admin), { name: 'taken' })).owners).toEqual(['admin'])
  })

  test('a name is one organisation or one user', async () => {
    expect(await codeOf(make('acme', 'ana'))).toBe('org_exists')
    expect(await codeOf(make('bob', 'ana'))).toBe('org_exists')
    expect(await codeOf(make('No', 'ana'))).toBe('org_name_invalid')
    const open = stack.edge(undefined, { DECKLE_REGISTRATION: 'open' })
    const answer = await open.fetch(
      new Request(
        `${stack.url}/-/user/org.couchdb.user:acme`,
        json('PUT', { name: 'acme', password: 'correct horse battery', email: 'a@example.org' }),
      ),
    )
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([409, 'user_exists'])
    await open.settled()
  })

  test('takes its scope, whatever it is called', async () => {
    await make('constructor', 'ana')
    for (const org of ['acme', 'constructor']) {
      expect(await codeIn(eve.publish(`@${org}/theirs`, '1.0.0'))).toBe('creation_refused')
    }
  })

  test('that was cut off is completed by its owner, and by nobody else', async () => {
    const half = { org: 'half' as OrgName, owners: ['ana' as Username], generation: 1, createdAt: '' }
    await stack.stores.users.reserveForOrg(half.org, '')
    await stack.stores.orgs.claim(half)
    expect(await codeOf(make('half', 'eve'))).toBe('org_exists')
    expect((await make('half', 'ana')).owners).toEqual(['ana'])
    expect(await rosterHere(ana, 'half')).toEqual({ ana: 'owner' })
    expect(await codeOf(make('half', 'ana'))).toBe('org_exists')
  })
})

describe('deleting one', () => {
  test('is for its owners, and when it has no packages', async () => {
    await make('gone', 'ana')
    await registry.setMember(await as(ana), 'gone', { username: 'bob', role: 'admin' })
    expect((await admin.publish('@gone/lib', '1.0.0')).status).toBe(201)
    expect(await codeOf(registry.deleteOrg(await as(bob), 'gone'))).toBe('org_right_required')
    expect(await codeOf(registry.deleteOrg(await as(eve), 'gone'))).toBe('org_not_found')
    expect(await codeOf(registry.deleteOrg(await as(ana), 'gone'))).toBe('org_not_empty')
    expect(await rosterHere(ana, 'gone')).toEqual({ ana: 'owner', bob: 'admin' })
  })

  test('frees its name, and whoever was in it has nothing of the next', async () => {
    await make('again', 'ana')
    await registry.setMember(await as(ana), 'again', { username: 'bob', role: 'owner' })
    await registry.deleteOrg(await as(ana), 'again')
    expect((await registry.listOrgs(await as(bob), { limit: 10 })).entries).not.toContain('again')
    await make('again', 'eve')
    expect(await rosterHere(eve, 'again')).toEqual({ eve: 'owner' })
    expect(await codeOf(rosterHere(bob, 'again'))).toBe('org_not_found')
  })
})

test('a token for packages changes no organisation; one that is for it does, and no other', async () => {
  const narrow = await limited('ana', { power: 'write', packages: ['npm/@acme/*'] })
  expect(await codeIn(set(narrow, 'acme', 'carl'))).toBe('token_limited')
  const manager = await limited('ana', { power: 'read', packages: [], manages: ['acme' as OrgName] })
  expect((await set(manager, 'acme', 'carl')).status).toBe(200)
  expect(await codeIn(set(manager, 'mine', 'carl'))).toBe('org_not_found')
})

test('a token for other packages is not told who is in an organisation, or that there is one', async () => {
  const elsewhere = await limited('ana', { power: 'manage', packages: ['npm/other'] })
  for (const path of ['/-/org/acme/user', '/-/org/acme/team', '/-/team/acme/developers/user', '/-/org/acme/package']) {
    expect(await codeIn(elsewhere.fetch(path))).toBe('org_not_found')
  }
  expect(await elsewhere.json('/api/v1/organisations')).toEqual({ items: [] })
  expect(await elsewhere.json('/api/v1/auth/me')).toMatchObject({ username: 'ana', organisations: {} })
})

test('a member who may not change members is told nothing of who there is', async () => {
  const bystander = await stack.as('billy')
  await registry.setMember(await as(ana), 'acme', { username: 'billy', role: 'member' })
  for (const name of ['eve', 'nobody-at-all']) {
    const asked = [
      set(bystander, 'acme', name),
      rm(bystander, 'acme', name),
      bystander.fetch('/-/team/acme/developers/user', json('PUT', { user: name })),
      bystander.fetch('/-/team/acme/developers/user', json('DELETE', { user: name })),
    ]
    for (const answer of asked) expect(await codeIn(answer)).toBe('org_right_required')
  }
  expect((await rm(bystander, 'acme', 'billy')).status).toBe(204)
})

test('every change of people is on record, also one that was refused', async () => {
  await make('noted', 'ana')
  await registry.setMember(await as(ana), 'noted', { username: 'bob', role: 'member' })
  await codeOf(registry.removeMember(await as(ana), 'noted', 'ana'))
  const { entries } = await stack.stores.auditEntries.find({ target: 'org/noted', from: '2', to: '3', limit: 10 })
  const told = entries.map(({ action, actor, before, after, failed }) => ({ action, actor, before, after, failed }))
  expect(told).toEqual([
    { action: 'org.remove_member', actor: 'ana', before: undefined, after: undefined, failed: 'last_org_owner' },
    {
      action: 'org.remove_member',
      actor: 'ana',
      before: { user: 'ana', role: 'owner' },
      after: { user: 'ana', role: null },
      failed: undefined,
    },
    {
      action: 'org.set_member',
      actor: 'ana',
      before: { user: 'bob', role: null },
      after: { user: 'bob', role: 'member' },
      failed: undefined,
    },
    { action: 'org.create', actor: 'system', before: undefined, after: { owner: 'ana' }, failed: undefined },
  ])
})

async function limited(name: string, limits: TokenLimits): Promise<Actor> {
  const user = await stack.stores.users.get(name as Username)
  if (user === undefined) throw new Error(`no user ${name}`)
  const { token } = await wireIdentity(stack.config, stack.stores, webPlatform).tokens.issueNamed(user, {
    kind: 'admin',
    description: 'limited',
    lifetimeDays: 1,
    limits,
  })
  return new Actor(stack.url, token)
}
