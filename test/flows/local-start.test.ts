import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { choosePort } from '../../src/node/local/ports.ts'
import { type LocalStack, startLocal } from '../../src/node/local/stack.ts'

/** `npm start` as a user does it: what it says, what it leaves behind, and what survives a `kill -9`. */

let folder: string
let data: string
let port: number
const started: Started[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-start-'))
  data = join(folder, 'data')
  port = await choosePort()
})

afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
  }
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>
  /** Waits for a text on stdout and gives everything before and after it so far. */
  said(text: string): Promise<string>
}

function start(args: readonly string[], env: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, ['src/node/launch.mjs', 'start', ...args], {
    env: { ...process.env, ...env },
    // A process group of its own, like a job of a shell: that is what Ctrl-C is sent to.
    detached: true,
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text
  })
  const ended = once(child, 'close').then(([code]) => ({ code, ...output }))
  const said = async (text: string) => {
    await waitFor(() => {
      if (child.exitCode !== null) throw new Error(`it ended: ${output.stderr}`)
      return output.stdout.includes(text)
    })
    return output.stdout
  }
  const run = { child, ended, said }
  started.push(run)
  return run
}

async function waitFor(isSo: () => boolean | Promise<boolean>, atMostMs = 40_000): Promise<void> {
  const deadline = performance.now() + atMostMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('waited too long')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}

/** All processes below one, with what they run. */
function descendants(root: number): readonly { pid: number; command: string }[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .map((match) => ({ pid: Number(match?.[1]), parent: Number(match?.[2]), command: match?.[3] ?? '' }))
  const below = (pid: number): typeof all =>
    all.filter(({ parent }) => parent === pid).flatMap((one) => [one, ...below(one.pid)])
  return below(root)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function login(url: string, password: string): Promise<number> {
  const answer = await fetch(`${url}/-/user/org.couchdb.user:admin`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ _id: 'org.couchdb.user:admin', name: 'admin', password, type: 'user', roles: [] }),
  })
  return answer.status
}

describe('npm start', () => {
  test('serves the registry, shows the password once, and Ctrl-C leaves no process behind', async () => {
    const url = `http://localhost:${port}`
    const args = ['--port', String(port), '--data', data]
    const first = start(args)
    const said = await first.said('Ctrl-C stops it')
    expect(said).toContain(`npm publish --registry=${url}/`)
    expect(said).toContain(data)
    const password = /password\s+(\S+)/.exec(said)?.[1] ?? ''
    expect(await answers(`http://127.0.0.1:${port}/-/ping`)).toBe(true)
    expect(await answers(`http://[::1]:${port}/-/ping`)).toBe(true)
    expect(await login(url, password)).toBe(201)
    expect(await login(url, `${password}x`)).toBe(401)
    expect(statSync(data).mode & 0o777).toBe(0o700)
    for (const file of ['secrets.json', 'running.json']) expect(statSync(join(data, file)).mode & 0o777).toBe(0o600)

    const running = descendants(first.child.pid ?? 0)
    expect(running.some(({ command }) => command.includes('workerd'))).toBe(true)
    expect(running.length).toBeGreaterThanOrEqual(7)
    process.kill(-(first.child.pid ?? 0), 'SIGINT')
    expect(await first.ended).toMatchObject({ code: 0, stderr: '' })
    expect(running.filter(({ pid }) => isAlive(pid))).toEqual([])

    const second = start([...args, '--quiet'])
    await waitFor(() => answers(`${url}/-/ping`))
    expect(await login(url, password)).toBe(201)
    second.child.kill('SIGTERM')
    expect(await second.ended).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('kill -9 of the supervisor and the edge at once leaves a workerd, which the next start ends', async () => {
    const args = ['--port', String(port), '--data', data]
    const first = start(args)
    await first.said('Ctrl-C stops it')
    const running = descendants(first.child.pid ?? 0)
    const find = (part: string) => running.find(({ command }) => command.includes(part))?.pid ?? 0
    const workerd = find('workerd serve')
    // Stopped first, so that it cannot hear of the supervisor's end before its own
    process.kill(find('edge-part.ts'), 'SIGSTOP')
    for (const part of ['local.ts', 'edge-part.ts']) process.kill(find(part), 'SIGKILL')
    await first.ended
    await waitFor(() => running.every(({ pid }) => pid === workerd || !isAlive(pid)))
    expect(isAlive(workerd)).toBe(true)
    const second = start(args)
    await second.said('Ctrl-C stops it')
    expect(isAlive(workerd)).toBe(false)
  })

  test('kill -9 of the supervisor ends all parts', async () => {
    const first = start(['--port', String(port), '--data', data])
    await first.said('Ctrl-C stops it')
    const running = descendants(first.child.pid ?? 0)
    const supervisor = running.find(({ command }) => command.includes('local.ts'))?.pid ?? 0
    process.kill(supervisor, 'SIGKILL')
    await waitFor(() => running.every(({ pid }) => !isAlive(pid)))
  })

  test('kill -9 of the launcher ends everything', async () => {
    const first = start(['--port', String(port), '--data', data])
    await first.said('Ctrl-C stops it')
    const running = descendants(first.child.pid ?? 0)
    first.child.kill('SIGKILL')
    await waitFor(() => running.every(({ pid }) => !isAlive(pid)))
  })
})

describe('npm start says in one line why it cannot start', () => {
  async function refusal(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const { code, stdout, stderr } = await start(args, env).ended
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.trimEnd()).not.toContain('\n')
    return stderr
  }

  test('the port is in use', async () => {
    const server = createServer()
    const taken = await choosePort()
    server.listen(taken, '127.0.0.1')
    await once(server, 'listening')
    expect(await refusal(['--port', String(taken), '--data', data])).toContain(`Port ${taken} of 127.0.0.1 is in use`)
    server.close()
  })

  test('the data folder cannot be written to', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(await refusal(['--data', join(file, 'data')])).toContain('Cannot write to the data folder')
  })

  test('an unknown option, or a short password', async () => {
    expect(await refusal(['--prot', '1'])).toContain("Unknown option '--prot'")
    const short = { DECKLE_ADMIN_PASSWORD: 'short' }
    expect(await refusal(['--data', data], short)).toContain('DECKLE_ADMIN_PASSWORD is too short')
  })
})

describe('a part that is killed', () => {
  let stack: LocalStack
  const lines: string[] = []

  beforeAll(async () => {
    const terminal = { progress: () => undefined, say: () => undefined, warn: (line: string) => void lines.push(line) }
    stack = await startLocal({ port, dataDirectory: data, env: { PATH: process.env['PATH'] }, terminal })
  })

  afterAll(() => stack.stop())

  test.each(['dynamodb', 's3', 'sqs', 'validator', 'edge'])('%s comes back, and it is said', async (part) => {
    const { [part]: pid = 0 } = stack.pids()
    process.kill(pid, 'SIGKILL')
    await waitFor(() => stack.pids()[part] !== pid)
    await stack.up(part)
    await waitFor(() => answers(`${stack.url}/-/ping`))
    expect(lines).toContain(`${part} ended (SIGKILL); starting it again in 100 ms`)
    await waitFor(() => lines.includes(`${part} is running again`))
  })

  test('workerd comes back within the same edge', async () => {
    const { edge, workerd = 0 } = stack.pids()
    process.kill(workerd, 'SIGKILL')
    await waitFor(() => ![undefined, workerd].includes(stack.pids()['workerd']))
    await waitFor(() => answers(`${stack.url}/-/ping`))
    expect(stack.pids()['edge']).toBe(edge)
    await waitFor(() => lines.includes('edge: workerd ended (SIGKILL); it is started again'))
  })

  test('another instance is not let into the data folder', async () => {
    const { code, stderr } = await start(['--port', '0', '--data', data]).ended
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^The data folder .* is in use by .*\n$/),
    })
  })

  test('its log says so', () => {
    expect(readFileSync(join(data, 'logs/edge.log'), 'utf8')).toContain('[supervisor] ended (SIGKILL)')
  })
})
