/** The edge as a process: the worker in real workerd. Started by the supervisor. */
import { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { z } from 'zod'
import { log } from '../../std/log.ts'
import { edgeOptions } from './edge-options.ts'
import { loopback, servedAddresses } from './listen.ts'
import { type RunningPart, servePart, tellSupervisor } from './part.ts'
import { relayToLoopback } from './relay.ts'

const recoveryMs = 5_000

const input = z.object({
  port: z.number(),
  /** The address to be served on. Default: both of `localhost`. */
  host: z.string().optional(),
  /** Path of the bundle. Read at each start and reload. */
  worker: z.string(),
  compatibilityDate: z.string(),
  compatibilityFlags: z.array(z.string()),
  settings: z.record(z.string(), z.string()),
})

export type EdgeInput = Readonly<z.infer<typeof input>>

process.once('exit', printLines)
servePart((raw) => startEdge(input.parse(raw)))

async function startEdge(settings: EdgeInput): Promise<RunningPart> {
  const { host, port } = settings
  const [, ...others] = servedAddresses(host)
  /** Whether the end of workerd is our own doing. */
  let isExpected = false
  const miniflare = followWorkerd(
    () => new Miniflare(readOptions(settings)),
    (how) => {
      if (isExpected) return
      log('error', 'workerd_ended', `workerd ended (${how}); it is started again`)
      // miniflare starts it again on the same port. Where that fails, a new process of ours is the better try.
      setImmediate(() => void Promise.race([ready(miniflare, port), tooLate()]))
    },
  )
  await ready(miniflare, port)
  const relays = await Promise.all(others.map((other) => relayToLoopback(other, port)))
  return {
    async close() {
      isExpected = true
      for (const relay of relays) relay.close()
      await miniflare.dispose()
    },
    async reload() {
      isExpected = true
      await miniflare.setOptions(readOptions(settings))
      isExpected = false
      await ready(miniflare, port)
    },
  }
}

function readOptions({ worker, host, ...rest }: EdgeInput) {
  return convertV4MiniflareOptions({
    ...edgeOptions({ ...rest, host: servedAddresses(host)[0], path: worker, code: readFileSync(worker, 'utf8') }),
    log: new Log(LogLevel.WARN),
    // Our own lines are JSON already; what else workerd says goes beside them as it is.
    handleStructuredLogs: ({ message }) => printLine(message),
    handleUncaughtError: (error) => process.stderr.write(`${error.stack ?? error.message}\n`),
  })
}

const linesWaitMs = 20
let lines: string[] = []

/** Lines that come together, as they do under load, leave in one write: each wakes us, the supervisor and the disk. */
function printLine(line: string): void {
  if (lines.length === 0) setTimeout(printLines, linesWaitMs)
  lines.push(line)
}

function printLines(): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`)
  lines = []
}

/**
 * Tells the supervisor which workerd runs, so that it can be ended when this process is killed, and watches its end.
 * miniflare does not name it, but Node announces every process that is made.
 */
function followWorkerd(start: () => Miniflare, ended: (how: string) => void): Miniflare {
  const running = new Set<number>()
  const tell = () => tellSupervisor({ event: 'helpers', pids: [...running] })
  subscribe('child_process', (message) => {
    if (typeof message !== 'object' || message === null || !('process' in message)) return
    const child = message.process
    if (!(child instanceof ChildProcess)) return
    child.once('spawn', () => {
      if (child.pid !== undefined) running.add(child.pid)
      tell()
    })
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) running.delete(child.pid)
      tell()
      ended(signal ?? `code ${code}`)
    })
  })
  return start()
}

/** Waits until the worker answers. Fails when workerd does not start, or the worker refuses its settings. */
async function ready(miniflare: Miniflare, port: number): Promise<void> {
  await miniflare.ready
  const answer = await fetch(`http://${loopback}:${port}/-/ping`)
  const body = await answer.text()
  if (!answer.ok) throw new Error(`the worker answers GET /-/ping with ${answer.status}: ${body.slice(0, 400)}`)
}

async function tooLate(): Promise<never> {
  await sleep(recoveryMs, undefined, { ref: false })
  throw new Error(`workerd did not come back within ${recoveryMs} ms`)
}
