import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessInfo } from './process.ts'
import type { RunningRegistry } from './registry.ts'

export const parts = ['dynamodb', 's3', 'sqs', 'validator', 'edge', 'workerd'] as const
export type Part = (typeof parts)[number]

/** The process of a part of a running registry; undefined while it does not run. */
export function findPart(registry: RunningRegistry, part: Part): ProcessInfo | undefined {
  const processes = registry.processes()
  if (part === 'validator') return processes.find(({ command }) => command.endsWith('/validator.ts'))
  if (part === 'edge') return processes.find(({ command }) => command.endsWith('/edge-part.ts'))
  if (part === 'workerd') return processes.find(({ command }) => /^\S*\/workerd /.test(command))
  const ports: Readonly<Record<string, number>> = JSON.parse(
    readFileSync(join(registry.address.dataDirectory, 'ports.json'), 'utf8'),
  )
  const socket = listeningSocket(ports[part] ?? 0)
  return processes.find(({ pid }) => socket !== undefined && openFiles(pid).includes(socket))
}

/** `socket:[…]` of whoever listens there. @see https://docs.kernel.org/networking/proc_net_tcp.html */
function listeningSocket(port: number): string | undefined {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const fields = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const found = fields.find(([, address, , state]) => state === '0A' && address?.endsWith(local))
  return found === undefined ? undefined : `socket:[${found[9]}]`
}

function openFiles(pid: number): readonly string[] {
  try {
    const folder = `/proc/${pid}/fd`
    return readdirSync(folder).map((name) => readlinkSync(join(folder, name)))
  } catch {
    // It, or one of its files, is gone.
    return []
  }
}
