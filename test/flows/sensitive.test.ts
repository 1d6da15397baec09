import { afterAll, beforeAll, expect, test } from 'vitest'
import { npmPackage } from '../../src/npm/names.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { account } from '../builders/account.ts'
import type { Actor } from '../support/actor.ts'
import { company, teamId, useCases } from '../support/company.ts'
import { hurried } from '../support/hurried.ts'
import { type EdgeInProcess, type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let opal: Actor
let dan: Actor

const core = npmPackage('@acme/core')
const file = '/@acme%2fcore/-/core-1.0.0.tgz'

beforeAll(async () => {
  stack = await startStack()
  await company(stack, 'acme', ['dev', 'ops'], {
    ana: ['owner'],
    dan: ['member', 'dev'],
    opal: ['member', 'ops'],
  })
  const ana = await stack.as('ana')
  await ana.publish('@acme/core', '1.0.0', { access: 'public' })
  const { registry, as } = useCases(stack)
  const who = await as('ana')
  await registry.grantAccess(who, core, { kind: 'team', org: 'acme' as never, name: 'dev' }, 'write')
  await registry.makeSensitive(who, core, ['ops'])
  await registry.makeSensitive(who, core, ['ops'])
  opal = await stack.as('opal')
  dan = await stack.as('dan')
}, 60_000)
afterAll(() => stack?.close())

function ask(edge: EdgeInProcess, actor: Actor, path = file): Promise<Response> {
  const headers = actor.token === undefined ? {} : { authorization: `Bearer ${actor.token}` }
  return edge.fetch(new Request(`${stack.url}${path}`, { headers }))
}

/** An edge that counts what it asks storage for, and to which a table can be away. */
function watched() {
  const state = { requests: 0, isAway: false }
  const platform = hurried(async (request) => {
    state.requests += 1
    const body = await request.clone().text()
    if (state.isAway && body.includes('downloads')) throw new TypeError('away')
    return webPlatform.fetch(request)
  })
  return { state, edge: stack.edge(platform) }
}

test('a sensitive package is read by its teams and those who govern it, also when it was public', async () => {
  const edge = stack.edge()
  for (const path of [file, '/@acme%2fcore', '/@acme%2fcore/1.0.0', '/-/package/@acme%2fcore/dist-tags']) {
    const found = path === file ? 302 : 200
    expect((await ask(edge, opal, path)).status).toBe(found)
    expect((await ask(edge, await stack.as('ana'), path)).status).toBe(found)
    expect((await ask(edge, dan, path)).status).toBe(404)
    expect((await ask(edge, await stack.as(), path)).status).toBe(404)
  }
  await edge.settled()
})

test('each download is recorded before it is answered, by a link of its own for half a minute', async () => {
  const { edge, state } = watched()
  const links = new Set<string>()
  for (let time = 1; time <= 3; time += 1) {
    const link = (await ask(edge, opal)).headers.get('location') ?? ''
    expect(new URL(link).searchParams.get('X-Amz-Expires')).toBe('30')
    const day = new Date().toISOString().slice(0, 10)
    const page = await stack.stores.db.query('downloads', { partition: `npm/@acme/core#${day}`, consistent: true })
    expect(JSON.stringify(page.items)).toContain(new URL(link).searchParams.get('x-event'))
    links.add(link)
    expect((await fetch(link)).status).toBe(200)
  }
  expect(links.size).toBe(3)
  state.requests = 0
  await ask(edge, opal)
  // Head; token and account; the journal, the log, and that the log has it
  expect(state.requests).toBe(5)
  const [link = ''] = links
  expect((await fetch(link.replace(/x-event=[^&]*/, 'x-event=other'))).status).toBe(403)
})

test('without a record there is no download', async () => {
  const { edge, state } = watched()
  state.isAway = true
  const refused = await ask(edge, opal)
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ code: 'busy' })
  expect(refused.headers.get('location')).toBeNull()
  state.isAway = false
  expect((await ask(edge, opal)).status).toBe(302)
})

test('who left the team, has no token any more or is disabled is out with the next request, everywhere', async () => {
  const { users, tokens } = stack.stores
  const teams = [teamId('acme', 'ops')]
  const leave = async (name: string) => {
    const user = await users.get(name as never)
    if (user !== undefined) await users.replace(user, { teams: [] }, new Date().toISOString())
  }
  const disable = async (name: string) => {
    const user = await users.get(name as never)
    const disabled = { reason: 'gone', by: 'admin' as never, at: '' }
    if (user !== undefined) await users.replace(user, { disabled }, new Date().toISOString())
  }
  const endToken = async (name: string) => {
    const page = await tokens.list(name as never, { limit: 10 })
    for (const { tokenId } of page.tokens) await tokens.remove(tokenId)
  }
  for (const [name, end, code] of [
    ['leaver', leave, 'package_not_found'],
    ['former', disable, 'account_disabled'],
    ['loser', endToken, 'token_invalid'],
  ] as const) {
    await users.claim(account(name, { teams }))
    const actor = await stack.as(name)
    const edge = stack.edge()
    for (const path of [file, '/@acme%2fcore']) expect((await ask(edge, actor, path)).ok || path === file).toBe(true)
    await end(name)
    for (const path of [file, '/@acme%2fcore']) {
      expect(await (await ask(edge, actor, path)).json()).toMatchObject({ code })
    }
    await edge.settled()
  }
})

test('a stranger costs as many requests as for a package that does not exist', async () => {
  for (const path of ['/@acme%2fcore', file]) {
    const counts: number[] = []
    for (const asked of [path, path.replaceAll('core', 'none')]) {
      const { edge, state } = watched()
      await ask(edge, dan, asked)
      await ask(edge, dan, asked)
      counts.push(state.requests)
    }
    expect(counts[0]).toBe(counts[1])
  }
})

test('given back, it is read as before', async () => {
  const { registry, as } = useCases(stack)
  await registry.endSensitivity(await as('ana'), core)
  await registry.endSensitivity(await as('ana'), core)
  expect((await ask(stack.edge(), await stack.as())).status).toBe(302)
  const who = await as('ana')
  await expect(registry.makeSensitive(who, core, ['none'])).rejects.toMatchObject({ code: 'team_not_found' })
  await (await stack.as('ana')).publish('free', '1.0.0')
  await expect(registry.makeSensitive(who, npmPackage('free'), ['dev'])).rejects.toMatchObject({ code: 'org_required' })
  await registry.makeSensitive(who, npmPackage('free'), [])
  const many = Array.from({ length: 51 }, (_, index) => `t${index}`)
  await expect(registry.makeSensitive(who, core, many)).rejects.toMatchObject({ code: 'too_many_groups' })
})
