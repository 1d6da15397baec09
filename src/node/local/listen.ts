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
  /** Servers of other regions that everything written here is carried to. Default: none. */
  readonly copies?: readonly RegionalServer[]
}

/** A server of the same service that plays it in another region, on this machine and with the same key pair. */
export interface RegionalServer {
  readonly region: string
  readonly port: number
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

/**
 * The addresses that clients, or a proxy, are served on; the first of them answers on 127.0.0.1, as our own parts need.
 * @param host what was asked for. Default: both addresses of `localhost`, since clients differ in which they try
 */
export function servedAddresses(host?: string): readonly [string, ...string[]] {
  if (host === undefined) return [loopback, '::1']
  if (host === '0.0.0.0' || host === '::') return [host]
  return host === loopback ? [loopback] : [loopback, host]
}

/** `host:port`, as URLs and proxies write it. */
export function authorityOf(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}
