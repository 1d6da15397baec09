import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { userAgent } from './registry.ts'

/**
 * Requests to storage, by signed links. Not by `fetch`: its streams keep some hundred MB of buffers alive at the speed of
 * a fast network, and the command is to stay below 200 MB for any size. The proxy of the environment is used
 * (`HTTPS_PROXY`), and one connection for many parts.
 */
const agents = {
  plain: new PlainAgent({ keepAlive: true, proxyEnv: process.env }),
  secure: new SecureAgent({ keepAlive: true, proxyEnv: process.env }),
}

interface Sent {
  readonly method: 'GET' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  /** Each chunk is sent before the next is asked for: all may lie in the same memory. */
  readonly body?: () => AsyncGenerator<Uint8Array>
  readonly signal: AbortSignal
}

/** Sends it and gives what comes back, its body not read yet: whoever calls reads it, or destroys it. */
export async function askStorage(url: string, { method, headers, body, signal }: Sent): Promise<IncomingMessage> {
  const isSecure = new URL(url).protocol === 'https:'
  const request = (isSecure ? secureRequest : plainRequest)(url, {
    method,
    agent: isSecure ? agents.secure : agents.plain,
    headers: { 'user-agent': userAgent, ...headers },
    signal,
  })
  const answered = new Promise<IncomingMessage>((fulfil, reject) => {
    request.once('response', fulfil)
    request.on('error', reject)
  })
  if (body === undefined) request.end()
  // Storage may refuse before it has read all: then its answer says why, and not the connection that it closes
  else send(request, body()).catch((error: unknown) => void request.destroy(asError(error)))
  return answered
}

async function send(request: ClientRequest, body: AsyncGenerator<Uint8Array>): Promise<void> {
  for await (const chunk of body) await written(request, chunk)
  request.end()
}

/** Waits until the system has the chunk. One that waits for a connection that never comes ends with its request. */
function written(request: ClientRequest, chunk: Uint8Array): Promise<void> {
  return new Promise((fulfil, reject) => {
    request.write(chunk, (error) => (error instanceof Error ? reject(error) : fulfil()))
  })
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
