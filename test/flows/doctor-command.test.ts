import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalStack, startLocal } from '../../src/node/local/stack.ts'

/** `npm run deckle -- doctor`, as a process, against the registry of `npm start`. */

const password = 'a-password-of-some-length-7'
let folder: string
let data: string
let stack: LocalStack
let token: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-doctor-'))
  data = join(folder, 'data')
  const env = { PATH: process.env['PATH'], DECKLE_ADMIN_PASSWORD: password }
  stack = await startLocal({ port: 0, dataDirectory: data, insecureHttp: false, env })
  const answer = await fetch(`${stack.url}/-/user/org.couchdb.user:admin`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'admin', password }),
  })
  token = ((await answer.json()) as { token: string }).token
})

afterAll(async () => {
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the command in an environment with nothing of ours but what is given. */
function start(args: readonly string[], env: Record<string, string>, dataFolder = data) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(DECKLE|AWS)_/.test(name))
  return spawn(process.execPath, ['src/node/launch.mjs', 'cli', '--data', dataFolder, 'doctor', ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
  })
}

async function doctor(args: readonly string[], env: Record<string, string> = {}, dataFolder = data): Promise<Ended> {
  const child = start(args, env, dataFolder)
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text
    })
  }
  const [code] = await once(child, 'close')
  return { code, ...output }
}

function secrets(): readonly string[] {
  const { AWS_SECRET_ACCESS_KEY, DECKLE_SECRET_KEY } = stack.settings
  return [token, AWS_SECRET_ACCESS_KEY ?? '', DECKLE_SECRET_KEY ?? '', 'X-Amz-Signature']
}

function expectNoSecret({ stdout, stderr }: Ended): void {
  for (const secret of secrets()) expect(`${stdout}${stderr}`).not.toContain(secret)
}

test('a healthy registry: a line for each check, the last with numbers, and the exit code 0; twice', async () => {
  for (let run = 0; run < 2; run += 1) {
    const ended = await doctor([], { DECKLE_TOKEN: token })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/^ok +settings +http:\/\/localhost:\d+/)
    expect(ended.stdout).toMatch(/\nok +download +The file comes from 127\.0\.0\.1:\d+/)
    expect(ended.stdout).toMatch(/\nok +probe-removed +@admin\/deckle-doctor was unpublished/)
    expect(ended.stdout).toMatch(/\n0 problems, 0 warnings, 3 skipped, 19 ok\.\n$/)
    expect(ended.stdout).not.toContain('\u001b')
    expectNoSecret(ended)
  }
})

test('a problem: the exit code 1, as JSON, with a token from a file', async () => {
  const file = join(folder, 'token')
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  const ended = await doctor(['--json', '--as', 'edge', '--token-file', file])
  expect(ended).toMatchObject({ code: 1, stderr: '' })
  const { outcome, checks } = JSON.parse(ended.stdout)
  expect(outcome).toBe('problem')
  // The key of the local registry may do everything
  expect(checks.filter(({ verdict }: { verdict: string }) => verdict === 'problem')).toMatchObject([
    { name: 'rights', message: expect.stringContaining('write under packages/'), remedy: expect.any(String) },
  ])
  expectNoSecret(ended)
})

test('settings of the environment go before those of the folder, and what is wrong with them is said', async () => {
  const settings = { ...stack.settings, DECKLE_STORAGE_URL: stack.url }
  const ended = await doctor([], settings)
  expect(ended.code).toBe(1)
  expect(ended.stdout).toMatch(/^PROBLEM +settings +Deckle cannot start\. DECKLE_STORAGE_URL: must have another host/)
  expectNoSecret(ended)
})

test.each([
  ['no registry', [], 'No registry runs on'],
  ['a file that is not there', ['--token-file', '/nowhere/token'], 'The token cannot be read from /nowhere/token'],
  ['an option that does not exist', ['--everything'], 'unknown option'],
  ['a wait that is no number', ['--wait', 'long'], 'Use a number from 1 to 3600'],
])('it cannot begin with %s: the exit code 2', async (_, args, text) => {
  const ended = await doctor(args, {}, args.length === 0 ? join(folder, 'empty') : data)
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(ended.stderr).toContain(text)
})

test('a token that is none is refused without being shown', async () => {
  const ended = await doctor([], { DECKLE_TOKEN: 'two words of a secret' })
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(ended.stderr).not.toContain('secret')
})

test.each([
  ['Ctrl-C', (child: ChildProcess) => void child.kill('SIGINT')],
  ['whoever reads along going away', (child: ChildProcess) => void child.stdout?.destroy()],
])('%s ends it, and what was published is removed', async (_, interrupt) => {
  const child = start([], { DECKLE_TOKEN: token })
  const errors: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text) => void errors.push(text))
  child.stdout.setEncoding('utf8').on('data', (text) => {
    if (/^ok +publish/m.test(text)) interrupt(child)
  })
  const [code] = await once(child, 'exit')
  expect(errors).toEqual([])
  // Or it was done before it noticed
  expect([0, 1]).toContain(code)
  const headers = { authorization: `Bearer ${token}` }
  expect((await fetch(`${stack.url}/@admin%2fdeckle-doctor?write=true`, { headers })).status).toBe(404)
})
