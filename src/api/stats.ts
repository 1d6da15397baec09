import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { asking } from '../http/authenticate.ts'
import type { AppEnv } from '../http/env.ts'
import { orgName } from '../registry/org-name.ts'
import type { AskedPeriod, UsageReport } from '../registry/usage.ts'
import { withoutUndefined } from '../std/defined.ts'
import { packageParams, packageRef, versionParams, versionRef } from './package-params.ts'
import { day, endpoint, resource } from './resource.ts'
import { shownStored, storedFields } from './stored-shape.ts'
import { answerTable, type Row, type TableFormat, table, tableQuery } from './table.ts'

const count = z.int().min(0)
const counts = z.record(z.string(), count)
const numbers = {
  downloads: count,
  bytes: count.openapi({ description: 'Sizes of the files that links were given out for.' }),
  anonymous: count.optional().openapi({ description: 'Those of the downloads that came without credentials.' }),
  refusals: count.optional(),
  clients: counts.optional().openapi({ description: 'Downloads by client.' }),
  reasons: counts.optional().openapi({ description: 'Refusals by code.' }),
}
const reportSchema = z
  .object({
    from: day,
    to: day,
    days: z.array(
      z.object({
        day,
        ...numbers,
        users: count.optional().openapi({ description: 'How many different users.' }),
        usersAreMore: z.literal(true).optional().openapi({ description: 'Nobody counted further.' }),
      }),
    ),
    total: z.object(numbers),
    ...storedFields,
  })
  .openapi('Usage')

const query = tableQuery.extend({
  from: day.optional().openapi({ description: 'The first day; without it, 29 days before the last one.' }),
  to: day.optional().openapi({ description: 'The last day; without it, today. Of 400 days at most.' }),
})
const about = { method: 'get', tags: ['usage'] } as const
const report = { 200: table('Day by day.', reportSchema) }
const details = 'Clients and refusals are told to those who may also read who it was.'

const ofRegistry = endpoint({
  ...about,
  path: '/api/v1/stats',
  operationId: 'readUsage',
  summary: 'How much everything was used',
  description: 'For auditors and administrators.',
  access: 'account',
  refuses: ['usage_not_allowed'],
  request: { query },
  responses: report,
})

const ofPackage = endpoint({
  ...about,
  path: '/api/v1/stats/packages/{format}/{package}',
  operationId: 'readPackageUsage',
  summary: 'How much a package was used',
  description: `For those who may read it. ${details}`,
  access: 'anyone',
  refuses: ['package_not_found', 'package_blocked'],
  request: { params: packageParams, query },
  responses: report,
})

const ofVersion = endpoint({
  ...about,
  path: '/api/v1/stats/packages/{format}/{package}/versions/{version}',
  operationId: 'readVersionUsage',
  summary: 'How much a version was used',
  description: `For those who may read the package. ${details}`,
  access: 'anyone',
  refuses: ['package_not_found', 'package_blocked', 'version_not_found'],
  request: { params: versionParams, query },
  responses: report,
})

const ofUser = endpoint({
  ...about,
  path: '/api/v1/stats/users/{username}',
  operationId: 'readUserUsage',
  summary: 'How much somebody downloaded',
  description: 'Everybody reads their own; auditors and administrators that of all.',
  access: 'account',
  refuses: ['history_not_allowed', 'username_invalid'],
  request: { params: z.object({ username: z.string() }), query },
  responses: report,
})

const ofOrganisation = endpoint({
  ...about,
  path: '/api/v1/stats/organisations/{organisation}',
  operationId: 'readOrganisationUsage',
  summary: 'How much the packages of an organisation were used',
  description: 'For its members. Clients and refusals are told to those who govern it.',
  access: 'account',
  refuses: ['org_not_found', 'org_name_invalid'],
  request: { params: z.object({ organisation: z.string() }), query },
  responses: report,
})

/** `/api/v1/stats`: numbers of what `history` tells one by one. */
export const stats = resource()
  .openapi(ofRegistry, async (c) => {
    const { format, ...period } = c.req.valid('query')
    return shown(c, format, await c.var.registry.usageOfRegistry(await asking(c), asked(period)))
  })
  .openapi(ofPackage, async (c) => {
    const ref = packageRef(c, c.req.valid('param'))
    const { format, ...period } = c.req.valid('query')
    return shown(c, format, await c.var.registry.usageOfPackage(await asking(c), ref, asked(period)))
  })
  .openapi(ofVersion, async (c) => {
    const ref = versionRef(c, c.req.valid('param'))
    const { format, ...period } = c.req.valid('query')
    return shown(c, format, await c.var.registry.usageOfVersion(await asking(c), ref, asked(period)))
  })
  .openapi(ofUser, async (c) => {
    const { username } = c.req.valid('param')
    const { format, ...period } = c.req.valid('query')
    return shown(c, format, await c.var.registry.usageOfUser(await asking(c), username, asked(period)))
  })
  .openapi(ofOrganisation, async (c) => {
    const org = orgName(c.req.valid('param').organisation)
    const { format, ...period } = c.req.valid('query')
    return shown(c, format, await c.var.registry.usageOfOrg(await asking(c), org, asked(period)))
  })

function asked({ from, to }: { readonly from?: string | undefined; readonly to?: string | undefined }): AskedPeriod {
  return withoutUndefined({ start: from, end: to })
}

const columns = ['day', 'downloads', 'bytes', 'users', 'anonymous', 'refusals', 'clients', 'reasons'] as const

function shown(c: Context<AppEnv>, format: TableFormat, { period, days, total, stored }: UsageReport): Response {
  const value = { from: period.start, to: period.end, days, total, ...shownStored(stored) }
  const rows = () => {
    return days.map(
      ({ clients, reasons, ...day }): Row => ({ ...day, clients: listed(clients), reasons: listed(reasons) }),
    )
  }
  return answerTable(c, format, value, { columns, rows })
}

/** `npm=3 pip=1`, in one cell. */
function listed(numbers: Readonly<Record<string, number>> | undefined): string | undefined {
  const sorted = Object.entries(numbers ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return numbers && sorted.map(([name, number]) => `${name}=${number}`).join(' ')
}
