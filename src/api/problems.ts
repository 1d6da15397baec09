import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AppEnv } from '../http/env.ts'
import { asksForCode, type Problem } from '../http/problem.ts'
import { statusOf } from '../http/status.ts'
import type { RefusalCode } from '../model/refusals.ts'

/** A problem as RFC 9457 has it. */
const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:deckle:problem:package_not_found' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What was wrong, and what to do.' }),
    code: z.string().openapi({ description: 'Stable: what a program decides by.', example: 'package_not_found' }),
    requestId: z.string().openapi({ description: 'What to tell an administrator.' }),
  })
  .openapi('Problem')

const content = { 'application/problem+json': { schema: problemSchema } }

/** The answers that an operation's refusals make, by status; each names its codes, in words and as `x-codes`. */
export function problemAnswers(codes: ReadonlySet<RefusalCode>) {
  const byStatus = Object.groupBy([...codes].sort(), (code) => statusOf[code])
  const answers = Object.entries(byStatus).map(([status, listed = []]) => {
    const description = listed.map((code) => `\`${code}\``).join(', ')
    return [status, { description, content, 'x-codes': listed }]
  })
  return Object.fromEntries(answers)
}

/** A problem in an answer; `code` is stable, `detail` says what to do. */
export function apiProblem(c: Context<AppEnv>, problem: Problem): Response {
  const { status, sentence, code, requestId, fields } = problem
  const body = {
    type: `urn:deckle:problem:${code}`,
    title: code.replaceAll('_', ' '),
    status,
    detail: sentence,
    code,
    requestId,
  } satisfies z.infer<typeof problemSchema>
  const waitS = fields['waitS'] ?? (status === 503 ? 2 : undefined)
  return c.body(JSON.stringify(body), status, {
    'content-type': 'application/problem+json',
    'cache-control': 'private, no-store',
    ...(status === 401 ? { 'www-authenticate': challengeOf(problem) } : {}),
    ...(waitS === undefined ? {} : { 'retry-after': String(waitS) }),
    ...(code === 'method_not_allowed' ? { allow: String(fields['allow']) } : {}),
  })
}

/** As RFC 6750, 3 has it; where a code is asked for, as npm's clients look for it. */
function challengeOf(problem: Problem): string {
  const { code } = problem
  if (asksForCode(problem)) return 'otp'
  return `Bearer realm="deckle"${code === 'token_invalid' ? ', error="invalid_token"' : ''}`
}
