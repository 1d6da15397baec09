import type { Server } from 'node:http'
import { promisify } from 'node:util'

/** A local storage server at work on 127.0.0.1. */
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

/** Listens on 127.0.0.1, and nowhere else, and returns the port. Fails as `listen` does, for example with EADDRINUSE. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
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
