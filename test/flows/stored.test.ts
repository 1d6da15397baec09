import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatIds, type OrgName, type PackageName, type PackageRef, type Version } from '../../src/model/ids.ts'
import { type Amount, amountOf, nothing, type Payer, payerOf, plus } from '../../src/model/stored.ts'
import { ScriptJudge } from '../../src/node/scripts/judge.ts'
import { createValidate } from '../../src/node/validator/validate.ts'
import { rebuild } from '../../src/registry/rebuild.ts'
import { sweepIndex } from '../../src/registry/search-index.ts'
import { settle } from '../../src/registry/settle.ts'
import { sweep } from '../../src/registry/sweep.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { parseJob } from '../../src/storage/jobs.ts'
import { defaultPolicy } from '../../src/validation/policy.ts'
import { formats, wireStores } from '../../src/wiring.ts'
import { json, problemIn, publishRequest } from '../support/actor.ts'
import { company, useCases } from '../support/company.ts'
import { dying, everyNthDeath } from '../support/dying.ts'
import { hurried } from '../support/hurried.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { type Sent, Uploader } from '../support/uploader.ts'

/** What totals say that is stored, against the items of all versions: whoever dies on the way. */

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ validator: false, workerd: false, settings: { DECKLE_PUBLISH_WAIT_MS: '0' } })
  await company(stack, 'acme', [], { ana: ['owner'], bob: ['member'] })
  await company(stack, 'birch', [], { dora: ['owner'], eve: ['member'] })
}, 60_000)
afterAll(() => stack?.close())

const npm = (name: string): PackageRef => ({ format: 'npm', name: name as PackageName })
const healthy = hurried(webPlatform.fetch)

/** A validator or sweeper. */
function depsOn(platform: Platform) {
  const stores = wireStores(stack.config, platform)
  const validate = createValidate({ stores, platform, scripts: new ScriptJudge(platform), policy: defaultPolicy })
  return { ...stores, formats, publicUrl: stack.config.publicUrl, platform, maxAttempts: 10, validate }
}

async function takeJobs(platform: Platform = healthy): Promise<void> {
  const deps = depsOn(platform)
  for (;;) {
    const messages = await stack.stores.sqs.receive('jobs', { max: 10, waitS: 0, visibilityTimeoutS: 30 })
    if (messages.length === 0) return
    for (const message of messages) {
      await stack.stores.sqs.remove('jobs', message.receiptHandle)
      await settle(deps, parseJob(message.body))
    }
  }
}

/** What healthy sweepers and validators do an hour later. */
async function recover(): Promise<void> {
  const later = { ...depsOn(healthy), platform: { ...healthy, now: () => Date.now() + 3_600_000 } }
  await sweep(later)
  await takeJobs()
  await sweepIndex(later)
}

/** Somebody at an edge, with settings of its own. */
async function at(name: string, settings: Readonly<Record<string, string>> = {}) {
  const edge = stack.edge(healthy, settings)
  const { token } = await stack.as(name)
  return {
    fetch: (path: string, init: RequestInit = {}) => {
      const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` }
      return edge.fetch(new Request(`${stack.url}${path}`, { ...init, headers }))
    },
    publish(name: string, version: string) {
      return this.fetch(`/${name.replace('/', '%2f')}`, publishRequest(name, version))
    },
    quota(of: string, quota?: object) {
      return this.fetch(`/api/v1${of}/quota`, quota === undefined ? { method: 'DELETE' } : json('PUT', quota))
    },
    async stats(of: string) {
      const report = (await (await this.fetch(`/api/v1/stats${of}`)).json()) as Record<string, unknown>
      return [report['storedBytes'], report['storedFiles'], report['storedBytesLimit']]
    },
  }
}

const sent = (name: string, filename: string, bytes = 10): Sent => {
  return { package: name, version: '1.0.0', filename, content: new Uint8Array(bytes).fill(1) }
}

async function published(who: Awaited<ReturnType<typeof at>>, name: string, ...versions: string[]): Promise<void> {
  for (const version of versions) expect((await who.publish(name, version)).status).toBe(202)
  await recover()
}

/** By who pays, out of the items of all versions. */
async function recounted(): Promise<ReadonlyMap<Payer, Amount>> {
  const totals = new Map<Payer, Amount>()
  for (const format of formatIds) {
    for (const head of (await stack.stores.heads.list(format, { limit: 100 })).heads) {
      for await (const record of stack.stores.versions.all(head)) {
        if (!['accepted', 'published', 'blocked'].includes(record.status)) continue
        totals.set(payerOf(head), plus(totals.get(payerOf(head)) ?? nothing, amountOf(record)))
      }
    }
  }
  return totals
}

const payer = (text: string) => text as Payer
const everybody = ['org/acme', 'user/ana', 'user/bob', 'user/cat'].map(payer)

async function expectExact(): Promise<void> {
  const { storedTotals } = stack.stores
  const wanted = await recounted()
  for (const one of everybody) expect([one, await storedTotals.of(one)]).toEqual([one, wanted.get(one) ?? nothing])
  expect(await storedTotals.ofRegistry()).toEqual([...wanted.values()].reduce(plus, nothing))
}

test('all that is published counts for the organisation of its package, or its first owner, until it is gone', async () => {
  const [ana, cat] = [await at('ana'), await at('cat')]
  await published(ana, '@acme/tool', '1.0.0', '1.1.0')
  await published(ana, '@ana/own', '1.0.0')
  for (const name of ['a.bin', 'b.bin']) await new Uploader(cat).publish(sent('files', name))
  await recover()
  await expectExact()
  expect(await cat.stats('/users/cat')).toEqual([20, 2, undefined])
  expect(await cat.stats('/packages/generic/files')).toEqual([20, 2, undefined])
  expect((await ana.stats('/organisations/acme'))[1]).toBe(2)
  // A scope that is no organisation's has no room of its own
  expect((await ana.stats('/users/ana'))[1]).toBe(1)
  expect((await (await at('admin')).stats(''))[1]).toBe(5)

  const { registry, as } = useCases(stack)
  const version = { ...npm('@acme/tool'), version: '1.0.0' as Version }
  await registry.blockVersion(await as('admin'), version, 'malware')
  await recover()
  expect((await ana.stats('/organisations/acme'))[1]).toBe(2)
  await registry.unblockVersion(await as('admin'), version)
  await registry.unpublishVersion(await as('ana'), version)
  await registry.unpublishVersion(await as('cat'), {
    format: 'generic',
    name: 'files' as PackageName,
    version: '1.0.0' as Version,
  })
  await recover()
  expect((await ana.stats('/organisations/acme'))[1]).toBe(1)
  expect(await cat.stats('/users/cat')).toEqual([0, 0, undefined])
  await expectExact()
  for (const ref of [npm('@acme/tool'), npm('@ana/own')]) {
    expect((await rebuild(depsOn(healthy), ref)).outcome).toBe('unchanged')
  }
})

test('a package takes what it stores along, and a file that was refused counts for nobody', async () => {
  const ana = await at('ana')
  await published(ana, 'moving', '1.0.0')
  const { registry, as } = useCases(stack)
  await registry.transferPackage(await as('ana'), npm('moving'), { org: 'acme' as OrgName })
  await recover()
  await expectExact()
  await registry.transferPackage(await as('ana'), npm('moving'), { org: null, owners: ['bob'] })
  await ana.fetch(
    '/refused',
    publishRequest('refused', '1.0.0', {
      files: { '.npmrc': '//x/:_authToken=npm_abcdefghijklmnopqrstuvwxyz0123456789' },
    }),
  )
  await recover()
  expect((await (await at('bob')).stats('/users/bob'))[1]).toBe(1)
  await expectExact()
})

describe('killed after each write', () => {
  test('of the validator that publishes: the sweeper counts each once', async () => {
    const ana = await at('ana')
    const refs: PackageRef[] = []
    // Listing and counting are one write; settle-crash.test.ts kills after all the others
    for (let write = 1, done = false; !done; write += 3 * everyNthDeath) {
      const name = `@acme/mortal-${write}`
      refs.push(npm(name))
      await ana.publish(name, '1.0.0')
      const platform = dying(write)
      done = await takeJobs(platform).then(
        () => platform.writes() < write,
        () => false,
      )
      expect(write).toBeLessThan(80)
    }
    await recover()
    await expectExact()
    for (const ref of refs) expect((await stack.stores.heads.get(ref))?.stored?.listed.files).toBe(1)
  }, 60_000)

  test('of the sweeper that counts a transfer: the next one finishes it', async () => {
    await published(await at('ana'), 'given', '1.0.0')
    const { registry, as } = useCases(stack)
    const ana = await as('ana')
    for (let write = 1, done = false; !done; write += everyNthDeath) {
      await registry.transferPackage(ana, npm('given'), { org: write % 2 === 1 ? ('acme' as OrgName) : null })
      const platform = dying(write)
      await sweepIndex(depsOn(platform)).catch(() => undefined)
      done = platform.writes() < write
      await recover()
      await expectExact()
      expect(write).toBeLessThan(40)
    }
  }, 60_000)
})

test('whoever stood still while others went on counts nothing again', async () => {
  await published(await at('ana'), 'frozen', '1.0.0')
  const { registry, as } = useCases(stack)
  await registry.transferPackage(await as('ana'), npm('frozen'), { org: 'acme' as OrgName })
  const [frozen, thawed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slow = sweepIndex(
    depsOn(
      hurried(async (request) => {
        const text = await request.clone().text()
        if (request.headers.get('x-amz-target')?.endsWith('PutItem') && text.includes('"stored/')) {
          frozen.resolve()
          await thawed.promise
        }
        return webPlatform.fetch(request)
      }),
    ),
  )
  await frozen.promise
  await recover()
  await published(await at('ana'), '@acme/meanwhile', '1.0.0')
  thawed.resolve()
  await slow
  await expectExact()
})

test('many packages of one organisation at once are all counted, and leave no marks behind', async () => {
  const ana = await at('ana')
  const names = Array.from({ length: 6 }, (_, index) => `@acme/many-${index}`)
  for (const name of names) await ana.publish(name, '1.0.0')
  await Promise.all(Array.from({ length: 3 }, () => takeJobs()))
  await Promise.all(Array.from({ length: 3 }, () => recover()))
  await expectExact()
  await published(ana, '@acme/last', '1.0.0')
  const total = await stack.stores.storedTotals.total(payer('org/acme'))
  expect(Object.keys(total?.marks ?? {})).toEqual(['npm/@acme/last'])
})

describe('a limit of what is stored', () => {
  test('refuses an npm publish before it takes a name, and not the repetition of one that stands', async () => {
    await published(await at('cat'), 'kept', '1.0.0')
    const [bytes, files] = await (await at('cat')).stats('/users/cat')
    const cat = await at('cat', { DECKLE_USER_STORED_BYTES: String(bytes) })
    expect(await cat.stats('/users/cat')).toEqual([bytes, files, bytes])
    const staged = await stack.stored('staging/')
    const refused = await cat.publish('more', '1.0.0')
    expect(refused.status).toBe(403)
    const { error, code } = (await refused.json()) as Record<string, string>
    expect(code).toBe('quota_exceeded')
    expect(error).toMatch(
      /^A limit is reached: you store \d+ bytes in 1 files, of \d+ bytes, and this needs \d+ more\. Unpublish /,
    )
    expect(await stack.stores.heads.get(npm('more'))).toBeUndefined()
    expect(await stack.stored('staging/')).toEqual(staged)
    expect((await cat.publish('kept', '1.0.0')).status).toBeLessThan(300)
    // What another one stores is not told to those who may publish
    const { registry, as } = useCases(stack)
    await registry.grantAccess(await as('cat'), npm('kept'), { kind: 'user', name: 'bob' }, 'write')
    const bob = await at('bob', { DECKLE_USER_STORED_BYTES: String(bytes) })
    expect(await (await bob.publish('kept', '1.1.0')).text()).toMatch(
      /\\"cat\\", who pays .* has no room for \d+ bytes more/,
    )
  })

  test('refuses an upload when it is opened, and when it is completed', async () => {
    const [stored] = await (await at('ana')).stats('/organisations/acme')
    const limit = (more: number) => ({ DECKLE_ORGANISATION_STORED_BYTES: String(Number(stored) + more) })
    const roomy = new Uploader(await at('ana', limit(15)))
    const upload = (await (await roomy.open(sent('@acme/large', 'a.bin'))).json()) as Record<string, any>
    expect(await problemIn(await roomy.open(sent('@acme/large', 'b.bin', 16)))).toEqual([403, 'quota_exceeded'])
    await roomy.send(upload, sent('', '').content)
    const full = new Uploader(await at('ana', limit(9)))
    const refused = await full.complete(upload['id'])
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('the organisation \\"acme\\" stores'),
    ])
    expect((await roomy.complete(upload['id'])).status).toBe(202)
    await recover()
    expect((await full.complete(upload['id'])).status).toBe(200)
    await expectExact()
  })
})

test('an organisation has as many open uploads as it may, whoever opens them', async () => {
  const settings = { DECKLE_ORGANISATION_OPEN_UPLOADS: '2', DECKLE_ORGANISATION_OPEN_UPLOAD_BYTES: '25' }
  const [ana, bob] = [new Uploader(await at('ana', settings)), new Uploader(await at('bob', settings))]
  const first = (await (await ana.open(sent('@acme/one', 'a'))).json()) as Record<string, any>
  expect(await problemIn(await bob.open(sent('@acme/two', 'a', 16)))).toEqual([403, 'quota_exceeded'])
  expect((await bob.open(sent('@acme/two', 'a'))).status).toBe(201)
  const refused = await bob.open(sent('@acme/two', 'b', 1))
  expect(await refused.text()).toContain('the organisation \\"acme\\" has 2 open uploads, of 2')
  expect((await bob.open(sent('bobs-own', 'b', 16))).status).toBe(201)
  await (await at('ana', settings)).fetch(`/api/v1/uploads/${first['id']}`, { method: 'DELETE' })
  expect((await bob.open(sent('@acme/two', 'b', 1))).status).toBe(201)
})

describe('what an administrator says of one account', () => {
  test('goes before the settings, for a person, until it is taken back', async () => {
    const [admin, cat] = [await at('admin'), await at('cat', { DECKLE_USER_STORED_BYTES: '1' })]
    const [stored, files] = await cat.stats('/users/cat')
    expect(await problemIn(await cat.publish('roomy', '1.0.0'))).toEqual([403, 'quota_exceeded'])
    expect((await admin.quota('/users/cat', { storedBytes: Number(stored) + 5_000 })).status).toBe(204)
    expect(await cat.stats('/users/cat')).toEqual([stored, files, Number(stored) + 5_000])
    expect((await cat.publish('roomy', '1.0.0')).status).toBe(202)
    await recover()
    // What was left out is as the settings say
    expect((await admin.quota('/users/cat', { openUploads: 1 })).status).toBe(204)
    expect((await cat.stats('/users/cat'))[2]).toBe(1)
    const uploader = new Uploader(await at('cat'))
    expect((await uploader.open(sent('cats-own', 'a'))).status).toBe(201)
    expect(await (await uploader.open(sent('cats-own', 'b'))).text()).toContain('you have 1 open uploads, of 1')
    expect((await admin.quota('/users/cat')).status).toBe(204)
    expect((await uploader.open(sent('cats-own', 'b'))).status).toBe(201)
  })

  test('and for an organisation, whoever uploads to it; the log says who said it', async () => {
    const [admin, dora] = [await at('admin'), await at('dora')]
    const quota = { storedBytes: 9, openUploads: 1 }
    expect((await admin.quota('/organisations/birch', quota)).status).toBe(204)
    expect(await (await dora.fetch('/api/v1/organisations/birch')).json()).toMatchObject({ quota })
    const [own, eves] = [new Uploader(dora), new Uploader(await at('eve'))]
    expect(await (await eves.open(sent('@birch/quota', 'a'))).text()).toContain('the organisation \\"birch\\" stores')
    expect((await own.open(sent('@birch/quota', 'a', 9))).status).toBe(201)
    expect(await (await eves.open(sent('@birch/quota', 'b', 1))).text()).toContain('has 1 open uploads, of 1')
    expect((await admin.quota('/organisations/birch')).status).toBe(204)
    expect(await (await dora.fetch('/api/v1/organisations/birch')).json()).not.toHaveProperty('quota')
    expect((await eves.open(sent('@birch/quota', 'b', 1))).status).toBe(201)
    const { items } = (await (await admin.fetch('/api/v1/audit?action=org.quota')).json()) as Record<string, any>
    expect(items).toMatchObject([
      { actor: 'admin', target: 'org/birch', before: { quota }, after: {} },
      { actor: 'admin', target: 'org/birch', before: {}, after: { quota } },
    ])
  })

  test('is for administrators alone to say, and for what there is', async () => {
    const [ana, admin] = [await at('ana'), await at('admin')]
    for (const of of ['/users/ana', '/organisations/acme']) {
      expect(await problemIn(await ana.quota(of, { storedBytes: 1e12 }))).toEqual([403, 'admin_required'])
    }
    expect(await problemIn(await admin.quota('/organisations/nobodys', {}))).toEqual([404, 'org_not_found'])
    expect(await problemIn(await admin.quota('/users/nobody', {}))).toEqual([404, 'user_not_found'])
    expect(await problemIn(await admin.quota('/users/ana', { openUploads: 0 }))).toEqual([400, 'body_invalid'])
  })
})

test('people and organisations say what they store, and auditors have a list of each, also as a table', async () => {
  const [admin, cat, ana] = [await at('admin', { DECKLE_USER_STORED_BYTES: '9000' }), await at('cat'), await at('ana')]
  const read = async (who: typeof cat, path: string) => (await (await who.fetch(path)).json()) as Record<string, any>
  const [bytes, files] = await cat.stats('/users/cat')
  const told = { storedBytes: bytes, storedFiles: files }
  expect(await read(cat, '/api/v1/auth/me')).toMatchObject(told)
  expect(await read(admin, '/api/v1/users/cat')).toMatchObject({ ...told, storedBytesLimit: 9_000 })
  const [ofOrg] = await ana.stats('/organisations/acme')
  expect(await read(ana, '/api/v1/organisations/acme')).toMatchObject({ storedBytes: ofOrg })

  await admin.quota('/users/bob', { storedBytes: 7 })
  const rows = (await (await admin.fetch('/api/v1/stats/stored/users?format=csv')).text()).split('\n')
  expect(rows[0]).toBe('name,storedBytes,storedFiles,storedBytesLimit')
  expect(rows).toContain(`cat,${bytes},${files},9000`)
  expect(rows.find((row) => row.startsWith('bob,'))).toMatch(/,7$/)
  const { items, next } = await read(admin, '/api/v1/stats/stored/organisations?limit=1')
  expect([items, next]).toEqual([[{ name: 'acme', storedBytes: ofOrg, storedFiles: expect.any(Number) }], 'acme'])
  expect(await problemIn(await cat.fetch('/api/v1/stats/stored/users'))).toEqual([403, 'usage_not_allowed'])
})
