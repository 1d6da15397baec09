import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What goes wrong with one request.
 * `error`: answered with 500, unseen by the service; `unavailable`: with 503. `throttled`: refused in the service's own
 * words (S3: 503 SlowDown). `lost`: done, and the answer is lost. `reset`: cut off before it arrives. `half`: the answer breaks off in the middle of its body.
 * `hang`: no answer until the client gives up.
 */
export const faults = ['error', 'unavailable', 'throttled', 'lost', 'reset', 'half', 'hang'] as const
export type Fault = (typeof faults)[number]

export interface FaultProxy {
  readonly url: string
  /** Decides about each request; by default nothing goes wrong. */
  plan: (request: { readonly method: string; readonly url: string; readonly count: number }) => Fault | undefined
  /** Requests since the start. */
  readonly count: () => number
  close(): Promise<void>
}

/** A proxy in front of a storage server that hands on everything as it is, signatures included, but for what is planned. */
export async function startFaultProxy(service: 's3' | 'dynamodb' | 'sqs', target: string): Promise<FaultProxy> {
  const { port } = new URL(target)
  let count = 0
  const server = createServer((incoming, outgoing) => {
    count += 1
    const fault = proxy.plan({ method: incoming.method ?? '', url: incoming.url ?? '', count })
    if (fault === 'error') return refuse(incoming, outgoing, 500, 'InternalError', service)
    if (fault === 'unavailable') return refuse(incoming, outgoing, 503, 'ServiceUnavailable', service)
    if (fault === 'throttled')
      return refuse(incoming, outgoing, throttling[service][0], throttling[service][1], service)
    if (fault === 'reset') return void incoming.socket.destroy()
    if (fault === 'hang') return void incoming.resume()
    handOn(incoming, outgoing, Number(port), fault)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    plan: () => undefined,
    count: () => count,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return proxy
}

const throttling = {
  s3: [503, 'SlowDown'],
  dynamodb: [400, 'ProvisionedThroughputExceededException'],
  sqs: [400, 'ThrottlingException'],
} as const

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, status: number, code: string, service: string) {
  incoming.resume()
  incoming.on('end', () => {
    outgoing.statusCode = status
    const body =
      service === 's3'
        ? `<?xml version="1.0"?><Error><Code>${code}</Code><Message>injected</Message></Error>`
        : JSON.stringify({ __type: `com.amazonaws#${code}`, message: 'injected' })
    outgoing.end(incoming.method === 'HEAD' ? undefined : body)
  })
}

function handOn(incoming: IncomingMessage, outgoing: ServerResponse, port: number, fault: Fault | undefined): void {
  const options = { host: '127.0.0.1', port, method: incoming.method, path: incoming.url, headers: incoming.headers }
  const forwarded = request(options, (answer) => {
    if (fault === 'lost') {
      answer.resume()
      answer.on('end', () => incoming.socket.destroy())
      return
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    if (fault === 'half') {
      answer.once('data', (chunk: Buffer) => {
        outgoing.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => incoming.socket.destroy())
      })
      answer.on('end', () => outgoing.end())
      answer.resume()
      return
    }
    answer.pipe(outgoing)
  })
  forwarded.on('error', () => incoming.socket.destroy())
  incoming.pipe(forwarded)
}
