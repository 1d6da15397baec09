import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AwsClient } from 'aws4fetch'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { choosePort } from '../../src/node/local/ports.ts'
import { Actor, json, publishRequest } from '../support/actor.ts'
import { givePassword } from '../support/company.ts'
import { readOpenMetrics } from '../support/open-metrics.ts'
import { type Stack, startStack } from '../support/stack.ts'

/**
 * The image without Docker: its Dockerfile's build step makes the tree, in an empty folder far from
 * any `node_modules`, and its commands run there with nothing in their environment but what the task gives them.
 */
const password = 'correct horse battery'
const root = fileURLToPath(new URL('../..', import.meta.url))
const started: ChildProcess[] = []
let folder = ''
let stack: Stack
let dockerfile = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deckle-image-'))
  dockerfile = await readFile(join(root, 'aws/image/Dockerfile'), 'utf8')
  const build = /^RUN (node aws\/.*) \/bundle$/m.exec(dockerfile)?.[1]?.split(' ') ?? []
  expect(await run([...build, folder], root, {}).exit).toBe(0)
  stack = await startStack({
    validator: false,
    settings: { DECKLE_TRUST_ADDRESS: 'true', DECKLE_PUBLISH_WAIT_MS: '2000' },
  })
}, 60_000)
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL')
  await stack?.close()
  await rm(folder, { recursive: true, force: true })
})

/** The arguments of an instruction of the Dockerfile, in its JSON form. */
const exec = (instruction: string): readonly string[] =>
  JSON.parse(new RegExp(`^${instruction} .*?(\\[.*\\])$`, 'm').exec(dockerfile)?.[1] ?? '[]')

async function metricsAt(port: string): Promise<readonly string[]> {
  return [...readOpenMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).keys()]
}

/** Runs a command whose first word is `node`. */
function run(command: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  const [program, ...args] = command
  expect(program).toBe('node')
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let output = ''
  const note = (chunk: Buffer) => {
    output += chunk
  }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', note)
  const exit = once(child, 'exit').then(([code]) => code as number | null)
  return { child, exit, output: () => output }
}

test('the validator validates, tells its health, and ends its work before it ends', async () => {
  const tree = (await readdir(folder)).sort()
  expect(tree).toEqual(['healthy.mjs', 'lint-thread.mjs', 'script-thread.mjs', 'server.mjs', 'validator.mjs'])

  const env = {
    ...stack.settings,
    DECKLE_HEALTH_PORT: String(await choosePort()),
    DECKLE_METRICS_NAMESPACE: 'deckle-registry',
  }
  expect(await run(exec('HEALTHCHECK'), folder, env).exit).toBe(1)
  const validator = run([...exec('ENTRYPOINT'), ...exec('CMD')], folder, env)
  await vi.waitFor(() => expect(validator.output()).toContain('validator_started'), 20_000)
  await vi.waitFor(async () => expect(await run(exec('HEALTHCHECK'), folder, env).exit).toBe(0), 10_000)

  const ana = await stack.as('ana')
  const published = await ana.publish('from-image', '1.0.0', { access: 'public' })
  expect([published.status, validator.output()]).toEqual([201, expect.not.stringContaining('"level":"error"')])
  // The thread that lints is a module of its own in the bundle
  expect(validator.output()).not.toContain('lint_failed')
  // So is the one that runs check scripts, with its WebAssembly
  const script = 'export function publish() {}'
  const asked = await new AwsClient({
    ...stack.credentials,
    service: 'execute-api',
    region: stack.config.storage.region,
  }).fetch(`http://127.0.0.1:${env.DECKLE_HEALTH_PORT}/check-script`, {
    method: 'POST',
    body: JSON.stringify({ format: 'npm', name: 'from-image', script }),
  })
  expect(await asked.json()).toEqual({ moments: ['publish'] })
  // The publisher hears of it before the job has ended
  await vi.waitFor(() => expect(validator.output()).toContain('job_done'), 10_000)
  expect(await metricsAt(env.DECKLE_HEALTH_PORT)).toEqual(
    expect.arrayContaining([
      'deckle_verdicts_total{verdict="accepted",code="none"}',
      'deckle_job_wait_seconds_count',
      'deckle_job_duration_seconds_count{outcome="settled"}',
      'deckle_storage_requests_total{service="s3",operation="GetObject",outcome="ok"}',
    ]),
  )

  validator.child.kill('SIGTERM')
  expect(await validator.exit).toBe(0)
  expect(validator.output()).toContain('validator_stopped')
  // What was counted since the last minute, for CloudWatch
  expect(validator.output()).toMatch(/"_aws":.*"component":"validator".*"deckle_verdicts":1/)
  expect((await readdir(folder)).sort()).toEqual(tree)
})

test('the front desk serves without a limit of its own, and ends its requests before it ends', async () => {
  const port = await choosePort()
  const env = { ...stack.settings, DECKLE_PORT: String(port), DECKLE_HEALTH_PORT: String(await choosePort()) }
  const desk = run([...exec('ENTRYPOINT'), 'server.mjs'], folder, env)
  await vi.waitFor(async () => expect(await run(exec('HEALTHCHECK'), folder, env).exit).toBe(0), 20_000)
  const { token: login } = await stack.as('ana')
  await givePassword(stack, 'ana', password)
  const ana = new Actor(`http://127.0.0.1:${port}`, login)

  // More than API Gateway takes, and nobody validates it: the verdict does not come
  const files = { 'noise.bin': randomBytes(9_000_000).toString('base64') }
  const large = await ana.fetch('/large', publishRequest('large', '1.0.0', { files }))
  expect([large.status, desk.output()]).toEqual([202, expect.not.stringContaining('"level":"error"')])

  const named = { password, readonly: false, cidr_whitelist: ['10.0.0.0/8'] }
  const { token } = await ana.json('/-/npm/v1/tokens', json('POST', named))
  const from = async (addresses: string) =>
    (await new Actor(ana.url, token).fetch('/-/whoami', { headers: { 'x-forwarded-for': addresses } })).status
  expect([await from('10.0.0.1, 192.0.2.1'), await from('192.0.2.1, 10.0.0.1')]).toEqual([403, 200])

  await ana.fetch('/large/-/large-1.0.0.tgz')
  expect(await metricsAt(env.DECKLE_HEALTH_PORT)).toEqual(
    expect.arrayContaining([
      'deckle_http_requests_total{route="GET /-/whoami",status="4xx"}',
      'deckle_refusals_total{code="token_limited"}',
      'deckle_downloads_total{outcome="allowed"}',
      'deckle_storage_requests_total{service="dynamodb",operation="GetItem",outcome="ok"}',
    ]),
  )

  const slow = ana.fetch('/slow', publishRequest('slow', '1.0.0'))
  await vi.waitFor(async () => expect(await stack.stored('staging/')).toHaveLength(4), 10_000)
  desk.child.kill('SIGTERM')
  expect([(await slow).status, await desk.exit]).toEqual([202, 0])
  expect(desk.output()).toContain('front_desk_stopped')
})
