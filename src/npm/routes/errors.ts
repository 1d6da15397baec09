import type { Context } from 'hono'
import type { AppEnv } from '../../http/env.ts'
import type { Problem } from '../../http/problem.ts'
import { reportPath } from '../../http/urls.ts'

/**
 * A problem in npm's shape: the text stands in `error`, the only field that every client prints. A 401 carries no
 * `WWW-Authenticate`, since npm would show a sentence of its own instead of ours.
 */
export function npmError(c: Context<AppEnv>, problem: Problem): Response {
  const { status, sentence, code, requestId, fields } = problem
  const waitS = status === 503 ? 2 : fields['waitS']
  const retry = waitS === undefined ? {} : { 'retry-after': String(waitS) }
  const report = code === 'validation_refused' ? fullReport(c, fields) : {}
  const error = 'report' in report ? `${sentence}\nFull report: ${report.report}` : sentence
  return c.json({ error, code, requestId, ...report }, status, { 'cache-control': 'no-store', ...retry })
}

function fullReport(c: Context<AppEnv>, fields: Problem['fields']): { report: string } {
  const path = reportPath('npm', String(fields['package']), String(fields['version']))
  return { report: `${c.var.registry.config.publicUrl}${path}` }
}
