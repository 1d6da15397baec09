import type { Context, Hono } from 'hono'
import { asking } from '../http/authenticate.ts'
import { type AppEnv, routes } from '../http/env.ts'
import { formatIds, type VersionRef } from '../model/ids.ts'
import { refuse } from '../model/refusals.ts'
import { isFinal } from '../model/version-status.ts'
import { reportSchema } from '../validation/report.ts'

/** Validation reports, and the schema that they follow. */
export const reports: Hono<AppEnv> = routes()
  .get('/api/v1/packages/:format/:package/versions/:version/report', async (c) => {
    const ref = versionRef(c, c.req.param('format'), c.req.param('package'), c.req.param('version'))
    const answer = await c.var.registry.readReport(await asking(c), ref)
    if (answer.state === 'decided') return c.json(answer.report, 200, { 'cache-control': 'private, no-cache' })
    const { name, version, status, reasons = [] } = answer.record
    // Given up before there was anything to report
    if (isFinal(status)) return c.json({ package: name, version, verdict: status, findings: reasons })
    return c.json({ package: name, version, verdict: 'pending', status }, 202, {
      'cache-control': 'no-store',
      'retry-after': '2',
    })
  })
  .get('/api/v1/schemas/report', (c) => c.json(reportSchema, 200, { 'content-type': 'application/schema+json' }))

/** Names that no package can have answer like packages that do not exist. */
function versionRef(c: Context<AppEnv>, format: string, name: string, version: string): VersionRef {
  const known = formatIds.find((id) => id === format)
  const parsed = known === undefined ? undefined : c.var.registry.formats[known].canonicalVersion(version)
  if (known === undefined || parsed === undefined) throw refuse('package_not_found')
  try {
    return { format: known, name: c.var.registry.formats[known].packageName(name), version: parsed }
  } catch {
    throw refuse('package_not_found')
  }
}
