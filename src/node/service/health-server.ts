import { createServer } from 'node:http'

export interface HealthServer {
  /** Answers 503 from now on, so that no load balancer sends anything more. */
  stopping(): void
}

/**
 * The validator's own HTTP interface: `GET /health` is 200 while it takes jobs. That the queue cannot be read is no
 * reason to be replaced by another that cannot read it either; the age of the oldest job tells of that.
 */
export async function startHealthServer(port: number): Promise<HealthServer> {
  let status: 200 | 503 = 200
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
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
