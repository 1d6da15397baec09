import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

/** A checkout with a small lock file, a command to run, and an npm that only notes what it was asked for. */
let root: string

const lockFile = (version: string) =>
  JSON.stringify({
    packages: {
      '': { name: 'deckle' },
      'node_modules/a': { version, integrity: 'sha512-a' },
      'node_modules/elsewhere': { version: '1.0.0', integrity: 'sha512-e', optional: true },
    },
  })

const fakeNpm = `
import { appendFileSync, copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n')
if (process.env.FAKE_NPM_LACKS && process.argv[2] === 'ci') {
  console.error('npm error Missing: elsewhere@1.0.0 from lock file')
  process.exit(1)
}
if (process.env.FAKE_NPM_FAILS) {
  console.error('npm error network down')
  process.exit(3)
}
await sleep(200)
rmSync('node_modules', { recursive: true, force: true })
mkdirSync('node_modules/node/bin', { recursive: true })
symlinkSync(process.execPath, 'node_modules/node/bin/node')
copyFileSync('package-lock.json', 'node_modules/.package-lock.json')
`

const command = `
process.on('SIGTERM', () => process.exit(7))
console.log('ran', process.argv.slice(2).join(' '))
if (process.argv.includes('wait')) setInterval(() => {}, 1000)
else process.exitCode = Number(process.argv[2] ?? 0)
`

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'deckle-launch-')))
  mkdirSync(join(root, 'src/node'), { recursive: true })
  for (const file of ['launch.mjs', 'install.mjs']) copyFileSync(`src/node/${file}`, join(root, 'src/node', file))
  writeFileSync(join(root, 'src/node/cli.ts'), command)
  writeFileSync(join(root, 'npm-cli.mjs'), fakeNpm)
  writeFileSync(join(root, 'npm-cli.cjs'), "import('./npm-cli.mjs')")
  writeFileSync(join(root, 'package.json'), '{"type":"module"}')
  writeFileSync(join(root, 'package-lock.json'), lockFile('1.0.0'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function launch(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['src/node/launch.mjs', ...args], {
    cwd: root,
    env: { ...process.env, npm_execpath: join(root, 'npm-cli.cjs'), ...env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const ended = once(child, 'close').then(([code]) => ({ code, stdout, stderr }))
  return { child, ended }
}

const npmCalls = () => (existsSync(join(root, 'npm-calls')) ? readFileSync(join(root, 'npm-calls'), 'utf8') : '')
const install = 'ci --include=dev --include=optional\n'

test('what is missing is installed once, and the command gets its arguments and gives its exit code', async () => {
  const first = await launch(['cli', '3', '--x']).ended
  expect(first).toMatchObject({ code: 3, stdout: 'ran 3 --x\n' })
  expect(first.stderr).toMatch(/^Installing what Deckle needs \(npm ci\) \.\.\.\n.*: done in \d+ s\.\n$/)
  const second = await launch(['cli', '0']).ended
  expect(second).toEqual({ code: 0, stdout: 'ran 0\n', stderr: '' })
  expect(npmCalls()).toBe(install)
})

test('another lock file is installed again, the same versions are not', async () => {
  await launch(['cli']).ended
  writeFileSync(join(root, 'package-lock.json'), `${lockFile('1.0.0')}\n`)
  await launch(['cli']).ended
  expect(npmCalls()).toBe(install)
  writeFileSync(join(root, 'package-lock.json'), lockFile('1.0.1'))
  await launch(['cli']).ended
  expect(npmCalls()).toBe(install.repeat(2))
})

test("a person's own npm ci is taken for what it is, without packages for other platforms", async () => {
  mkdirSync(join(root, 'node_modules'))
  const installed = JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } } })
  writeFileSync(join(root, 'node_modules/.package-lock.json'), installed)
  expect(await launch(['cli']).ended).toMatchObject({ code: 0, stderr: '' })
  expect(npmCalls()).toBe('')
})

test('an npm that fails shows what it wrote, and what to do', async () => {
  const { code, stdout, stderr } = await launch(['cli'], { FAKE_NPM_FAILS: '1' }).ended
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('npm error network down')
  expect(stderr).toContain('npm ci failed: it ended with code 3. Its output is above. Run it yourself')
})

test('a lock file that lacks packages of other platforms is installed all the same', async () => {
  expect(await launch(['cli'], { FAKE_NPM_LACKS: '1' }).ended).toMatchObject({ code: 0, stdout: 'ran \n' })
  expect(npmCalls()).toBe(`${install}install --no-save --include=dev --include=optional\n`)
})

test('of two at once, one installs and the other waits', async () => {
  const both = await Promise.all([launch(['cli']).ended, launch(['cli']).ended])
  expect(both.map(({ code, stdout }) => ({ code, stdout }))).toEqual([
    { code: 0, stdout: 'ran \n' },
    { code: 0, stdout: 'ran \n' },
  ])
  expect(npmCalls()).toBe(install)
})

test('signals reach the command', async () => {
  await launch(['cli']).ended
  const { child, ended } = launch(['cli', 'wait'])
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 7 })
})

test('an unknown command is told the known ones', async () => {
  expect(await launch(['strat']).ended).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Usage: .*start\|dev/),
  })
})
