import { afterAll, beforeAll, expect, test } from 'vitest'
import { json } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
  const ana = await stack.as('ana')
  await ana.publish('@acme/open', '1.0.0', { access: 'public' })
  await ana.publish('closed', '1.0.0')
}, 60_000)
afterAll(() => stack?.close())

const starsOf = '/-/_view/starredByUser?key=%22bob%22'

test('whoever may read a package may star it, in npm’s way and in pnpm’s', async () => {
  const bob = await stack.as('bob')
  const { _id, _rev } = await bob.json('/@acme%2fopen?write=true')
  const star = (users: object) => bob.fetch('/@acme%2fopen', json('PUT', { _id, _rev, users }))
  expect((await star({ bob: true })).status).toBe(200)
  expect((await star({ bob: true })).status).toBe(200)
  expect(await bob.json(starsOf)).toEqual({ rows: [{ value: '@acme/open' }] })
  expect((await star({})).status).toBe(200)
  expect(await bob.json(starsOf)).toEqual({ rows: [] })
  expect((await bob.fetch('/-/user/v1/star', json('PUT', { name: '@acme/open' }))).status).toBe(200)
  expect(await bob.json('/-/user/v1/star')).toEqual(['@acme/open'])
  expect((await bob.fetch('/-/user/v1/star', json('DELETE', { name: '@acme/open' }))).status).toBe(200)
  expect(await bob.json('/-/user/v1/star')).toEqual([])
})

test('a star on a private package is shown to those who may read it', async () => {
  const ana = await stack.as('ana')
  for (const name of ['@acme/open', 'closed']) await ana.fetch('/-/user/v1/star', json('PUT', { name }))
  const path = '/-/_view/starredByUser?key=%22ana%22'
  expect(await ana.json(path)).toEqual({ rows: [{ value: '@acme/open' }, { value: 'closed' }] })
  expect(await (await stack.as()).json(path)).toEqual({ rows: [{ value: '@acme/open' }] })
  expect(await ana.json('/-/user/ana/stars')).toEqual({ '@acme/open': true, closed: true })
  expect(await (await stack.as()).json('/-/user/ana/stars')).toEqual({ '@acme/open': true })
})

test('what is no star is refused: a missing package, a stranger, an odd body, an odd key', async () => {
  const bob = await stack.as('bob')
  expect((await bob.fetch('/nobody', json('PUT', { users: { bob: true } }))).status).toBe(404)
  expect((await bob.fetch('/-/user/v1/star', json('PUT', { name: '../x' }))).status).toBe(404)
  expect((await bob.fetch('/-/user/v1/star', json('PUT', {}))).status).toBe(400)
  expect((await bob.fetch('/@acme%2fopen', json('PUT', { users: [] }))).status).toBe(403)
  expect((await bob.fetch('/-/_view/starredByUser?key=bob')).status).toBe(400)
  const stranger = await stack.as()
  expect((await stranger.fetch('/@acme%2fopen', json('PUT', { users: { bob: true } }))).status).toBe(401)
  expect((await stranger.fetch('/-/user/v1/star', json('PUT', { name: 'closed' }))).status).toBe(401)
})

test('nobody stars more than the limit', async () => {
  const eve = await stack.as('eve')
  const put = Array.from({ length: 500 }, (_, index) => ({ package: 'stars/eve', item: `npm/p${index}` }))
  await stack.stores.db.batchWrite('packages', { put })
  const refused = await eve.fetch('/-/user/v1/star', json('PUT', { name: '@acme/open' }))
  expect(await refused.json()).toMatchObject({ code: 'too_many_stars' })
})
