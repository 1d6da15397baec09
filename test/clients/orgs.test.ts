import { beforeAll, describe, expect } from 'vitest'
import { json } from '../support/actor.ts'
import { organisation } from './support/accounts.ts'
import { cells } from './support/cells.ts'
import { clients } from './support/clients.ts'
import type { Sandbox } from './support/sandbox.ts'
import { actor, seed, statusNow } from './support/shared.ts'

const orgOf = ({ client }: Pick<Sandbox, 'client'>) => `org-${client.id}`

/** What a command that is refused tells its user. */
async function refused(box: Sandbox, args: readonly string[]): Promise<string> {
  const outcome = await box.run(args)
  expect(outcome.code, outcome.transcript).not.toBe(0)
  return outcome.output
}

/** Makes somebody a member, as far as a test only needs one. */
async function join(org: string, user: string): Promise<void> {
  await (await actor('ana').fetch(`/-/org/${org}/user`, json('PUT', { user }))).text()
}

beforeAll(async () => {
  for (const client of clients) await organisation(orgOf({ client }), 'ana')
})

describe('an organisation', () => {
  cells('orgs', async (box) => {
    const org = `${orgOf(box)}-people`
    const { orgs, teams } = box.client.commands
    await organisation(org, 'ana')
    const members = async () => JSON.parse((await box.ok(orgs.list(org))).stdout)
    const added = await box.ok(orgs.set(org, 'bob', 'developer'))
    expect(added.stdout).toContain(`Added bob as developer to ${org}. You now have 2`)
    await box.ok(orgs.set(org, 'bob', 'admin'))
    expect(await members()).toEqual({ ana: 'owner', bob: 'admin' })
    expect(await refused(box, orgs.set(org, 'nobody', 'developer'))).toContain('There is no user "nobody".')
    expect(await refused(box, orgs.remove(org, 'ana'))).toContain('must stay one')
    await box.ok(orgs.remove(org, 'bob'))
    expect(await members()).toEqual({ ana: 'owner' })
    expect((await actor('bob').fetch(`/-/org/${org}/user`)).status).toBe(404)
    const everybody = `@${org}:developers`
    expect(await refused(box, teams.add(everybody, 'bob'))).toContain(`npm org set ${org} bob`)
    expect(await refused(box, teams.destroy(everybody))).toContain('cannot be deleted')
  })

  cells('teams', async (box) => {
    const org = orgOf(box)
    const team = `@${org}:ops`
    const { teams } = box.client.commands
    const listed = (path: string) => actor('ana').json(path)
    await join(org, 'bob')
    await box.ok(teams.create(team))
    expect(await listed(`/-/org/${org}/team`)).toContain(`${org}:ops`)
    await box.ok(teams.add(team, 'bob'))
    expect(await listed(`/-/team/${org}/ops/user`)).toEqual(['bob'])
    expect(await refused(box, teams.add(team, 'nobody'))).toMatch(/There is no user\W+nobody/)
    await box.ok(teams.remove(team, 'bob'))
    expect(await listed(`/-/team/${org}/ops/user`)).toEqual([])
    await box.ok(teams.destroy(team))
    expect(await listed(`/-/org/${org}/team`)).not.toContain(`${org}:ops`)
  })

  cells('teams_list', async (box) => {
    const org = `${orgOf(box)}-list`
    const { teams } = box.client.commands
    await organisation(org, 'ana')
    await join(org, 'bob')
    expect(JSON.parse((await box.ok(teams.list(`@${org}`))).stdout)).toEqual([`${org}:developers`])
    expect(JSON.parse((await box.ok(teams.list(`@${org}:developers`))).stdout)).toEqual(['ana', 'bob'])
  })

  cells('grants', async (box) => {
    const org = `${orgOf(box)}-grants`
    const [name, team] = [`@${org}/lib`, `@${org}:developers`]
    const { access } = box.client.commands
    await organisation(org, 'ana')
    await join(org, 'bob')
    await seed(name, ['1.0.0'])
    const bobReads = () => statusNow('bob', `/@${org}%2flib`)
    const list = async () => (await box.ok(access.packages(team))).stdout
    await box.ok(access.revoke(team, name))
    expect(await bobReads()).toBe(404)
    await box.ok(access.grant('read-only', team, name))
    expect(await bobReads()).toBe(200)
    expect((await actor('bob').publish(name, '1.1.0')).status).toBe(403)
    expect(await list()).toMatch(new RegExp(`${name}: read`))
    await box.ok(access.grant('read-write', team, name))
    expect((await actor('bob').publish(name, '1.1.0')).status).toBe(201)
    expect(await list()).toMatch(new RegExp(`${name}: (read-)?write`))
    await box.ok(access.revoke(team, name))
    expect(await bobReads()).toBe(404)
  })
})
