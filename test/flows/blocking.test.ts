import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Version } from '../../src/model/ids.ts'
import type { SignedIn } from '../../src/model/principal.ts'
import { npmPackage } from '../../src/npm/names.ts'
import { rebuild } from '../../src/registry/rebuild.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { formats, type Registry } from '../../src/wiring.ts'
import type { Actor } from '../support/actor.ts'
import { useCases } from '../support/company.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let registry: Registry
let admin: SignedIn
let ana: Actor
let eve: Actor

beforeAll(async () => {
  stack = await startStack()
  const cases = useCases(stack)
  registry = cases.registry
  admin = await cases.as('admin')
  ana = await stack.as('ana')
  eve = await stack.as('eve')
}, 60_000)
afterAll(() => stack?.close())

const version = (name: string, text: string) => ({ ...npmPackage(name), version: text as Version })
const rebuilt = (name: string) => {
  const deps = { ...stack.stores, formats, publicUrl: stack.config.publicUrl, platform: webPlatform }
  return rebuild(deps, npmPackage(name))
}
/** The packument that an edge answers with. */
async function read(actor: Actor, path: string): Promise<any> {
  return (await ask(actor, path)).json()
}

/** Asks an edge that knows nothing yet: in others, a change holds once their heads are 5 s old. */
async function ask(actor: Actor, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = actor.token === undefined ? {} : { authorization: `Bearer ${actor.token}` }
  const edge = stack.edge()
  const answer = await edge.fetch(new Request(`${stack.url}${path}`, { ...init, headers }))
  await edge.settled()
  return answer
}

test('a blocked version is off the list, and whoever asks for it is told why; unblocked, it is back', async () => {
  for (const each of ['1.0.0', '1.1.0']) await ana.publish('lib', each, { access: 'public' })
  await registry.blockVersion(admin, version('lib', '1.1.0'), 'steals tokens')
  await registry.blockVersion(admin, version('lib', '1.1.0'), 'steals passwords')
  const packument = await read(eve, '/lib')
  expect(Object.keys(packument.versions)).toEqual(['1.0.0'])
  expect(packument['dist-tags']).toEqual({ latest: '1.0.0' })
  for (const path of ['/lib/-/lib-1.1.0.tgz', '/lib/1.1.0']) {
    const refused = await ask(eve, path)
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({
      code: 'package_blocked',
      error: expect.stringContaining('lib@1.1.0" was blocked by an administrator: steals passwords'),
    })
  }
  expect((await ask(eve, '/lib/-/lib-1.1.0.tgz', { method: 'HEAD' })).status).toBe(403)
  const again = await ana.publish('lib', '1.1.0', { access: 'public' })
  expect(await again.json()).toMatchObject({ code: 'package_blocked' })
  expect(await rebuilt('lib')).toEqual({ outcome: 'unchanged', versions: 1 })
  expect(await stack.stored('packages/npm/lib/')).toHaveLength(2)

  await registry.unblockVersion(admin, version('lib', '1.1.0'))
  await registry.unblockVersion(admin, version('lib', '1.1.0'))
  expect(Object.keys((await read(eve, '/lib')).versions)).toEqual(['1.0.0', '1.1.0'])
  expect((await ask(eve, '/lib/-/lib-1.1.0.tgz')).status).toBe(302)
  expect((await rebuilt('lib')).outcome).toBe('unchanged')
  expect((await stack.stores.versions.get(version('lib', '1.1.0')))?.blocked).toBeUndefined()
  expect((await stack.stores.heads.get(npmPackage('lib')))?.blockedVersions).toBeUndefined()
  const day = new Date().toISOString().slice(0, 10)
  const range = { from: day, to: `${day}T24`, limit: 10 }
  const { entries } = await stack.stores.auditEntries.find({ ...range, target: 'package/npm/lib', actor: 'admin' })
  expect(entries.map(({ action, before, after }) => [action, before?.['blocked'], after?.['blocked']])).toEqual([
    ['version.unblock', 'steals passwords', undefined],
    ['version.block', 'steals tokens', 'steals passwords'],
    ['version.block', undefined, 'steals tokens'],
  ])
})

test('a package whose only version is blocked says why to those who may read it, and is none to others', async () => {
  await ana.publish('single', '1.0.0')
  await registry.blockVersion(admin, version('single', '1.0.0'), 'malware')
  for (const path of ['/single', '/single/1.0.0', '/single/-/single-1.0.0.tgz']) {
    expect(await (await ask(ana, path)).json()).toMatchObject({ code: 'package_blocked' })
    expect(await (await ask(eve, path)).json()).toMatchObject({ code: 'package_not_found' })
  }
  expect((await rebuilt('single')).outcome).toBe('unchanged')
  expect((await ana.publish('single', '1.0.1')).status).toBe(201)
  expect(Object.keys((await read(ana, '/single')).versions)).toEqual(['1.0.1'])
})

test('what an administrator has blocked, nobody unpublishes by removing the rest', async () => {
  for (const each of ['1.0.0', '1.1.0']) await ana.publish('evidence', each)
  await registry.blockVersion(admin, version('evidence', '1.1.0'), 'malware')
  const { _rev } = await read(ana, '/evidence?write=true')
  expect((await ask(ana, `/evidence/-rev/${_rev}`, { method: 'DELETE' })).status).toBe(200)
  expect((await stack.stores.versions.get(version('evidence', '1.1.0')))?.status).toBe('blocked')
  expect((await ask(ana, '/evidence/-/evidence-1.1.0.tgz')).status).toBe(403)
  expect((await ana.publish('evidence', '1.2.0')).status).toBe(201)
  const root = await stack.as('admin')
  const revision = (await read(root, '/evidence?write=true'))._rev
  expect((await ask(root, `/evidence/-rev/${revision}`, { method: 'DELETE' })).status).toBe(200)
  expect((await stack.stores.versions.get(version('evidence', '1.1.0')))?.status).toBe('unpublished')
  expect((await ask(ana, '/evidence')).status).toBe(404)
})

test('only administrators block, and what is not published cannot be', async () => {
  const owner = await useCases(stack).as('ana')
  const target = version('lib', '1.0.0')
  for (const refused of [registry.blockVersion(owner, target, 'x'), registry.unblockVersion(owner, target)]) {
    await expect(refused).rejects.toMatchObject({ code: 'admin_required' })
  }
  await expect(registry.blockVersion(admin, version('lib', '9.9.9'), 'x')).rejects.toMatchObject({
    code: 'version_not_found',
  })
  for (const reason of ['', ' ', 'two\nlines', 'x'.repeat(501), '\u202Eabc']) {
    await expect(registry.blockVersion(admin, target, reason)).rejects.toMatchObject({ code: 'reason_invalid' })
  }
})

test('a package is blocked whole, for a reason that its readers see', async () => {
  await ana.publish('whole', '1.0.0')
  await registry.blockPackage(admin, npmPackage('whole'), 'under investigation')
  await registry.blockPackage(admin, npmPackage('whole'), 'under investigation')
  for (const path of ['/whole', '/whole/1.0.0', '/whole/-/whole-1.0.0.tgz', '/-/package/whole/dist-tags']) {
    const refused = await ask(ana, path)
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({ error: expect.stringContaining('under investigation') })
    expect((await ask(eve, path)).status).toBe(404)
  }
  await expect(registry.unblockPackage(await useCases(stack).as('ana'), npmPackage('whole'))).rejects.toMatchObject({
    code: 'admin_required',
  })
  await registry.unblockPackage(admin, npmPackage('whole'))
  expect((await ask(ana, '/whole')).status).toBe(200)
})

test('a locked package is read and managed, and not changed', async () => {
  await ana.publish('locked', '1.0.0')
  const owner = await useCases(stack).as('ana')
  const ref = npmPackage('locked')
  await registry.lockPackage(owner, ref, 'release freeze')
  const refused = await ana.publish('locked', '1.1.0')
  expect(refused.status).toBe(423)
  expect(await refused.json()).toMatchObject({ error: expect.stringContaining('release freeze') })
  const tag = { method: 'PUT', body: '"1.0.0"', headers: { 'content-type': 'application/json' } }
  expect((await ana.fetch('/-/package/locked/dist-tags/next', tag)).status).toBe(423)
  expect((await ana.fetch('/locked')).status).toBe(200)
  await expect(registry.lockPackage(await useCases(stack).as('eve'), ref, 'mine')).rejects.toMatchObject({
    code: 'package_not_found',
  })
  await registry.unlockPackage(owner, ref)
  await registry.unlockPackage(owner, ref)
  expect((await ana.publish('locked', '1.1.0')).status).toBe(201)
})
