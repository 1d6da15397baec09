/** Installs the dependencies of the lock file when they are missing or others. Built-ins only, see launch.mjs. */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The major version that the code is written for; the exact one is in the lock file, as the package `node`. */
const neededMajor = 24
/** How much of npm's output is kept for the case that it fails. */
const keptOutputChars = 100_000
const nodeHint =
  `Install Node ${neededMajor} yourself (https://nodejs.org), or let npm run the install script of the package "node", ` +
  'which fetches it: npm rebuild node --ignore-scripts=false'

/** The dependencies cannot be installed; the message says what to do. */
export class InstallProblem extends Error {}

/**
 * Makes `node_modules` what the lock file says, and gives the path of a Node that can run the code. Several of these
 * may run at once in one checkout: one installs, the others wait for it.
 *
 * @param {string} root the repository
 * @returns {Promise<string>}
 * @throws {InstallProblem}
 */
export async function ensureInstalled(root) {
  if (!hasPackages(root) || findNode(root) === undefined) await withLock(root, () => install(root))
  const node = findNode(root)
  if (node !== undefined) return node
  throw new InstallProblem(`Deckle runs on Node ${neededMajor}, which npm did not install. ${nodeHint}`)
}

/** Whether `node_modules` is a complete install of this lock file, by our stamp or else by npm's own record. */
function hasPackages(root) {
  const lock = readText(join(root, 'package-lock.json'))
  if (lock === undefined) throw new InstallProblem('package-lock.json is missing: this is not a complete checkout.')
  const digest = createHash('sha256').update(lock).digest('hex')
  if (readText(stampFile(root)) === digest) return true
  const installed = readText(join(root, 'node_modules/.package-lock.json'))
  if (installed === undefined || !sameVersions(lock, installed)) return false
  writeFileSync(stampFile(root), digest)
  return true
}

/** The Node that the lock file brings, else the user's own when it is new enough. */
function findNode(root) {
  if (existsSync(nodeBinary(root))) return nodeBinary(root)
  return Number(process.versions.node.split('.')[0]) >= neededMajor ? process.execPath : undefined
}

/** Whether everything in the lock file is in npm's record; packages for other platforms may be missing. */
function sameVersions(lock, installed) {
  const have = JSON.parse(installed).packages
  return Object.entries(JSON.parse(lock).packages).every(([path, wanted]) => {
    if (path === '' || wanted.link === true) return true
    const found = have[path]
    if (found === undefined) return wanted.optional === true
    return found.version === wanted.version && found.integrity === wanted.integrity
  })
}

/** What is missing, looked at again: another process may have done it while we waited for the lock. */
async function install(root) {
  if (!hasPackages(root)) {
    await installPackages(root)
    if (!hasPackages(root)) throw new InstallProblem('npm ci did not install what package-lock.json says.')
  }
  const node = nodeBinary(root)
  // Where its binary cannot run (another libc), the user's own Node, or a clear message, is better than that one.
  if (existsSync(node) && spawnSync(node, ['--version']).status !== 0) rmSync(node)
  if (findNode(root) !== undefined) return
  const rebuild = ['rebuild', 'node', '--ignore-scripts=false']
  await runNpm(root, rebuild, `Fetching Node ${neededMajor} (npm rebuild node)`, nodeHint)
}

async function installPackages(root) {
  // NODE_ENV=production or omit=... in the user's settings would leave out what the local stack is made of.
  const everything = ['--include=dev', '--include=optional']
  const problem = await tryNpm(root, ['ci', ...everything], 'Installing what Deckle needs (npm ci)')
  if (problem === undefined) return
  // npm writes lock files that lack the optional packages of other platforms, and its `ci` then refuses them. All that
  // is in the lock file is installed as it says there all the same: https://github.com/npm/cli/issues/4828
  if (!/Missing: .* from lock file/.test(problem.output)) throw npmFailed(problem)
  await runNpm(root, ['install', '--no-save', ...everything], 'Installing packages of this platform (npm install)')
}

async function runNpm(root, args, title, hint) {
  const problem = await tryNpm(root, args, title)
  if (problem !== undefined) throw npmFailed(problem, hint)
}

function npmFailed({ args, message, output }, hint = `Run it yourself to look closer: npm ${args.join(' ')}`) {
  return new InstallProblem(`${output.trimEnd()}\nnpm ${args[0]} failed: ${message}. Its output is above. ${hint}`)
}

/**
 * Runs npm out of sight, with a clock in front of it.
 *
 * @returns {Promise<{ args: string[], message: string, output: string } | undefined>} why it failed, if it did
 */
async function tryNpm(root, args, title) {
  const began = performance.now()
  const seconds = () => `${Math.round((performance.now() - began) / 1000)} s`
  const stopClock = startClock(title, seconds)
  const [command, ...first] = npmCommand()
  const child = spawn(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32' && first.length === 0,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-keptOutputChars)
    })
  }
  const onSignal = (signal) => child.kill(signal)
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.once(signal, onSignal)
  const message = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `it ended with ${signal ?? `code ${code}`}`))
  })
  for (const signal of signals) process.removeListener(signal, onSignal)
  stopClock(message === undefined ? `done in ${seconds()}` : `not done, after ${seconds()}`)
  return message === undefined ? undefined : { args, message, output }
}

/** The npm that runs us, else the one on the path. */
function npmCommand() {
  const running = process.env.npm_execpath ?? ''
  return /npm-cli\.c?js$/.test(running) ? [process.execPath, running] : ['npm']
}

/** Says that something takes a while: a spinner on a terminal, else one line at the start and one at the end. */
function startClock(title, seconds) {
  const out = process.stderr
  if (out.isTTY !== true) {
    out.write(`${title} ...\n`)
    return (ending) => out.write(`${title}: ${ending}.\n`)
  }
  const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
  let turn = 0
  const draw = () => out.write(`\r\x1b[K${frames[turn++ % frames.length]} ${title} ... ${seconds()}`)
  draw()
  const timer = setInterval(draw, 120)
  return (ending) => {
    clearInterval(timer)
    out.write(`\r\x1b[K${title}: ${ending}.\n`)
  }
}

/**
 * One install per checkout at a time. The lock lies outside: `npm ci` empties `node_modules`.
 *
 * @param {() => Promise<void>} work
 */
async function withLock(root, work) {
  const file = join(tmpdir(), `deckle-install-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`)
  let told = false
  while (!tryLock(file)) {
    const holder = Number(readText(file))
    if (!isAlive(holder)) {
      // Left behind by a kill. A second look, so that a lock that somebody is just writing is not taken for a dead one.
      await sleep(100)
      if (Number(readText(file)) === holder) rmSync(file, { force: true })
      continue
    }
    if (!told) process.stderr.write(`Waiting for another install in this folder (process ${holder}) ...\n`)
    told = true
    await sleep(250)
  }
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  try {
    await work()
  } finally {
    process.removeListener('exit', release)
    release()
  }
}

function tryLock(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw new InstallProblem(`Cannot write ${file}: ${error.message}`)
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function nodeBinary(root) {
  return join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

function stampFile(root) {
  return join(root, 'node_modules/.deckle-installed')
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  }
}
