import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OrgName, Username } from '../../src/model/ids.ts'
import { type Actor, json } from '../support/actor.ts'
import { codeIn, codeOf, startPeople } from '../support/people.ts'

const { stack, registry, as, ana, bob, eve } = await startPeople(['ana', 'bob', 'eve'])
afterAll(() => stack.close())
beforeAll(async () => {
  await registry.createOrg('system', { name: 'acme', owner: 'ana' })
  await registry.setMember(await as(ana), 'acme', { username: 'bob', role: 'member' })
})

const create = (actor: Actor, name: string) => actor.fetch('/-/org/acme/team', json('PUT', { name, description: true }))
const destroy = (actor: Actor, name: string) => actor.fetch(`/-/team/acme/${name}`, { method: 'DELETE' })
const add = (actor: Actor, team: string, user: string) =>
  actor.fetch(`/-/team/acme/${team}/user`, json('PUT', { user }))
const rm = (actor: Actor, team: string, user: string) =>
  actor.fetch(`/-/team/acme/${team}/user`, json('DELETE', { user }))
const users = (actor: Actor, team: string) => actor.json(`/-/team/acme/${team}/user?format=cli`)
const teamsOf = async (name: string) => (await stack.stores.users.get(name as Username))?.teams ?? []

test('a team is made, filled, emptied and deleted by who governs its organisation', async () => {
  expect((await create(ana, 'ops')).status).toBe(201)
  expect(await bob.json('/-/org/acme/team?format=cli')).toEqual(['acme:developers', 'acme:ops'])
  expect((await add(ana, 'ops', 'bob')).status).toBe(201)
  expect((await add(ana, 'ops', 'bob')).status).toBe(201)
  expect(await users(bob, 'ops')).toEqual(['bob'])
  expect((await rm(ana, 'ops', 'bob')).status).toBe(204)
  expect((await rm(ana, 'ops', 'bob')).status).toBe(204)
  expect(await users(bob, 'ops')).toEqual([])
  expect((await destroy(ana, 'ops')).status).toBe(204)
  expect(await codeIn(destroy(ana, 'ops'))).toBe('team_not_found')
})

test('members change no team, and to others there is none', async () => {
  await create(ana, 'own')
  for (const answer of [create(bob, 'x'), destroy(bob, 'own'), add(bob, 'own', 'bob'), rm(bob, 'own', 'bob')]) {
    expect(await codeIn(answer)).toBe('org_right_required')
  }
  for (const answer of [create(eve, 'x'), destroy(eve, 'own'), add(eve, 'own', 'eve'), rm(eve, 'none', 'bob')]) {
    expect(await codeIn(answer)).toBe('org_not_found')
  }
  expect(await codeIn(eve.fetch('/-/team/acme/own/user'))).toBe('org_not_found')
  expect((await (await stack.as()).fetch('/-/org/acme/team')).status).toBe(401)
})

test('only members of the organisation can be in a team; the refusal says what to do', async () => {
  const answer = await add(ana, 'own', 'eve')
  expect([answer.status, await answer.json()]).toMatchObject([
    409,
    { code: 'org_member_required', error: expect.stringContaining('npm org set acme eve') },
  ])
  expect(await codeIn(add(ana, 'own', 'nobody'))).toBe('user_not_found')
  expect(await teamsOf('eve')).toEqual([])
})

test('names that are taken or impossible are refused, and the team of everybody stays', async () => {
  expect(await codeIn(create(ana, 'own'))).toBe('team_exists')
  expect(await codeIn(create(ana, 'Own:2'))).toBe('team_name_invalid')
  expect(await codeIn(destroy(ana, 'developers'))).toBe('team_kept')
  expect(await codeIn(add(ana, 'a'.repeat(2_000), 'bob'))).toBe('team_name_invalid')
})

test('a team that is made anew has nobody, and nothing of the one before', async () => {
  await create(ana, 'twice')
  await add(ana, 'twice', 'bob')
  const before = await stack.stores.orgs.team('acme' as OrgName, 'twice')
  await destroy(ana, 'twice')
  expect(await teamsOf('bob')).not.toContain(before?.teamId)
  await create(ana, 'twice')
  expect((await stack.stores.orgs.team('acme' as OrgName, 'twice'))?.teamId).not.toBe(before?.teamId)
  expect(await users(ana, 'twice')).toEqual([])
})

test('members may write to new packages of the organisation, by the team of everybody', async () => {
  const admin = await stack.as('admin')
  expect((await admin.publish('@acme/lib', '1.0.0')).status).toBe(201)
  expect((await bob.publish('@acme/lib', '1.1.0')).status).toBe(201)
  expect(await codeIn(eve.publish('@acme/lib', '1.2.0'))).toBe('not_owner')
  expect((await rm(ana, 'developers', 'bob')).status).toBe(204)
  expect((await bob.publish('@acme/lib', '1.3.0')).status).toBe(403)
})

test('a team is described, and that can be taken back', async () => {
  const who = await as(ana)
  await registry.describeTeam(who, { org: 'acme', name: 'own' }, 'looks after it')
  const described = await registry.listTeams(who, 'acme', { limit: 10 })
  expect(described.entries.find(({ name }) => name === 'own')?.description).toBe('looks after it')
  await registry.describeTeam(who, { org: 'acme', name: 'own' }, undefined)
  expect((await stack.stores.orgs.team('acme' as OrgName, 'own'))?.description).toBeUndefined()
})

test('somebody is put in while it is deleted: nobody keeps it', { timeout: 60_000 }, async () => {
  const who = await as(ana)
  const ref = { org: 'acme', name: 'brief' }
  for (let round = 0; round < 20; round += 1) {
    const { teamId } = await registry.createTeam(who, ref)
    await Promise.all([
      codeOf(registry.addTeamMember(who, ref, 'bob')),
      codeOf(registry.addTeamMember(who, ref, 'ana')),
      registry.deleteTeam(who, ref),
    ])
    expect([...(await teamsOf('bob')), ...(await teamsOf('ana'))]).not.toContain(teamId)
  }
})

test('a deletion that was cut off is completed by the next one', async () => {
  const who = await as(ana)
  const team = await registry.createTeam(who, { org: 'acme', name: 'cut' })
  await registry.addTeamMember(who, { org: 'acme', name: 'cut' }, 'bob')
  await stack.stores.orgs.closeTeam(team)
  expect(await codeOf(registry.addTeamMember(who, { org: 'acme', name: 'cut' }, 'ana'))).toBe('team_not_found')
  await registry.deleteTeam(who, { org: 'acme', name: 'cut' })
  expect(await teamsOf('bob')).not.toContain(team.teamId)
})
