import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { getRequestListener } from '@hono/node-server'
import { createApp } from '../../app.ts'
import type { Config } from '../../config.ts'
import type { Telemetry } from '../../model/telemetry.ts'
import { log } from '../../std/log.ts'
import type { Platform } from '../../std/platform.ts'
import { wire } from '../../wiring.ts'
import type { Service } from '../service/run-service.ts'

/** Longer than a load balancer keeps an idle connection (60 s): else it sends into one that we are just closing. */
const keepAliveMs = 75_000
const headersMs = 20_000

/** Serves the app on every address, bodies and answers streaming; how long a body may take is the app's to say. */
export async function startFrontDesk(config: Config, platform: Platform, telemetry: Telemetry): Promise<Service> {
  const app = createApp(wire(config, platform, telemetry))
  const left = new Set<Promise<unknown>>()
  const context = {
    waitUntil(work: Promise<unknown>) {
      left.add(work)
      void work.finally(() => left.delete(work))
    },
    passThroughOnException: () => undefined,
    props: {},
  }
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, headersTimeout: headersMs, requestTimeout: 0 },
    getRequestListener((request, { incoming }) => app.fetch(request, bindingsOf(incoming), context)),
  )
  const stopListening = stopper(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.port, resolve)
  })
  log('info', 'front_desk_started', `serves ${config.publicUrl} on port ${config.port}`)
  return {
    async stop() {
      await stopListening()
      while (left.size > 0) await Promise.allSettled(left)
      await telemetry.tracer?.flush()
      log('info', 'front_desk_stopped', 'all begun requests are done')
    },
  }
}

/**
 * Takes no more connections, and waits for the requests on those that there are. `Server.close` ends the idle ones, and
 * would wait for one that falls idle later until its client lets go.
 */
function stopper(server: Server): () => Promise<void> {
  let isStopping = false
  server.on('request', (_: IncomingMessage, outgoing: ServerResponse) => {
    outgoing.once('close', () => {
      if (isStopping) setImmediate(() => server.closeIdleConnections())
    })
  })
  return () => {
    isStopping = true
    return promisify(server.close.bind(server))()
  }
}

/** The load balancer appends the address that it saw, so whatever the client put before that does not count. */
function bindingsOf({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): { CLIENT_ADDRESS?: string } {
  const seen = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .at(-1)
    ?.trim()
  const address = seen || socket.remoteAddress
  return address === undefined ? {} : { CLIENT_ADDRESS: address }
}
