import { AwsClient } from 'aws4fetch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatePaths } from '../../src/model/gate-paths.ts'
import { measures } from '../../src/model/telemetry.ts'
import { type HealthServer, startHealthServer } from '../../src/node/service/health-server.ts'
import { answering } from '../../src/node/service/questions.ts'
import { startValidator, type Validator } from '../../src/node/validator/service.ts'
import { digestHex } from '../../src/std/digest.ts'
import { Metrics } from '../../src/std/metrics.ts'
import { npmTarball } from '../builders/tarball.ts'
import { publishRequest } from '../support/actor.ts'
import { company } from '../support/company.ts'
import { type EdgeInProcess, type Stack, startStack } from '../support/stack.ts'
import { Uploader } from '../support/uploader.ts'

let stack: Stack
let validator: Validator
let server: HealthServer
let edge: EdgeInProcess

beforeAll(async () => {
  stack = await startStack({ workerd: false, validator: false })
  await company(stack, 'acme', ['ops'], { ana: ['owner'], opal: ['member', 'ops'], dan: ['member'] })
  validator = await startValidator(stack.config)
  const others = answering(validator.questions, stack.config)
  server = await startHealthServer({ port: 0, host: '127.0.0.1', metrics: new Metrics(measures), others })
  edge = reaching(server.port)
  for (const name of ['@acme/core', '@acme/slow']) {
    expect((await publish(name, '1.0.0')).status).toBe(201)
  }
}, 60_000)
afterAll(async () => {
  await server?.close()
  await validator?.stop()
  await stack?.close()
})

const reaching = (port: number) => stack.edge(undefined, { DECKLE_VALIDATOR_URL: `http://127.0.0.1:${port}` })

async function ask(path: string, init: RequestInit = {}, name = 'ana', by = edge): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${(await stack.as(name)).token}`)
  headers.set('cf-connecting-ip', '192.0.2.77')
  return by.fetch(new Request(`${stack.url}${path}`, { ...init, headers }))
}

function publish(name: string, version: string, files?: Readonly<Record<string, string>>): Promise<Response> {
  const request = publishRequest(name, version, { access: 'public', ...(files && { files }) })
  return ask(`/${name.replace('/', '%2f')}`, request)
}

const body = async (answer: Response | Promise<Response>) => (await (await answer).json()) as Record<string, any>
const checkOf = (name: string) => `/api/v1/packages/npm/${name.replace('/', '%2f')}/check`
const attach = (name: string, body: string | Uint8Array<ArrayBuffer>, who = 'ana', type = 'text/javascript') =>
  ask(checkOf(name), { method: 'PUT', body, headers: { 'content-type': type } }, who)
const fileOf = (name: string) => `/${name.replace('/', '%2f')}/-/${name.slice('@acme/'.length)}-1.0.0.tgz`
const download = (name: string, who: string, by = edge) => ask(fileOf(name), {}, who, by)

async function eventsOf(name: string): Promise<readonly Record<string, unknown>[]> {
  const day = new Date().toISOString().slice(0, 10)
  const page = await stack.stores.db.query('downloads', { partition: `npm/${name}#${day}`, consistent: true })
  return page.items
}

const script = `
export function publish({ files, manifest, publisher, version, isTruncated }) {
  if (isTruncated || files.some(({ path }) => path.endsWith('.exe'))) return deny('No programs in ' + manifest.name)
  return publisher === 'ana' && version ? allow() : deny('Only ana.')
}
export function download({ who, package: { name }, version, file, addressPrefix, time, ...rest }) {
  if (who === null || !who.teams.includes('acme/ops')) return deny('Only for operations, and not from ' + addressPrefix + '.')
  return file === 'core-1.0.0.tgz' && time.startsWith(new Date().toISOString().slice(0, 13)) ? allow() : deny(file)
}`
const digest = digestHex('sha256', script)

test('a script is parsed before it is accepted, by owners only, and stored under its digest', async () => {
  expect(await (await attach('@acme/core', 'export function download( {')).json()).toMatchObject({
    code: 'check_script_invalid',
    detail: expect.stringMatching(/SyntaxError.*check\.js:1/),
  })
  expect(await (await attach('@acme/core', 'export const other = 1')).json()).toMatchObject({
    code: 'check_script_invalid',
  })
  expect((await attach('@acme/core', '/'.repeat(100_001))).status).toBe(413)
  expect((await attach('@acme/core', script, 'dan')).status).toBe(403)
  expect(await (await attach('@acme/core', script)).json()).toEqual({ digest, moments: ['publish', 'download'] })
  expect(await stack.stored('scripts/npm/@acme/core/')).toEqual([`${digest}.js`])
  expect(await (await ask(checkOf('@acme/core'))).json()).toEqual({ digest, moments: ['publish', 'download'], script })
  const trail = await body(ask('/api/v1/audit?target=package/npm/@acme/core'))
  expect(trail['items']).toContainEqual(
    expect.objectContaining({
      action: 'package.check',
      after: { checkScript: { digest, moments: ['publish', 'download'] } },
    }),
  )
})

test('a script is taken as it was written, or not at all', async () => {
  const whole = `// A form loses its line ends, and all of this would be a comment\n${script}`
  for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json', '']) {
    expect(await body(attach('@acme/core', whole, 'ana', type))).toMatchObject({
      status: 415,
      detail: 'Send the body as text/javascript.',
    })
  }
  const latin1 = Uint8Array.from(Buffer.from('export const publish = () => deny("caf\xe9")', 'latin1'))
  expect(await body(attach('@acme/core', latin1))).toMatchObject({ status: 400, code: 'check_script_invalid' })
  const older = await attach('@acme/core', script, 'ana', 'application/javascript; charset=utf-8')
  expect(await body(older)).toMatchObject({ digest })
})

test('a version is refused with the reason, or remembers the script that allowed it', async () => {
  const refused = await publish('@acme/core', '1.1.0', { 'tool.exe': 'MZ' })
  expect(refused.status).toBe(422)
  expect((await body(refused))['error']).toContain('No programs in @acme/core.')
  const reportPath = '/api/v1/packages/npm/@acme%2fcore/versions/1.1.0/report'
  const report = await body(ask(reportPath))
  expect([report['verdict'], report['findings'][0].code]).toEqual(['rejected', 'check_script_denied'])
  expect((await publish('@acme/core', '1.1.0')).status).toBe(201)
  expect((await body(ask(reportPath)))['facts'].checkScript).toBe(digest)
})

test('a dry run asks the script, too', async () => {
  const manifest = JSON.stringify({ name: '@acme/core', version: '1.2.0' })
  const content = npmTarball({ 'package.json': manifest, 'tool.exe': 'MZ' })
  const more = { format: 'npm', dryRun: true }
  const sender = new Uploader({ fetch: (path, init) => ask(path, init) })
  const tried = await sender.publish({ package: '@acme/core', version: '1.2.0', filename: 'core.tgz', content, more })
  expect(await body(tried)).toMatchObject({ state: 'invalid', reasons: [{ code: 'check_script_denied' }] })
})

test('a download is asked for each time, by every edge, and recorded with the answer before there is one', async () => {
  const link = (await download('@acme/core', 'opal')).headers.get('location') ?? ''
  expect((await fetch(link)).status).toBe(200)
  const denied = await download('@acme/core', 'dan', reaching(server.port))
  expect(denied.status).toBe(403)
  expect(await denied.json()).toMatchObject({
    code: 'check_script_denied',
    error: expect.stringContaining('Only for operations, and not from 192.0.2.0/24.'),
  })
  const events = (await eventsOf('@acme/core')).map(({ username, events: told }) => `${username} ${told}`)
  expect(events).toContainEqual(expect.stringMatching(/^opal .*"outcome":"allowed"/))
  expect(events).toContainEqual(expect.stringMatching(/^dan .*"outcome":"refused".*"reason":"check_script_denied"/))
  expect(events).toHaveLength(2)
})

test('a script that takes all of its time holds up no other package, and denies', async () => {
  const loop = 'export function download() { for (;;); }'
  // Side by side, so that two threads have started
  const [attached] = await Promise.all([attach('@acme/slow', loop), download('@acme/core', 'opal')])
  expect(attached.status).toBe(200)
  let isOver = false
  const slow = download('@acme/slow', 'opal').finally(() => {
    isOver = true
  })
  expect((await download('@acme/core', 'opal')).status).toBe(302)
  expect(isOver).toBe(false)
  const answer = await slow
  expect(answer.status).toBe(403)
  expect(await answer.json()).toMatchObject({ code: 'check_script_failed', error: expect.stringContaining('5000 ms') })
}, 20_000)

test('a script that throws refuses the version', async () => {
  expect((await attach('@acme/slow', 'export function publish(input) { return input.none.of }')).status).toBe(200)
  const refused = await publish('@acme/slow', '1.1.0')
  expect(refused.status).toBe(422)
  expect(JSON.stringify(await refused.json())).toMatch(/gave no answer: it threw TypeError/)
  // It asks for nothing when something is downloaded
  expect((await download('@acme/slow', 'dan')).status).toBe(302)
})

test('only the edge is answered: signed, by its key, for this service', async () => {
  const url = `http://127.0.0.1:${server.port}${gatePaths.judge}`
  const question = JSON.stringify({
    format: 'npm',
    name: '@acme/core',
    digest,
    input: { time: new Date().toISOString() },
  })
  expect((await fetch(url, { method: 'POST', body: question })).status).toBe(403)
  const { region } = stack.config.storage
  const sign = (change: object) =>
    new AwsClient({ ...stack.credentials, service: 'execute-api', region, retries: 0, ...change })
  expect((await sign({ secretAccessKey: 'guessed' }).fetch(url, { method: 'POST', body: question })).status).toBe(403)
  expect((await sign({ service: 'sqs' }).fetch(url, { method: 'POST', body: question })).status).toBe(403)
  const client = sign({})
  expect((await client.fetch(url, { method: 'POST', body: question })).status).toBe(200)
  expect((await client.fetch(url, { method: 'POST', body: '{}' })).status).toBe(400)
  expect((await client.fetch(url, { method: 'GET' })).status).toBe(404)
})

test('without a validator nothing is downloaded, also where the script was set a moment ago', async () => {
  await server.close()
  const answer = await download('@acme/core', 'opal')
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({ code: 'check_unavailable' })
  expect(JSON.stringify(await eventsOf('@acme/core'))).toContain('check_unavailable')
  const unaware = await download('@acme/core', 'opal', stack.edge())
  expect(await unaware.json()).toMatchObject({ code: 'check_unavailable' })
  expect((await attach('@acme/core', script)).status).toBe(503)
  // Given up, it is read as before
  expect((await ask(checkOf('@acme/core'), { method: 'DELETE' })).status).toBe(204)
  expect((await download('@acme/core', 'dan')).status).toBe(302)
  await edge.settled()
})
