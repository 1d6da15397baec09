/** `npm start` and `npm run dev`: the whole registry on this machine, with one command. */
import { parseConfig } from '../config.ts'
import { banner } from './local/banner.ts'
import { reloadOnChange } from './local/dev.ts'
import { type LocalOptions, parseOptions } from './local/options.ts'
import { localRegions, mostRegions } from './local/regions.ts'
import { storageAddresses } from './local/settings.ts'
import { type LocalStack, startLocal } from './local/stack.ts'
import { StartProblem } from './local/start-problem.ts'
import { createTerminal, type Terminal } from './local/terminal.ts'

/** A terminal, npm and our launcher each hand the same Ctrl-C on: within this time it is one. */
const sameSignalMs = 500

async function main(): Promise<void> {
  const parsed = parseOptions(process.argv.slice(2))
  if ('help' in parsed) {
    process.stdout.write(parsed.help)
    return
  }
  const terminal = createTerminal(parsed.quiet)
  const stopping = listenForStop(terminal)
  const stack = await start(parsed, terminal, stopping.signal)
  if (stack === undefined) return
  stopping.onSecond = () => {
    stack.kill()
    process.exit(1)
  }
  const watcher = parsed.watch ? reloadOnChange(stack, terminal) : undefined
  const stopped = new Promise<undefined>((resolve) => {
    if (stopping.signal.aborted) resolve(undefined)
    stopping.signal.addEventListener('abort', () => resolve(undefined))
  })
  const problem = await Promise.race([stack.failed, stopped])
  watcher?.close()
  if (problem !== undefined) terminal.warn(problem.message)
  await stack.stop()
  terminal.say('Stopped.')
  process.exit(problem === undefined ? 0 : 1)
}

async function start(options: LocalOptions, terminal: Terminal, signal: AbortSignal): Promise<LocalStack | undefined> {
  const began = performance.now()
  let password: string | undefined
  try {
    const stack = await startLocal({ ...options, terminal, signal, onPassword: (made) => (password = made) })
    if (options.quiet && password !== undefined) process.stdout.write(`${passwordLine(password)}\n`)
    terminal.say(
      banner({
        url: stack.url,
        ...(stack.proxied !== undefined && { proxied: stack.proxied }),
        dataDirectory: stack.dataDirectory,
        regions: regionsOf(stack),
        replaced: storageAddresses(stack.settings, process.env),
        ...(password !== undefined && { password }),
        startedInMs: performance.now() - began,
      }),
    )
    return stack
  } catch (error) {
    // The account exists from now on, and nothing else knows its password.
    if (password !== undefined) terminal.warn(passwordLine(password))
    if (signal.aborted) process.exit(0)
    throw error
  }
}

/** The storage processes of each region, where there are several. */
function regionsOf(stack: LocalStack): Record<string, readonly number[]> {
  const { storage, replicas } = parseConfig(stack.settings)
  if (replicas.length === 0) return {}
  const pids = stack.pids()
  const parts = new Map(localRegions(mostRegions).map((region) => [region.name, Object.values(region.parts)]))
  const pidsIn = (region: string) => (parts.get(region) ?? []).flatMap((part) => pids[part] ?? [])
  return Object.fromEntries([storage, ...replicas].map(({ region }) => [region, pidsIn(region)]))
}

function passwordLine(password: string): string {
  return `The password of the account admin is ${password} (shown only this once).`
}

interface Stopping {
  readonly signal: AbortSignal
  /** What a second Ctrl-C does. */
  onSecond: () => void
}

function listenForStop(terminal: Terminal): Stopping {
  const controller = new AbortController()
  const stopping: Stopping = { signal: controller.signal, onSecond: () => process.exit(1) }
  let firstAt: number | undefined
  const stop = () => {
    const now = performance.now()
    if (firstAt !== undefined && now - firstAt > sameSignalMs) stopping.onSecond()
    if (firstAt !== undefined) return
    firstAt = now
    terminal.say('Stopping ... (again to stop at once)')
    controller.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  // The launcher is gone, however it went.
  process.on('disconnect', stop)
  return stopping
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof StartProblem ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  )
  process.exit(1)
})
