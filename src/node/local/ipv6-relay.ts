import { connect, createServer, type Server, type Socket } from 'node:net'
import { systemCode } from './start-problem.ts'

export interface Relay {
  close(): void
}

/**
 * Hands connections to `[::1]:port` on to `127.0.0.1:port`. workerd listens on one address, and clients differ in what
 * they take `localhost` for. Does nothing on a machine without IPv6.
 */
export async function relayToIpv4(port: number): Promise<Relay> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
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
  const problem = await listen(server, port)
  if (problem !== undefined && !['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(systemCode(problem) ?? '')) throw problem
  return {
    close: () => {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

async function listen(server: Server, port: number): Promise<unknown> {
  return new Promise((resolve) => {
    server.once('error', resolve)
    server.listen({ port, host: '::1', ipv6Only: true }, () => resolve(undefined))
  })
}
