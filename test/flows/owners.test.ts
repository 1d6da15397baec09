import { afterAll, beforeAll, expect, test } from 'vitest'
import { account } from '../builders/account.ts'
import { type Actor, json } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let ana: Actor
let bob: Actor

beforeAll(async () => {
  stack = await startStack()
  await stack.stores.users.claim(account('bob', { email: 'bob@example.org' }))
  ana = await stack.as('ana')
  bob = await stack.as('bob')
  await ana.publish('shared', '1.0.0')
}, 60_000)
afterAll(() => stack?.close())

const names = async () => (await ana.json('/shared?write=true'))['maintainers'].map((it: { name: string }) => it.name)

/** What `npm owner add | rm` sends. */
async function replace(actor: Actor, owners: readonly unknown[], revision?: string): Promise<Response> {
  const { _id, _rev } = await ana.json('/shared?write=true')
  return actor.fetch(`/shared/-rev/${revision ?? _rev}`, json('PUT', { _id, _rev, maintainers: owners }))
}

test('an owner is added by the whole list, and may then do what owners may', async () => {
  expect((await bob.fetch('/shared')).status).toBe(404)
  expect(
    (
      await replace(ana, [
        { name: 'ana', email: '' },
        { name: 'bob', email: '' },
      ])
    ).status,
  ).toBe(201)
  expect(await names()).toEqual(['ana', 'bob'])
  expect((await bob.publish('shared', '1.1.0')).status).toBe(201)
})

test('pnpm names one owner', async () => {
  expect((await ana.fetch('/-/package/shared/owners/bob', { method: 'DELETE' })).status).toBe(200)
  expect(await names()).toEqual(['ana'])
  expect((await ana.fetch('/-/package/shared/owners', json('PUT', { user: 'bob' }))).status).toBe(200)
  expect((await ana.fetch('/-/package/shared/owners', json('PUT', { user: 'bob' }))).status).toBe(200)
  expect(await names()).toEqual(['ana', 'bob'])
})

test('the last owner stays, an unknown user is none, and a stale list is a conflict', async () => {
  expect(await (await replace(ana, [])).json()).toMatchObject({ code: 'last_owner' })
  expect(await (await replace(ana, [{ name: 'ana' }, { name: 'nobody' }])).json()).toMatchObject({
    code: 'user_not_found',
  })
  expect(await (await replace(ana, [{ name: '__proto__' }])).json()).toMatchObject({ code: 'user_not_found' })
  expect((await replace(ana, [{ name: 'ana' }], '1-0')).status).toBe(409)
  expect((await replace(ana, [{ nom: 'ana' }])).status).toBe(400)
  const many = Array.from({ length: 200 }, (_, index) => ({ name: `user${index}` }))
  expect(await (await replace(ana, many)).json()).toMatchObject({ code: 'too_many_owners' })
  expect(await names()).toEqual(['ana', 'bob'])
})

test('an e-mail address is told to its owner only; strangers are told nothing', async () => {
  const path = '/-/user/org.couchdb.user:bob'
  expect(await bob.json(path)).toMatchObject({ name: 'bob', email: 'bob@example.org' })
  expect(await ana.json(path)).toEqual({ _id: 'org.couchdb.user:bob', name: 'bob', email: '' })
  expect((await ana.fetch('/-/user/org.couchdb.user:nobody')).status).toBe(404)
  for (const name of ['bob', 'nobody']) {
    expect((await (await stack.as()).fetch(`/-/user/org.couchdb.user:${name}`)).status).toBe(401)
  }
})
