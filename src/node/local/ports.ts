import { randomInt } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { loopback, servedAddresses } from './listen.ts'
import { StartProblem, systemCode } from './start-problem.ts'

/**
 * Below the range from which systems give ports to outgoing connections (Linux begins at 32768): while a part is
 * down, nobody must get its port by chance, least of all a client that tries to reach it.
 */
const range = { first: 20_000, end: 32_000 }

const stored = z.record(z.string(), z.number().int().min(1).max(65_535))

/** Why a server could not listen there now, as a system code. */
async function listenProblem(port: number, host: string): Promise<string | undefined> {
  const server = createServer()
  const problem = await new Promise<unknown>((resolve) => {
    server.once('error', resolve)
    server.listen({ port, host, exclusive: true }, () => resolve(undefined))
  })
  if (problem === undefined) await new Promise((resolve) => server.close(resolve))
  return problem === undefined ? undefined : (systemCode(problem) ?? String(problem))
}

/** Whether this machine has no such address; of the two of `localhost`, some have only one. */
const isMissing = (code: string) => code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'

async function isFree(port: number): Promise<boolean> {
  const codes = [await listenProblem(port, loopback), await listenProblem(port, '::1')]
  return codes.every((code) => code === undefined || isMissing(code))
}

/** A port that is free on 127.0.0.1 and ::1: the preferred one if possible. */
export async function choosePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(range.first, range.end)
    if (await isFree(port)) return port
  }
  throw new StartProblem('There is no free port on this machine.')
}

/**
 * Ports for these parts, the same as last time where they are still free; remembered in `ports.json`.
 * @param given those that are settled
 */
export async function choosePorts<Name extends string>(
  dataDirectory: string,
  names: readonly Name[],
  given: Readonly<Record<string, number>> = {},
): Promise<Readonly<Record<Name, number>>> {
  const file = join(dataDirectory, 'ports.json')
  const before = readPorts(file)
  const taken = new Set(Object.values(given))
  const chosen = new Map<Name, number>()
  for (const name of names) {
    let port = given[name] ?? (await choosePort(before[name]))
    while (given[name] === undefined && taken.has(port)) port = await choosePort()
    taken.add(port)
    chosen.set(name, port)
  }
  const ports = Object.fromEntries(chosen)
  writeFileSync(file, `${JSON.stringify({ ...before, ...ports }, undefined, 2)}\n`)
  return ports as Record<Name, number>
}

function readPorts(file: string): Readonly<Record<string, number>> {
  try {
    return stored.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? {}
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return {}
    throw error
  }
}

/**
 * Checks that the registry, or storage behind a proxy, can have its port.
 * @param asked the address that was asked for
 * @throws StartProblem with what to do
 */
export async function requireFreePort(port: number, asked?: string): Promise<void> {
  for (const host of servedAddresses(asked)) {
    const code = await lastingProblem(port, host)
    if (code === undefined || (isMissing(code) && host !== asked)) continue
    if (isMissing(code)) throw new StartProblem(`This machine has no address ${host} to listen on (--host).`)
    if (code === 'EACCES') throw new StartProblem(`Only an administrator may use port ${port}. ${otherPort(4000)}`)
    if (code !== 'EADDRINUSE') throw new StartProblem(`Cannot listen on ${host}, port ${port}: ${code}.`)
    const look = process.platform === 'win32' ? `netstat -ano | findstr :${port}` : `lsof -i :${port}`
    throw new StartProblem(
      `Port ${port} of ${host} is in use, perhaps by another Deckle (see by whom: ${look}). ${otherPort(port + 1)}`,
    )
  }
}

/** A process that was just killed may hold its port for some milliseconds more, until its last thread has ended. */
async function lastingProblem(port: number, host: string): Promise<string | undefined> {
  for (let tries = 1; ; tries += 1) {
    const code = await listenProblem(port, host)
    if (code !== 'EADDRINUSE' || tries === 10) return code
    await sleep(50)
  }
}

function otherPort(port: number): string {
  return `Choose another port: npm start -- --port ${Math.min(port, 65_535)}`
}
