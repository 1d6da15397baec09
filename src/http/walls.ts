import type { Context, Next } from 'hono'
import { refuse } from '../model/refusals.ts'

/** How many bytes a front door can carry, which is less than the registry itself takes. */
export interface Walls {
  readonly requestBytes: number
  readonly answerBytes: number
}

const megabytes = (bytes: number) => Math.floor(bytes / 100_000) / 10

/**
 * Says what to do before the front door breaks off with words of its own, in the shape of the asker's protocol.
 * Holds a whole answer in memory, as such a front door does anyway.
 * @throws Refusal `request_too_large_here`, `answer_too_large_here`
 */
export async function within({ requestBytes, answerBytes }: Walls, c: Context, next: Next): Promise<void> {
  if (Number(c.req.header('content-length') ?? 0) > requestBytes) {
    throw refuse('request_too_large_here', { mostMegabytes: megabytes(requestBytes) })
  }
  await next()
  const body = await c.res.clone().arrayBuffer()
  if (body.byteLength <= answerBytes) return
  // Its headers would stay on the refusal
  c.res = undefined
  throw refuse('answer_too_large_here', { mostMegabytes: megabytes(answerBytes) })
}
