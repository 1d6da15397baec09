import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { npmPackage } from '../../src/npm/names.ts'
import { rebuild } from '../../src/registry/rebuild.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { formats } from '../../src/wiring.ts'
import { account } from '../builders/account.ts'
import { type Actor, json } from '../support/actor.ts'
import { company, teamId, useCases } from '../support/company.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let ana: Actor
let dev: Actor
let eve: Actor

beforeAll(async () => {
  stack = await startStack()
  await company(stack, 'acme', ['dev', 'ops'], { ana: ['owner'], dan: ['member', 'dev'], olga: ['member'] })
  await stack.stores.users.claim(account('gus'))
  ana = await stack.as('ana')
  dev = await stack.as('dan')
  eve = await stack.as('eve')
  await ana.publish('@acme/tool', '1.0.0')
  await ana.publish('free', '1.0.0')
}, 60_000)
afterAll(() => stack?.close())

const tool = npmPackage('@acme/tool')
const grant = (actor: Actor, team: string, permissions: string, name = '@acme/tool', org = 'acme') =>
  actor.fetch(`/-/team/${org}/${team}/package`, json('PUT', { package: name, permissions }))
const revoke = (actor: Actor, team: string, name = '@acme/tool', org = 'acme') =>
  actor.fetch(`/-/team/${org}/${team}/package`, json('DELETE', { package: name }))
const auditOf = async (name: string) => {
  const today = new Date().toISOString().slice(0, 10)
  const range = { from: `${today}T00:00:00.000Z`, to: `${today}T23:59:59.999Z`, limit: 100 }
  return (await stack.stores.auditEntries.find({ ...range, target: `package/npm/${name}` })).entries
}

test('a team reads what it was given, then writes, then has nothing', async () => {
  expect((await dev.fetch('/@acme%2ftool')).status).toBe(404)
  expect((await grant(ana, 'dev', 'read-only')).status).toBe(201)
  expect((await dev.fetch('/@acme%2ftool')).status).toBe(200)
  expect((await dev.publish('@acme/tool', '1.1.0')).status).toBe(403)
  expect((await grant(ana, 'dev', 'read-write')).status).toBe(201)
  expect((await dev.publish('@acme/tool', '1.1.0')).status).toBe(201)
  expect((await grant(dev, 'ops', 'read-only')).status).toBe(403)
  expect((await revoke(ana, 'dev')).status).toBe(200)
  expect((await revoke(ana, 'dev')).status).toBe(200)
  expect((await dev.fetch('/@acme%2ftool')).status).toBe(404)
  const grants = (await auditOf('@acme/tool')).filter(({ action }) => action === 'package.grants')
  expect(grants.map(({ before, after, failed }) => [before, after, failed])).toEqual([
    [{ grants: { [`team/${teamId('acme', 'dev')}`]: 'write' } }, {}, undefined],
    [
      { grants: { [`team/${teamId('acme', 'dev')}`]: 'read' } },
      { grants: { [`team/${teamId('acme', 'dev')}`]: 'write' } },
      undefined,
    ],
    [{}, { grants: { [`team/${teamId('acme', 'dev')}`]: 'read' } }, undefined],
  ])
})

describe('what cannot be given is refused', () => {
  test.each([
    ['an unknown team', 'nobody', '@acme/tool', 'acme', 'team_not_found'],
    ['a team of another organisation, whether or not there is one', 'dev', '@acme/tool', 'other', 'team_foreign'],
    ['a package that is no organisation’s', 'dev', 'free', 'acme', 'team_foreign'],
    ['a package that does not exist', 'dev', '@acme/none', 'acme', 'package_not_found'],
    ['a name that no package can have', 'dev', '../x', 'acme', 'package_not_found'],
  ])('%s', async (_, team, name, org, code) => {
    for (const answer of [await grant(ana, team, 'read-only', name, org), await revoke(ana, team, name, org)]) {
      expect(await answer.json()).toMatchObject({ code })
    }
  })

  test('names that nobody can have, however long they are', async () => {
    const long = 'x'.repeat(3_000)
    expect(await (await grant(ana, long, 'read-only')).json()).toMatchObject({ code: 'team_name_invalid' })
    expect((await ana.fetch(`/-/team/acme/${long}/package`)).status).toBe(400)
    expect((await ana.fetch(`/-/org/${long}/package`)).status).toBe(404)
    expect((await ana.fetch(`/-/user/${long}/package`)).status).toBe(400)
  })

  test('a right that npm does not know, and no body', async () => {
    expect((await grant(ana, 'dev', 'admin')).status).toBe(400)
    expect((await ana.fetch('/-/team/acme/dev/package', { method: 'DELETE' })).status).toBe(400)
  })

  test('a user whom nobody knows', async () => {
    const { registry, as } = useCases(stack)
    const who = await as('ana')
    for (const name of ['nobody', '__proto__']) {
      await expect(registry.grantAccess(who, tool, { kind: 'user', name }, 'read')).rejects.toMatchObject({
        code: 'user_not_found',
      })
      await expect(registry.revokeAccess(who, tool, { kind: 'user', name })).rejects.toMatchObject({
        code: 'user_not_found',
      })
    }
  })
})

test('to others, a package and an organisation that they may not know of are none', async () => {
  const answer = async (response: Response) => [
    response.status,
    (await response.text())
      .replace(/"requestId":"[^"]*"/, '')
      .replaceAll('none', 'tool')
      .replaceAll('nowhere', 'acme'),
  ]
  for (const actor of [eve, await stack.as()]) {
    expect(await answer(await grant(actor, 'dev', 'read-only'))).toEqual(
      await answer(await grant(actor, 'dev', 'read-only', '@acme/none')),
    )
    for (const path of ['/-/team/acme/dev/package', '/-/team/acme/nothing/package', '/-/org/acme/package']) {
      expect(await answer(await actor.fetch(path))).toEqual(
        await answer(await actor.fetch(path.replace('acme', 'nowhere'))),
      )
    }
  }
})

test('lists of packages: of a user, an organisation and a team, to those who may read them', async () => {
  await grant(ana, 'dev', 'read-only')
  await expect.poll(() => ana.json('/-/org/acme/package'), { timeout: 10_000 }).toEqual({ '@acme/tool': 'write' })
  expect(await ana.json('/-/team/acme/dev/package')).toEqual({ '@acme/tool': 'read' })
  expect(await dev.json('/-/team/acme/dev/package?format=cli')).toEqual({ '@acme/tool': 'read' })
  expect(await (await stack.as('olga')).json('/-/team/acme/dev/package')).toEqual({})
  expect(await ana.json('/-/team/acme/ops/package')).toEqual({})
  expect(await (await ana.fetch('/-/team/acme/none/package')).json()).toMatchObject({ code: 'team_not_found' })
  await expect
    .poll(() => ana.json('/-/user/ana/package'), { timeout: 10_000 })
    .toEqual({
      '@acme/tool': 'write',
      free: 'write',
    })
  await revoke(ana, 'dev')
  expect(await ana.json('/-/team/acme/dev/package')).toEqual({})
})

test('collaborators: owners to readers, everybody to those who may know who has access', async () => {
  const { registry, as } = useCases(stack)
  await registry.grantAccess(await as('ana'), tool, { kind: 'user', name: 'gus' }, 'read')
  await grant(ana, 'dev', 'read-write')
  const path = '/-/package/@acme%2ftool/collaborators'
  expect(await ana.json(path)).toEqual({ ana: 'write', gus: 'read', 'acme:dev': 'write' })
  const gus = await stack.as('gus')
  expect(await gus.json(path)).toEqual({ ana: 'write' })
  expect(await ana.json(`${path}?format=cli&user=gus`)).toEqual([{ user: 'gus', email: '', permissions: 'read-only' }])
  expect(await gus.json('/-/user/gus/package')).toEqual({ '@acme/tool': 'read' })
  expect(await ana.json('/-/user/gus/package')).toEqual({ '@acme/tool': 'read' })
  await registry.setVisibility(await as('ana'), tool, 'internal')
  await expect.poll(() => eve.json('/-/user/ana/package'), { timeout: 10_000 }).toEqual({ '@acme/tool': 'write' })
  expect(await eve.json('/-/user/gus/package')).toEqual({})
  await registry.setVisibility(await as('ana'), tool, 'private')
  await registry.revokeAccess(await as('ana'), tool, { kind: 'user', name: 'gus' })
  expect((await ana.json(path))['gus']).toBeUndefined()
  await revoke(ana, 'dev')
})

test('a right that is taken away while it is used is used no more', async () => {
  const admin = useCases(stack)
  const gus = await stack.as('gus')
  await admin.registry.grantAccess(await admin.as('ana'), tool, { kind: 'user', name: 'gus' }, 'admin')
  let asked = 0
  const platform: Platform = {
    ...webPlatform,
    async fetch(request) {
      const answer = await webPlatform.fetch(request)
      // Token and account, then the head: from here on, gus is known to be allowed
      asked += 1
      if (asked === 2) {
        await admin.registry.revokeAccess(await admin.as('ana'), tool, { kind: 'user', name: 'gus' })
      }
      return answer
    },
  }
  const edge = stack.edge(platform)
  const refused = await edge.fetch(
    new Request(`${stack.url}/-/package/@acme%2ftool/access`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gus.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ access: 'public' }),
    }),
  )
  expect(asked).toBeGreaterThan(2)
  expect(refused.status).toBe(404)
  expect(await ana.json('/-/package/@acme%2ftool/visibility')).toEqual({ public: false })
  const [failed, begun] = (await auditOf('@acme/tool')).filter(({ actor }) => actor === 'gus')
  expect(failed).toMatchObject({ action: 'package.visibility', failed: 'package_not_found', id: begun?.id })
})

test('a package has 500 grants at most', async () => {
  const { registry, as } = useCases(stack)
  const head = await stack.stores.heads.get(npmPackage('free'))
  if (head === undefined) throw new Error('no head')
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`user/u${index}`, 'read' as const]))
  await stack.stores.heads.replace(head, { ...head, grants: many, generation: head.generation + 1 })
  const ref = npmPackage('free')
  await expect(registry.grantAccess(await as('ana'), ref, { kind: 'user', name: 'gus' }, 'read')).rejects.toMatchObject(
    {
      code: 'too_many_grants',
    },
  )
  await registry.revokeAccess(await as('ana'), ref, { kind: 'user', name: 'u7' }) // of an account that is gone
  await registry.grantAccess(await as('ana'), ref, { kind: 'user', name: 'gus' }, 'read')
  const fresh = { headers: { 'cache-control': 'no-cache' } } // the edge may know the head of some seconds ago
  expect((await (await stack.as('gus')).fetch('/free', fresh)).status).toBe(200)
})

test('lists that were lost are mended by a rebuild', async () => {
  const deps = { ...stack.stores, formats, publicUrl: stack.config.publicUrl, platform: webPlatform }
  const { db } = stack.stores
  await db.batchWrite('packages', { remove: [{ package: 'access/npm/user/ana', item: 'free' }] })
  expect(await ana.json('/-/user/ana/package')).toEqual({ '@acme/tool': 'write' })
  await rebuild(deps, npmPackage('free'))
  expect(await ana.json('/-/user/ana/package')).toEqual({ '@acme/tool': 'write', free: 'write' })
})
