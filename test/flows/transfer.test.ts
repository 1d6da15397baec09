import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OrgName } from '../../src/model/ids.ts'
import { npmPackage } from '../../src/npm/names.ts'
import type { Transfer } from '../../src/registry/transfer.ts'
import { account } from '../builders/account.ts'
import { company, teamId, useCases } from '../support/company.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
  await company(stack, 'acme', ['dev'], { ana: ['owner'], dan: ['member', 'dev'] })
  await company(stack, 'zeta', [], { zoe: ['owner'] })
  await stack.stores.users.claim(account('gus'))
  await (await stack.as('ana')).publish('@acme/tool', '1.0.0')
}, 60_000)
afterAll(() => stack?.close())

const org = (name: string) => name as OrgName
const headOf = async (name: string) => {
  const head = await stack.stores.heads.get(npmPackage(name))
  if (head === undefined) throw new Error(`no ${name}`)
  return head
}
async function transfer(asker: string, name: string, wanted: Transfer): Promise<string> {
  const { registry, as } = useCases(stack)
  return registry.transferPackage(await as(asker), npmPackage(name), wanted).then(
    () => 'done',
    (error) => error.code,
  )
}

test('a package goes to another owner, and what others were given ends', async () => {
  await (await stack.as('gus')).publish('gift', '1.0.0')
  const { registry, as } = useCases(stack)
  await registry.grantAccess(await as('gus'), npmPackage('gift'), { kind: 'user', name: 'dan' }, 'write')
  expect(await transfer('zoe', 'gift', { owners: ['zoe'] })).toBe('package_not_found')
  expect(await transfer('gus', 'gift', { owners: [] })).toBe('last_owner')
  expect(await transfer('gus', 'gift', { owners: ['nobody'] })).toBe('user_not_found')
  expect(await transfer('gus', 'gift', { owners: ['zoe'] })).toBe('done')
  expect(await headOf('gift')).toMatchObject({ owners: ['zoe'] })
  expect((await headOf('gift')).grants).toBeUndefined()
  expect((await (await stack.as('dan')).publish('gift', '1.1.0')).status).toBe(403)
  expect(await transfer('gus', 'gift', { owners: ['zoe'] })).toBe('package_not_found')
  expect(await transfer('zoe', 'gift', { owners: ['zoe'] })).toBe('done')
})

test('it goes to an organisation that the giver governs, whose members own it from then on', async () => {
  await (await stack.as('ana')).publish('loose', '1.0.0')
  expect(await transfer('ana', 'loose', { org: org('zeta') })).toBe('org_not_found')
  expect(await transfer('ana', 'loose', { org: org('acme'), owners: ['gus'] })).toBe('owner_not_member')
  expect(await transfer('admin', 'loose', { org: org('nowhere') })).toBe('org_not_found')
  expect(await transfer('ana', 'loose', { org: org('acme'), owners: ['dan'] })).toBe('done')
  expect(await headOf('loose')).toMatchObject({ org: 'acme', owners: ['dan'] })
  expect((await (await stack.as('ana')).publish('loose', '1.1.0')).status).toBe(201)
  // An owner who does not govern the organisation cannot take it out
  expect(await transfer('dan', 'loose', { org: null })).toBe('org_right_required')
  expect(await transfer('ana', 'loose', { org: null, owners: ['gus'] })).toBe('done')
  expect((await headOf('loose')).org).toBeUndefined()
  expect((await (await stack.as('ana')).fetch('/loose')).status).toBe(404)
})

test('a name with a scope stays with the organisation of that scope, also for an administrator', async () => {
  for (const wanted of [{ org: org('zeta'), owners: ['zoe'] }, { org: null }]) {
    expect(await transfer('admin', '@acme/tool', wanted)).toBe('scope_fixed')
  }
  expect(await transfer('ana', '@acme/tool', { owners: ['gus'] })).toBe('owner_not_member')
  expect(await transfer('ana', '@acme/tool', { org: org('acme'), owners: ['dan'] })).toBe('done')
  const ana = await stack.as('ana')
  const add = { method: 'PUT', body: '{"user":"gus"}', headers: { 'content-type': 'application/json' } }
  expect(await (await ana.fetch('/-/package/@acme%2ftool/owners', add)).json()).toMatchObject({
    code: 'owner_not_member',
  })
})

test('a sensitive package stays so in another organisation, without any team', async () => {
  await (await stack.as('ana')).publish('core', '1.0.0')
  expect(await transfer('ana', 'core', { org: org('acme') })).toBe('done')
  const { registry, as } = useCases(stack)
  await registry.makeSensitive(await as('ana'), npmPackage('core'), ['dev'])
  expect((await headOf('core')).sensitive).toEqual({ groups: [teamId('acme', 'dev')] })
  expect(await transfer('admin', 'core', { org: org('zeta'), owners: ['zoe'] })).toBe('done')
  expect(await headOf('core')).toMatchObject({ org: 'zeta', sensitive: { groups: [] } })
  expect((await (await stack.as('dan')).fetch('/core')).status).toBe(404)
})
