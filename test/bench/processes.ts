/** Processes that a measurement starts, and what the system says about them. Linux: it reads /proc. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Where its output goes. */
  readonly logFile: string
}

export function startProcess({ command, args, cwd, env, logFile }: Command): ChildProcess {
  const log = openSync(logFile, 'a')
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', log, log] })
  closeSync(log)
  return child
}

/** Asks it to end, and waits until it has. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Waits until the address answers with success. @throws Error when the process ends, or after 60 s */
export async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode} before it answered at ${url}`)
    const ok = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ok) return
    await sleep(200)
  }
  throw new Error(`no answer from ${url} within a minute`)
}

/** Every process below this one whose command's name is given. */
export function descendants(pid: number, name: string): readonly number[] {
  return below(pid).flatMap((found) => (found.name === name ? [found.pid] : []))
}

/** Every process below this one that has this text in its command line. */
export function descendantsRunning(pid: number, text: string): readonly number[] {
  return below(pid).flatMap((found) => (readProc(`${found.pid}/cmdline`)?.includes(text) ? [found.pid] : []))
}

function below(pid: number): readonly { readonly pid: number; readonly name: string }[] {
  const parents = new Map<number, { parent: number; name: string }>()
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? readProc(`${entry}/stat`) : undefined
    const [, command = '', parent = ''] = /^\d+ \((.*)\) \S (\d+)/.exec(stat ?? '') ?? []
    if (parent !== '') parents.set(Number(entry), { parent: Number(parent), name: command })
  }
  const isBelow = (child: number): boolean => {
    const up = parents.get(child)?.parent
    return up !== undefined && (up === pid || isBelow(up))
  }
  return [...parents].flatMap(([child, { name }]) => (isBelow(child) ? [{ pid: child, name }] : []))
}

/** Memory of a process that is in use now, in bytes. */
export function residentBytes(pid: number): number {
  return statusBytes(pid, 'VmRSS')
}

/** The most that a process had in use so far, in bytes: the system keeps count, so no peak is missed. */
export function peakResidentBytes(pid: number): number {
  return statusBytes(pid, 'VmHWM')
}

function statusBytes(pid: number, field: string): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readProc(`${pid}/status`) ?? '')?.[1]
  return Number(kilobytes ?? 0) * 1024
}

/** What a process has read and written so far, of files and connections together. */
export function transferred(pid: number): { readonly readBytes: number; readonly writtenBytes: number } {
  const io = readProc(`${pid}/io`) ?? ''
  const count = (field: string) => Number(new RegExp(`^${field}: (\\d+)$`, 'm').exec(io)?.[1] ?? 0)
  return { readBytes: count('rchar'), writtenBytes: count('wchar') }
}

/** A process may end while it is looked at. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return undefined
  }
}
