import { createServer, type RequestListener } from 'node:http'
import type { Metrics } from '../../std/metrics.ts'
import { openMetrics, openMetricsType } from '../../std/open-metrics.ts'

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
  readonly metrics: Pick<Metrics, 'families'>
  /** Answers what is about neither health nor metrics. */
  readonly others?: RequestListener | undefined
}

/**
 * A service's own HTTP interface: `GET /health` is 200 while it takes work. That the queue cannot be read is no
 * reason to be replaced by another that cannot read it either; the age of the oldest job tells of that.
 * `GET /metrics` is what this process has counted, for whoever reaches this port: numbers, and nobody's names.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { port, host, metrics, others = notFound } = options
  let status: 200 | 503 = 200
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    if (request.method === 'GET' && request.url === '/metrics') {
      response.writeHead(200, { 'content-type': openMetricsType, 'cache-control': 'no-store' })
      response.end(openMetrics(metrics))
      return
    }
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
