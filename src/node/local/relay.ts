import { connect, createServer, type Server, type Socket } from 'node:net'
import { loopback } from './listen.ts'
import { systemCode } from './start-problem.ts'

export interface Relay {
  close(): void
}

/**
 * Hands connections to the same port of another address on to 127.0.0.1: workerd listens on one. (To give it another
 * one would let miniflare's own servers listen there too.) Does nothing for `::1` on a machine without IPv6.
 */
export async function relayToLoopback(address: string, port: number): Promise<Relay> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port, host: loopback, allowHalfOpen: true })
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one)
      one.setNoDelay(true)
      one.once('error', () => other.destroy())
      one.once('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  const problem = await listen(server, address, port)
  const isMissing = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(systemCode(problem) ?? '')
  if (problem !== undefined && !(isMissing && address === '::1')) throw problem
  return {
    close: () => {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

async function listen(server: Server, host: string, port: number): Promise<unknown> {
  return new Promise((resolve) => {
    server.once('error', resolve)
    server.listen({ port, host, ipv6Only: true }, () => resolve(undefined))
  })
}
