import type { Server } from 'node:http'
import { isIPv6 } from 'node:net'
import { promisify } from 'node:util'

/** Where everything listens that nobody else should reach. */
export const loopback = '127.0.0.1'

/** A local storage server at work. */
export interface LocalServer {
  readonly port: number
  /** Ends connections and writes what is left to write. */
  close(): Promise<void>
}

export interface LocalServerOptions {
  /** 0 for any free one. */
  readonly port: number
  /** Holds all of its state. Made when absent; must not be in use by another process. */
  readonly directory: string
  /** The only key pair that it knows. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly region: string
}

/** Listens on one address, and returns the port. Fails as `listen` does, for example with EADDRINUSE. */
export async function listen(server: Server, port: number, host: string = loopback): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return address.port
}

export async function stopListening(server: Server): Promise<void> {
  const closed = promisify(server.close.bind(server))()
  server.closeAllConnections()
  await closed
}

/** `host:port`, as URLs and proxies write it. */
export function authorityOf(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}

/** The URL at which this machine reaches what listens on an address: one of its own when that means all of them. */
export function urlOf(host: string, port: number): string {
  return `http://${authorityOf({ '0.0.0.0': loopback, '::': '::1' }[host] ?? host, port)}`
}
