import type { Context } from 'hono'
import type { AppEnv } from '../../http/env.ts'
import { asksForCode, type Problem } from '../../http/problem.ts'
import { reportPath } from '../../http/urls.ts'
import { visitorOf } from '../../http/visitor.ts'
import { log } from '../../std/log.ts'

/**
 * A problem in npm's shape: the text stands in `error`, the only field that every client prints. A 401 carries no
 * `WWW-Authenticate`, since npm would show a sentence of its own instead of ours; but `otp`, in lower case as pnpm looks
 * for it, makes every client ask for a code, or open the page that the answer names.
 */
export async function npmError(c: Context<AppEnv>, problem: Problem): Promise<Response> {
  const { status, sentence, code, requestId, fields } = problem
  const waitS = fields['waitS'] ?? (status === 503 ? 2 : undefined)
  const retry = waitS === undefined ? {} : { 'retry-after': String(waitS) }
  const report = code === 'validation_refused' ? fullReport(c, fields) : {}
  const error = 'report' in report ? `${sentence}\nFull report: ${report.report}` : sentence
  const ask = asksForCode(problem) ? { 'www-authenticate': 'otp' } : {}
  const pages = code === 'second_factor_required' ? await secondFactorPages(c) : {}
  return c.json({ error, code, requestId, ...report, ...pages }, status, {
    'cache-control': 'no-store',
    ...retry,
    ...ask,
  })
}

/** Where a client that can open a browser sends its user, and where it asks for what they did there. */
async function secondFactorPages(c: Context<AppEnv>): Promise<{ authUrl?: string; doneUrl?: string }> {
  const { registry, asking } = c.var
  if (asking === undefined || !registry.config.webLogin || c.req.header('npm-auth-type') !== 'web') return {}
  try {
    const { id, poll } = await registry.beginChallenge(await asking, visitorOf(c))
    const { publicUrl } = registry.config
    return { authUrl: `${publicUrl}/-/second/${id}`, doneUrl: `${publicUrl}/-/v1/second/${poll}` }
  } catch (error) {
    // A code can still be typed in
    log('error', 'challenge_not_begun', 'a second factor was asked for without a page', { error })
    return {}
  }
}

function fullReport(c: Context<AppEnv>, fields: Problem['fields']): { report: string } {
  const path = reportPath('npm', String(fields['package']), String(fields['version']))
  return { report: `${c.var.registry.config.publicUrl}${path}` }
}
