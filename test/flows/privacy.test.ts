import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Username } from '../../src/model/ids.ts'
import { npmPackage } from '../../src/npm/names.ts'
import { indexPackage } from '../../src/registry/search-index.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { formats, wireIdentity } from '../../src/wiring.ts'
import { Actor, json, publishRequest } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
  const ana = await stack.as('ana')
  await ana.publish('@acme/secret', '1.0.0')
  await ana.publish('secret', '1.0.0', { access: 'restricted' })
}, 60_000)
afterAll(() => stack?.close())

type Route = readonly [what: string, path: string, init: RequestInit]

const routes = (name: string, base: string): readonly Route[] => [
  ['packument', `/${name}`, {}],
  ['abbreviated packument', `/${name}`, { headers: { accept: 'application/vnd.npm.install-v1+json' } }],
  ['revalidation', `/${name}`, { headers: { 'if-none-match': '*' } }],
  ['packument for writing', `/${name}?write=true`, {}],
  ['version', `/${name}/1.0.0`, {}],
  ['tag', `/${name}/latest`, {}],
  ['tarball', `/${name}/-/${base}-1.0.0.tgz`, {}],
  ['tarball of another version', `/${name}/-/${base}-9.9.9.tgz`, {}],
  ['tarball by HEAD', `/${name}/-/${base}-1.0.0.tgz`, { method: 'HEAD' }],
  ['tags', `/-/package/${name}/dist-tags`, {}],
  ['visibility', `/-/package/${name}/visibility`, {}],
  ['access', `/-/package/${name}/access`, {}],
  ['collaborators', `/-/package/${name}/collaborators`, {}],
  ['downloads', `/downloads/point/last-week/${name}`, {}],
  ['range of downloads', `/downloads/range/last-week/${name}`, {}],
  ['report', `/api/v1/packages/npm/${name}/versions/1.0.0/report`, {}],
]
const writes = (name: string): readonly Route[] => [
  [
    'set a tag',
    `/-/package/${name}/dist-tags/next`,
    { method: 'PUT', body: '"1.0.0"', headers: { 'content-type': 'application/json' } },
  ],
  ['remove a tag', `/-/package/${name}/dist-tags/next`, { method: 'DELETE' }],
  ['unpublish a version', `/${name}/-rev/1-a`, json('PUT', { versions: { '1.0.0': {} } })],
  ['unpublish the package', `/${name}/-rev/1-a`, { method: 'DELETE' }],
  ['remove a tarball', `/${name}/-/${name.replace(/.*%2f/, '')}-1.0.0.tgz/-rev/1-a`, { method: 'DELETE' }],
  ['replace owners', `/${name}/-rev/1-a`, json('PUT', { maintainers: [{ name: 'eve' }] })],
  ['open it to everybody', `/-/package/${name}/access`, json('POST', { access: 'public' })],
  ['star it', `/${name}`, json('PUT', { _id: name.replace('%2f', '/'), users: { eve: true } })],
  ['star it as pnpm does', '/-/user/v1/star', json('PUT', { name: name.replace('%2f', '/') })],
  ['add an owner', `/-/package/${name}/owners`, json('PUT', { user: 'eve' })],
  ['remove an owner', `/-/package/${name}/owners/ana`, { method: 'DELETE' }],
  ['demand a second factor', `/-/package/${name}/access`, json('POST', { publish_requires_tfa: true })],
  [
    'give it to a team',
    '/-/team/acme/developers/package',
    json('PUT', { package: name.replace('%2f', '/'), permissions: 'read-only' }),
  ],
  ['take it from a team', '/-/team/acme/developers/package', json('DELETE', { package: name.replace('%2f', '/') })],
]

const askers = {
  'a stranger': () => stack.as(),
  'somebody else': () => stack.as('eve'),
  'its owner with a token for other packages': async () => {
    const owner = await stack.stores.users.get('ana' as Username)
    if (owner === undefined) throw new Error('ana has no account')
    const limits = { power: 'manage', packages: ['npm/other', 'npm/@other/*'] } as const
    const request = { kind: 'publish', description: 'limited', lifetimeDays: 1, limits } as const
    const { token } = await wireIdentity(stack.config, stack.stores, webPlatform).tokens.issueNamed(owner, request)
    return new Actor(stack.url, token)
  },
} as const

describe.each(Object.entries(askers))('to %s a private package is one that does not exist', (_who, someone) => {
  test.each([...routes('secret', 'secret'), ...writes('secret')])('%s', async (_, path, init) => {
    const asker = await someone()
    const there = await answer(await asker.fetch(path, init))
    const missing = await answer(await asker.fetch(path.replaceAll('secret', 'nobody'), renamed(init)))
    expect(there).toEqual(missing)
    expect(there.status).toBeGreaterThanOrEqual(400)
  })

  test.each([...routes('@acme%2fsecret', 'secret'), ...writes('@acme%2fsecret')])(
    'scoped: %s',
    async (_, path, init) => {
      const asker = await someone()
      const there = await answer(await asker.fetch(path, init))
      const missing = await answer(await asker.fetch(path.replaceAll('secret', 'nobody'), renamed(init)))
      expect(there).toEqual(missing)
    },
  )
})

test.each(routes('secret', 'secret'))('its owner gets the %s', async (kind, path, init) => {
  const ana = await stack.as('ana')
  const got = await ana.fetch(path, init)
  expect(got.status).toBe(
    kind === 'revalidation' ? 304 : kind.startsWith('tarball') && init.method === undefined ? 302 : 200,
  )
})

test('a token that is not good is refused before anything is looked up', async () => {
  const asker = await stack.as()
  for (const authorization of [
    'Bearer nonsense',
    `Bearer dk_${'a'.repeat(50)}`,
    'Digest x',
    `Basic ${btoa('ana:wrong')}`,
  ]) {
    const refused = await asker.fetch('/secret', { headers: { authorization } })
    expect(refused.status).toBe(401)
    expect(((await refused.json()) as { code: string }).code).toBe('token_invalid')
  }
})

test('a token as the password of Basic is good', async () => {
  const ana = await stack.as('ana')
  const asker = await stack.as()
  const authorization = `Basic ${btoa(`anything:${ana.token}`)}`
  expect((await asker.fetch('/secret', { headers: { authorization } })).status).toBe(200)
})

test.each(['a stranger', 'somebody else'])('to %s a search for a private package finds nothing', async (who) => {
  const asker = await stack.as(who === 'a stranger' ? undefined : 'eve')
  const deps = { ...stack.stores, formats, platform: webPlatform }
  for (const name of ['secret', '@acme/secret']) await indexPackage(deps, npmPackage(name))
  for (const text of ['secret', '@acme/secret', 'scope:acme', 'maintainer:ana', 'author:ana']) {
    const found = await asker.json(`/-/v1/search?text=${encodeURIComponent(text)}`)
    expect(found).toMatchObject({ objects: [], total: 0 })
  }
  expect((await (await stack.as('ana')).json('/-/v1/search?text=secret'))['total']).toBe(2)
})

test('a registry that demands a login answers strangers alike for everything', async () => {
  const edge = stack.edge(undefined, { DECKLE_REQUIRE_LOGIN: 'true' })
  const asks = [
    '/-/v1/search?text=secret',
    '/secret',
    '/nobody',
    '/secret/-/secret-1.0.0.tgz',
    '/-/package/nobody/dist-tags',
  ]
  for (const path of asks) expect((await edge.fetch(new Request(`${stack.url}${path}`))).status).toBe(401)
  await edge.settled()
})

test('storage itself shows nothing to whoever has no signed link', async () => {
  const bucket = `${stack.config.storage.s3Endpoint}/${stack.config.storage.bucket}`
  for (const path of ['/', '/packages/npm/secret/1.0.0/secret-1.0.0.tgz', '/?list-type=2&prefix=packages/']) {
    expect((await fetch(bucket + path)).status).toBe(403)
  }
})

test('a publish of a taken name says so, and nothing else', async () => {
  const eve = await stack.as('eve')
  const refused = await eve.fetch('/secret', publishRequest('secret', '3.0.0'))
  expect(refused.status).toBe(403)
})

/** The same request for a package that does not exist, also where the body names it. */
function renamed(init: RequestInit): RequestInit {
  return typeof init.body === 'string' ? { ...init, body: init.body.replaceAll('secret', 'nobody') } : init
}

async function answer(response: Response) {
  const body = (await response.text()).replaceAll('secret', 'nobody').replace(/"requestId":"[^"]*"/, '')
  const headers = [...response.headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
  return { status: response.status, body, headers }
}
