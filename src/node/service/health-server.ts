import { createServer } from 'node:http'
import type { Metrics } from '../../std/metrics.ts'
import { openMetrics, openMetricsType } from '../../std/open-metrics.ts'

export interface HealthServer {
  /** Answers 503 from now on, so that no load balancer sends anything more. */
  stopping(): void
}

/**
 * A service's own HTTP interface: `GET /health` is 200 while it takes work. That the queue cannot be read is no
 * reason to be replaced by another that cannot read it either; the age of the oldest job tells of that.
 * `GET /metrics` is what this process has counted, for whoever reaches this port: numbers, and nobody's names.
 */
export async function startHealthServer(port: number, metrics: Pick<Metrics, 'families'>): Promise<HealthServer> {
  let status: 200 | 503 = 200
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    if (request.method === 'GET' && request.url === '/metrics') {
      response.writeHead(200, { 'content-type': openMetricsType, 'cache-control': 'no-store' })
      response.end(openMetrics(metrics))
      return
    }
    const known = request.method === 'GET' && request.url === '/health'
    response.writeHead(known ? status : 404, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify(known ? { status: status === 200 ? 'ok' : 'stopping' } : { error: 'not found' }))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, resolve)
  })
  // Health is told of what lives, and keeps nothing alive
  server.unref()
  return {
    stopping() {
      status = 503
    },
  }
}
