import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { choosePort } from '../../src/node/local/ports.ts'
import { inSandbox } from '../clients/support/cells.ts'
import type { Client } from '../clients/support/client.ts'
import { npm11 } from '../clients/support/clients/npm.ts'
import { yarn1 } from '../clients/support/clients/yarn1.ts'
import { contents, publishOk, readTree, samplePackage } from '../clients/support/packages.ts'
import { launchRegistry, password, type RunningRegistry } from '../clients/support/registry.ts'
import { startProxy, type TlsProxy } from './support/proxy.ts'
import { type Answer, type RequestFacts, request } from './support/request.ts'

/** A team's registry: `npm start` with its two URLs behind the nginx of the docs, and real clients in front of it. */

let proxy: TlsProxy
let registry: RunningRegistry
let token: string

beforeAll(async () => {
  const port = await choosePair()
  proxy = await startProxy({ registry: port, storage: port + 1 })
  registry = await launchRegistry(
    proxy.registryUrl,
    ['--port', String(port), '--public-url', proxy.registryUrl, '--storage-url', proxy.storageUrl],
    { DECKLE_TRUST_ADDRESS: 'true', DECKLE_WEB_LOGIN: 'false' },
  )
  const login = { name: 'admin', password }
  token = tokenOf(await ask('/-/user/org.couchdb.user:admin', { method: 'PUT', body: JSON.stringify(login) }))
})

afterAll(async () => {
  await registry?.stop()
  await proxy?.stop()
})

/** A port that is free together with the next one. */
async function choosePair(): Promise<number> {
  for (;;) {
    const port = await choosePort()
    if ((await choosePort(port + 1)) === port + 1) return port
  }
}

/** A request to the registry, as its admin unless there is a header. */
function ask(path: string, facts: Partial<RequestFacts> = {}): Promise<Answer> {
  return request(`${proxy.registryUrl}${path}`, {
    ca: proxy.certificate.ca,
    ...facts,
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...facts.headers,
    },
  })
}

function tokenOf({ body }: Answer): string {
  const { token: made }: { token?: string } = JSON.parse(body.toString())
  if (made === undefined) throw new Error(`There is no token in ${body}`)
  return made
}

/** The client as a user of the team sets it up: it believes the team's own authority. */
function trusting(client: Client): Client {
  return {
    ...client,
    settings: (access) => {
      const { '.npmrc': lines = [], ...others } = client.settings(access)
      return { ...others, '.npmrc': [...lines, `cafile=${proxy.certificate.authority}`] }
    },
  }
}

const asAdmin = () => ({ registry: `${proxy.registryUrl}/`, token })

test('npm logs in with the password', async () => {
  await inSandbox(trusting(npm11), { registry: `${proxy.registryUrl}/` }, async (box) => {
    const answers = { username: 'admin\n', password: `${password}\n`, email: '', no: '' }
    await box.ok(npm11.commands.login.args, {
      answers: npm11.commands.login.prompts.map(({ when, answer }) => ({ when, say: answers[answer] })),
      env: { CI: '' },
    })
    expect((await box.ok(npm11.commands.whoami)).stdout.trim()).toBe('admin')
  })
})

describe.each([npm11, yarn1])('$label', (client) => {
  const names = [`${client.id}-lib`, `@team/${client.id}-lib`]

  test('publishes private packages, which others install byte for byte', async () => {
    await inSandbox(trusting(client), asAdmin(), async (publisher) => {
      const folders = names.map((name) => [name, samplePackage(publisher, name, '1.0.0')] as const)
      for (const [, folder] of folders) await publishOk(publisher, folder)
      // In a sandbox of its own, because npm has in its cache what it has published.
      await inSandbox(trusting(client), asAdmin(), async (box) => {
        const project = box.project('app')
        for (const [name, folder] of folders) {
          await box.ok(client.add(name), { cwd: project })
          expect(contents(readTree(join(project, 'node_modules', name)))).toEqual(contents(readTree(folder)))
        }
      })
    })
  })

  test('asks the registry with its token, and storage without', () => {
    const passed = proxy.log().filter(({ uri }) => uri.includes(`${client.id}-lib`))
    const files = passed.filter(({ server, status }) => server === '127.0.0.1' && status === '200')
    expect(files.length).toBeGreaterThanOrEqual(names.length)
    expect(files.filter(({ authorization }) => authorization === 'yes')).toEqual([])
    const decisions = passed.filter(({ server, status }) => server === 'localhost' && status === '302')
    expect(decisions.length).toBeGreaterThanOrEqual(names.length)
    expect(decisions.filter(({ authorization }) => authorization === 'no')).toEqual([])
  })
})

test('a scoped name is asked for with its slash encoded', () => {
  expect(proxy.log()).toContainEqual(
    expect.objectContaining({ uri: '/@team%2fnpm11-lib', method: 'PUT', status: '201' }),
  )
})

test('a package of 20 MB passes, in and out', async () => {
  await inSandbox(trusting(npm11), asAdmin(), async (publisher) => {
    const folder = samplePackage(publisher, 'heavy', '1.0.0')
    publisher.write('packages/heavy/1.0.0/heavy.bin', randomBytes(20_000_000))
    await publishOk(publisher, folder)
    await inSandbox(trusting(npm11), asAdmin(), async (box) => {
      const project = box.project('app')
      await box.ok(npm11.add('heavy'), { cwd: project })
      expect(contents(readTree(join(project, 'node_modules/heavy')))).toEqual(contents(readTree(folder)))
    })
  })
})

describe('a link to storage', () => {
  async function link(): Promise<string> {
    const answer = await ask('/@team/npm11-lib/-/npm11-lib-1.0.0.tgz')
    expect(answer.status).toBe(302)
    return answer.headers.location ?? ''
  }

  test('names storage, and serves ranges', async () => {
    const url = await link()
    expect(new URL(url).origin).toBe(proxy.storageUrl)
    const whole = await request(url, proxy.certificate)
    const part = await request(url, { ...proxy.certificate, headers: { range: 'bytes=100-199' } })
    expect(part.status).toBe(206)
    expect(part.headers['content-range']).toBe(`bytes 100-199/${whole.body.length}`)
    expect(part.body).toEqual(whole.body.subarray(100, 200))
  })

  test('is worth nothing without its signature, for another host name, or to write', async () => {
    const url = await link()
    const status = async (target: string, facts: Partial<RequestFacts> = {}) =>
      (await request(target, { ...proxy.certificate, ...facts })).status
    expect(await status(url.replace(/\?.*/, ''))).toBe(403)
    expect(await status(url, { headers: { host: '127.0.0.1' } })).toBe(403)
    expect(await status(url, { method: 'PUT', body: 'x' })).toBe(403)
  })
})

test('a token for one address is good from there alone, whatever address the client claims', async () => {
  const make = async (cidr_whitelist: readonly string[]) => {
    const body = { password, cidr_whitelist, packages_all: true, packages_and_scopes_permission: 'read-write' }
    return tokenOf(await ask('/-/npm/v1/tokens', { method: 'POST', body: JSON.stringify(body) }))
  }
  const here = await make(['127.0.0.1/32'])
  const elsewhere = await make(['192.0.2.1/32'])
  const whoami = async (own: string, claimed: Readonly<Record<string, string>> = {}) =>
    (await ask('/-/whoami', { headers: { authorization: `Bearer ${own}`, ...claimed } })).status
  const claimed = { 'cf-connecting-ip': '192.0.2.1', 'x-forwarded-for': '192.0.2.1' }
  expect(await whoami(here)).toBe(200)
  expect(await whoami(here, claimed)).toBe(200)
  expect(await whoami(elsewhere)).toBe(403)
  expect(await whoami(elsewhere, claimed)).toBe(403)
})

test('guesses count for the address that they come from, whatever the client claims', async () => {
  const guess = async (attempt: number) =>
    (
      await ask('/-/user/org.couchdb.user:nobody', {
        method: 'PUT',
        body: JSON.stringify({ name: 'nobody', password: `wrong-guess-${attempt}` }),
        headers: { 'cf-connecting-ip': `192.0.2.${attempt}` },
      })
    ).status
  // Ten in a window of time; the next window may begin meanwhile.
  let answer = 0
  for (let attempt = 1; attempt <= 21 && answer !== 429; attempt += 1) answer = await guess(attempt)
  expect(answer).toBe(429)
})
