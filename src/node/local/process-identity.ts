import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { systemCode } from './start-problem.ts'

/** One run of one process: its number alone would be taken for another process that got it later. */
export interface ProcessRef {
  readonly pid: number
  /** When it started, in whatever words the system has for it; empty where the system does not tell. */
  readonly started: string
}

/** A reference to the process that has this number now, or undefined when there is none. */
export function processRef(pid: number): ProcessRef | undefined {
  return isAlive(pid) ? { pid, started: startOf(pid) } : undefined
}

/** Whether just that process is still there, and not another one with its number. */
export function isStillAlive(ref: ProcessRef): boolean {
  return isAlive(ref.pid) && startOf(ref.pid) === ref.started
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}

function startOf(pid: number): string {
  try {
    if (process.platform === 'linux') {
      // Ticks since boot, and which boot. The name before it may hold spaces and parentheses: count from its end.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
      // A zombie holds nothing any more; it only waits for its parent to ask how it ended.
      if (fields?.[0] === 'Z') return 'ended'
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields?.[19] ?? ''}`
    }
    if (process.platform === 'win32') return ''
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    // It ended meanwhile, or the system does not say: then its number has to do.
    return ''
  }
}
