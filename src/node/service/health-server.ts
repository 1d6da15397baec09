import { createServer, type RequestListener } from 'node:http'

export interface HealthServer {
  readonly port: number
  /** Answers 503 from now on, so that no load balancer sends anything more. */
  stopping(): void
  close(): Promise<void>
}

export interface HealthServerOptions {
  /** 0 for any free one. */
  readonly port: number
  /** Default: every address. */
  readonly host?: string | undefined
  /** Answers what is not about health. */
  readonly others?: RequestListener | undefined
}

/**
 * A service's own HTTP interface: `GET /health` is 200 while it takes work. That the queue cannot be read is no
 * reason to be replaced by another that cannot read it either; the age of the oldest job tells of that.
 */
export async function startHealthServer({ port, host, others = notFound }: HealthServerOptions): Promise<HealthServer> {
  let status: 200 | 503 = 200
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    if (request.method !== 'GET' || request.url !== '/health') return others(request, response)
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify({ status: status === 200 ? 'ok' : 'stopping' }))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, resolve)
  })
  // Health is told of what lives, and keeps nothing alive
  server.unref()
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    stopping() {
      status = 503
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const notFound: RequestListener = (_, response) => {
  response.writeHead(404, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify({ error: 'not found' }))
}
