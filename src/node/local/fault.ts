import type { IncomingMessage } from 'node:http'

/** Says on stderr that a server has failed at a request, unless its client broke off. */
export function reportFault(
  server: 's3' | 'dynamodb' | 'sqs' | 'execute-api',
  error: unknown,
  request?: IncomingMessage,
): void {
  if (request && (!request.complete || request.socket.destroyed)) return
  const message = error instanceof Error ? error.stack : String(error)
  process.stderr.write(`${JSON.stringify({ event: `${server}_server_failed`, message })}\n`)
}
