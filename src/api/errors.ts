import type { Context } from 'hono'
import type { AppEnv } from '../http/env.ts'
import type { Problem } from '../http/problem.ts'

/** A problem as RFC 9457 has it; `code` is stable, `detail` says what to do. */
export function apiProblem(c: Context<AppEnv>, problem: Problem): Response {
  const { status, sentence, code, requestId, fields } = problem
  const body = {
    type: `urn:deckle:problem:${code}`,
    title: code.replaceAll('_', ' '),
    status,
    detail: sentence,
    code,
    requestId,
  }
  return c.body(JSON.stringify(body), status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(fields['waitS'] === undefined ? {} : { 'retry-after': String(fields['waitS']) }),
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="deckle"' } : {}),
  })
}
