import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { ZodError } from 'zod'
import type { Config } from '../../config.ts'
import { log } from '../../std/log.ts'
import { signatureGuard } from './signature-guard.ts'

export interface Answer {
  readonly status: number
  readonly body: object
}

/** What a service answers to a question in JSON, by path. A question that does not fit throws a `ZodError`. */
export type Questions = Readonly<Record<string, (question: unknown) => Promise<Answer>>>

const mostBytes = 1024 * 1024

/**
 * Answers the questions of the edge, and of nobody else. Where we have the key pair that the edge signs with, we verify
 * its signature; in a container, API Gateway has done so, and the network lets nobody in but it (`aws/front-desk`).
 * @returns undefined where neither holds: then no question is answered
 */
export function answering(questions: Questions, { storage }: Config): RequestListener | undefined {
  const { access, region } = storage
  if (access.kind === 'container') {
    return (request, response) => void readBody(request).then((body) => answer(questions, request, body, response))
  }
  if (access.kind !== 'keys') return undefined
  const credentials = { accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey.reveal() }
  return signatureGuard({ service: 'execute-api', region, credentials }, (request, response) =>
    answer(questions, request, request.body, response),
  )
}

async function answer(
  questions: Questions,
  { method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>,
  body: Uint8Array | undefined,
  response: ServerResponse,
): Promise<void> {
  const { status, body: said } = await answerOf(questions, method === 'POST' ? url : '', body)
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(said))
}

async function answerOf(questions: Questions, path: string, body: Uint8Array | undefined): Promise<Answer> {
  const handle = Object.hasOwn(questions, path) ? questions[path] : undefined
  if (handle === undefined) return { status: 404, body: { error: 'not found' } }
  if (body === undefined || body.length > mostBytes) return { status: 413, body: { error: 'too large' } }
  try {
    return await handle(JSON.parse(new TextDecoder().decode(body)))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ZodError) {
      return { status: 400, body: { error: 'not understood' } }
    }
    log('error', 'question_failed', `${path} could not be answered`, { error })
    return { status: 503, body: { error: 'not now' } }
  }
}

/** Undefined when it is too large, or broke off. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request) {
      size += chunk.length
      if (size > mostBytes) return undefined
      chunks.push(chunk)
    }
  } catch {
    return undefined // whoever asked is gone, and hears nothing of it
  }
  return Buffer.concat(chunks)
}
