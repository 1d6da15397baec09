import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export interface RunOptions {
  readonly cwd: string
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  /** What somebody does when the output shows `when`, in this order. */
  readonly answers?: readonly Answer[]
}

/** Types a text, or does something else with what the output showed. */
export type Answer = { readonly when: RegExp } & (
  | { readonly say: string }
  | { readonly act: (shown: string) => Promise<void> }
)

/** How a command ended, and all that it wrote. */
export interface Outcome {
  /** Null when it was ended by force. */
  readonly code: number | null
  readonly stdout: string
  /** Both streams as they came, without colours. */
  readonly output: string
  /** The command, its end and its output: what a failed test shows. */
  readonly transcript: string
}

const defaultTimeoutMs = 60_000
/** Programs that hide what is typed forget what came before they began to. */
const typingMs = 500

/**
 * Runs one command to its end, in a process group of its own, which is gone afterwards whatever happened. Fulfilled
 * however it ends; a command that takes too long is ended by force.
 * @throws what an answer threw
 */
export async function run(command: readonly string[], options: RunOptions): Promise<Outcome> {
  const [file = '', ...args] = command
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: [options.answers === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const written = { stdout: '', output: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    written.stdout += text
    written.output += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written.output += text
  })
  const failures: unknown[] = []
  if (options.answers !== undefined) {
    answer(
      child,
      options.answers,
      () => written.output,
      (error) => {
        failures.push(error)
        endGroup(child)
      },
    )
  }
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs
  let late = false
  const timer = setTimeout(() => {
    late = true
    endGroup(child)
  }, timeoutMs)
  const end = await new Promise<{ code: number | null; how: string }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, how: error.message }))
    // A grandchild that lives on would hold the pipes open: it ends with its parent.
    child.once('exit', () => endGroup(child))
    child.once('close', (code, signal) =>
      resolve({ code, how: late ? `too slow (${timeoutMs} ms)` : (signal ?? `exit ${code}`) }),
    )
  })
  clearTimeout(timer)
  if (failures.length > 0) throw failures[0]
  const output = plain(written.output)
  return {
    code: end.code,
    stdout: plain(written.stdout),
    output,
    transcript: `$ ${command.join(' ')}\n${output}\n[${end.how}]`,
  }
}

/** Runs a command that must succeed. @throws Error with its transcript */
export async function runOk(command: readonly string[], options: RunOptions): Promise<Outcome> {
  const outcome = await run(command, options)
  if (outcome.code !== 0) throw new Error(outcome.transcript)
  return outcome
}

/** Runs a command under a terminal of its own, for prompts that insist on one. */
export function inTerminal(command: readonly string[]): readonly string[] {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  return process.platform === 'darwin'
    ? ['script', '-q', '/dev/null', ...command]
    : ['script', '-qec', quoted, '/dev/null']
}

function answer(
  child: ChildProcess,
  answers: readonly Answer[],
  output: () => string,
  failed: (error: unknown) => void,
): void {
  const left = [...answers]
  let seen = 0
  const look = () => {
    const [next] = left
    if (next === undefined) return
    const match = next.when.exec(output().slice(seen))
    if (match === null) return
    seen = output().length
    left.shift()
    if ('act' in next) next.act(match[0]).catch(failed)
    else setTimeout(() => child.stdin?.write(next.say), typingMs)
  }
  // The prompts may be the last thing that a dying process writes.
  child.stdin?.on('error', () => undefined)
  child.stdout?.on('data', look)
  child.stderr?.on('data', look)
}

/** Ends everything in the child's process group. */
export function endGroup(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

export function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ESRCH'
}

/** A process of this machine, as `/proc` tells. */
export interface ProcessInfo {
  readonly pid: number
  readonly parent: number
  /** Ticks since the boot: with the pid, names one process for ever. */
  readonly started: string
  readonly command: string
}

/** All processes below one, children first. Linux only. */
export function descendants(root: number): readonly ProcessInfo[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processInfo(Number(name)) ?? [])
  const below = (pid: number): ProcessInfo[] =>
    all.filter(({ parent }) => parent === pid).flatMap((child) => [...below(child.pid), child])
  return below(root)
}

/** What `/proc` says about a process; undefined when there is none, or only its corpse is left. */
export function processInfo(pid: number): ProcessInfo | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    const [state, parent = '', started = ''] = [fields[0], fields[1], fields[19]]
    if (state === 'Z' || state === 'X') return undefined
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return { pid, parent: Number(parent), started, command }
  } catch {
    // It ended while we looked.
    return undefined
  }
}

export function isAlive({ pid, started }: ProcessInfo): boolean {
  return processInfo(pid)?.started === started
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const escapeSequences = /\u001b(?:\[[0-9;?]*[A-Za-z]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()][A-Z0-9]|[=>78])/g

/** Without the colours and movements that a terminal would act on. */
function plain(text: string): string {
  return text.replace(escapeSequences, '').replaceAll('\r', '')
}
