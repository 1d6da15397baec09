import { afterAll, beforeAll, expect, test } from 'vitest'
import { npmPackage } from '../../src/npm/names.ts'
import type { Actor } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let ana: Actor
let eve: Actor

beforeAll(async () => {
  stack = await startStack()
  ana = await stack.as('ana')
  eve = await stack.as('eve')
  await ana.publish('@acme/tool', '1.0.0')
  await ana.publish('@acme/open', '1.0.0', { access: 'public' })
}, 60_000)
afterAll(() => stack?.close())

const set = (actor: Actor, body: unknown) =>
  actor.fetch('/-/package/@acme%2ftool/access', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

test('an owner opens a package to everybody and closes it again', async () => {
  expect(await ana.json('/-/package/@acme%2ftool/visibility')).toEqual({ public: false })
  expect((await set(ana, { access: 'public' })).status).toBe(200)
  expect(await eve.json('/-/package/@acme%2Ftool/visibility')).toEqual({ public: true })
  expect((await eve.fetch('/@acme%2ftool')).status).toBe(200)
  expect((await set(eve, { access: 'restricted' })).status).toBe(403)
  expect((await set(ana, { access: 'restricted' })).status).toBe(200)
  expect(await ana.json('/-/package/@acme%2ftool/access')).toEqual({ access: 'restricted' })
  expect((await eve.fetch('/@acme%2ftool')).status).toBe(404)
  expect((await ana.fetch('/@acme%2ftool')).status).toBe(200)
})

test('whether publishing takes a second factor is a setting of the package; what nobody knows is refused', async () => {
  const factor = async () => (await stack.stores.heads.get(npmPackage('@acme/tool')))?.secondFactor
  const asks = [
    [{ publish_requires_tfa: true, automation_token_overrides_tfa: true }, 'automation'],
    [{ publish_requires_tfa: true, automation_token_overrides_tfa: false }, 'publish'],
    [{ publish_requires_tfa: false }, undefined],
    [{ publish_requires_tfa: true }, 'publish'],
    [{ publish_requires_tfa: false }, undefined],
  ] as const
  for (const [body, expected] of asks) {
    expect((await set(ana, body)).status).toBe(200)
    expect(await factor()).toBe(expected)
  }
  expect((await set(ana, { access: 'everybody' })).status).toBe(400)
  expect((await set(ana, { automation_token_overrides_tfa: true })).status).toBe(400)
  expect((await set(ana, {})).status).toBe(400)
  expect((await set(await stack.as(), { access: 'public' })).status).toBe(401)
})

test('collaborators are an object to npm and a list to pnpm', async () => {
  const path = '/-/package/@acme%2ftool/collaborators'
  expect(await ana.json(path)).toEqual({ ana: 'write' })
  expect(await ana.json(`${path}?format=cli`)).toEqual([{ user: 'ana', email: '', permissions: 'read-write' }])
  expect(await ana.json(`${path}?format=cli&user=eve`)).toEqual([])
})

test('somebody’s packages are shown to those who may read them', async () => {
  expect((await ana.fetch('/-/org/ana/package')).status).toBe(404)
  const both = { '@acme/open': 'write', '@acme/tool': 'write' }
  await expect.poll(() => ana.json('/-/user/ana/package'), { timeout: 10_000 }).toEqual(both)
  expect(await ana.json('/-/-/package?format=cli')).toEqual(both)
  expect(await eve.json('/-/user/ana/package')).toEqual({ '@acme/open': 'write' })
  expect(await (await stack.as()).json('/-/user/ana/package')).toEqual({ '@acme/open': 'write' })
  expect(await ana.json('/-/user/nobody/package')).toEqual({})
})
