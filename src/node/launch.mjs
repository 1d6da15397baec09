/**
 * The target of every npm script. Plain JavaScript, built-ins only: it runs on the Node that the user has (20 or later)
 * before anything is installed, installs what is missing, and then runs the real thing on the Node 24 of the lock file.
 *
 *   node src/node/launch.mjs <name in `commands` below> [arguments]
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const oldestNode = 20
const root = fileURLToPath(new URL('../..', import.meta.url))
/** Halves the time that the stack's processes take to load their modules. Goes with each install. */
const compileCache = join(root, 'node_modules/.cache/deckle')
/** Less memory that glibc keeps for each thread: a fifth of what a download takes (mallopt(3)). */
const fewArenas = { MALLOC_ARENA_MAX: '2' }
/** In MB. What a download has written away is soon collected: half of what it takes, and faster than the usual 16. */
const youngHeap = '--max-semi-space-size=1'
/** The projects of vitest.config.ts that `npm test` runs, and those that are asked for by name. */
const everyday = ['unit', 'contract', 'flows']
const suites = [...everyday, 'infra']

/**
 * `supervised` commands get a channel that closes when this process is gone, however it went, so that they end too.
 * The others run in the root of the repository.
 *
 * @type {Record<string, (args: string[]) => { args: string[], supervised: boolean, inRoot: boolean, env?: Record<string, string> }>}
 */
const commands = {
  start: (args) => ({ args: [join(root, 'src/node/local.ts'), ...args], supervised: true, inRoot: false }),
  dev: (args) => ({ args: [join(root, 'src/node/local.ts'), '--watch', ...args], supervised: true, inRoot: false }),
  cli: (args) => ({
    args: [youngHeap, join(root, 'src/node/cli.ts'), ...args],
    supervised: true,
    inRoot: false,
    env: fewArenas,
  }),
  test: ([suite, ...args]) =>
    vitest(
      suites.includes(suite)
        ? ['--project', suite, ...args]
        : [...everyday.flatMap((name) => ['--project', name]), ...(suite === undefined ? [] : [suite, ...args])],
    ),
  crash: (args) => vitest(['--config', 'test/crash/vitest.config.ts', ...args]),
  clients: (args) => vitest(['--config', 'test/clients/vitest.config.ts', ...args]),
  browser: (args) => vitest(['--config', 'test/browser/vitest.config.ts', ...args]),
  proxy: (args) => vitest(['--config', 'test/proxy/vitest.config.ts', ...args]),
  aws: (args) => ({ args: ['test/aws/main.ts', ...args], supervised: false, inRoot: true }),
  bench: (args) => ({ args: ['test/bench/bench.ts', ...args], supervised: false, inRoot: true }),
  'bench-large': (args) => ({ args: ['test/bench/large/bench-large.ts', ...args], supervised: false, inRoot: true }),
  synth: (args) => ({ args: ['aws/app.ts', ...args], supervised: false, inRoot: true }),
  'build-image': (args) => ({ args: ['aws/image/build.ts', ...args], supervised: false, inRoot: true }),
  deploy: (args) => ({ args: ['src/node/local/deploy.ts', ...args], supervised: false, inRoot: true }),
  build: (args) => ({ args: ['src/node/local/build.ts', ...args], supervised: false, inRoot: true }),
}

function vitest(args) {
  return { args: ['node_modules/vitest/vitest.mjs', 'run', ...args], supervised: false, inRoot: true }
}

/** Runs the command with our terminal, hands our signals on, and ends as it ends. */
function run(node, command) {
  const child = spawn(node, command.args, {
    stdio: ['inherit', 'inherit', 'inherit', ...(command.supervised ? ['ipc'] : [])],
    ...(command.inRoot ? { cwd: root } : {}),
    env: { NODE_COMPILE_CACHE: compileCache, ...command.env, ...process.env },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('error', (error) => fail(`Cannot run ${node}: ${error.message}`))
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

async function main([name, ...args]) {
  const major = Number(process.versions.node.split('.')[0])
  if (major < oldestNode) {
    fail(`Deckle needs Node ${oldestNode} or later, and this is Node ${process.versions.node}: see https://nodejs.org.`)
  }
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined
  if (command === undefined) fail(`Usage: node src/node/launch.mjs <${Object.keys(commands).join('|')}> [arguments]`)
  const { ensureInstalled, InstallProblem } = await import('./install.mjs')
  try {
    run(await ensureInstalled(root), command(args))
  } catch (error) {
    if (error instanceof InstallProblem) fail(error.message)
    throw error
  }
}

await main(process.argv.slice(2))
