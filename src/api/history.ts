import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { formatIds } from '../model/ids.ts'
import type { DownloadEvent } from '../model/records.ts'
import { withoutUndefined } from '../std/defined.ts'
import { packageParams, packageRef } from './package-params.ts'
import { endpoint, json, pageOf, paging, period, resource } from './resource.ts'

const eventSchema = z
  .object({
    at: z.iso.datetime(),
    format: z.enum(formatIds),
    package: z.string(),
    version: z.string().optional(),
    filename: z.string().optional().openapi({ description: 'Where versions have many files.' }),
    status: z.enum(['allowed', 'refused']),
    reason: z.string().optional().openapi({ description: 'The code of the refusal.' }),
    sizeBytes: z.int().optional().openapi({ description: 'Of the file.' }),
    username: z.string().optional().openapi({ description: 'Absent for those who showed no credentials that count.' }),
    client: z.string().optional().openapi({ example: 'npm/11.21.2' }),
    addressPrefix: z.string().optional().openapi({ example: '203.0.113.0/24' }),
  })
  .openapi('DownloadEvent')

const query = paging.extend(period.shape)
const page = json(
  'Downloads and refusals, newest first; what one user did with one package within a minute may stand together.',
  pageOf(eventSchema),
)
const about = { tags: ['history'], access: 'account' } as const

const ofUser = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/history/{username}',
  operationId: 'readUserHistory',
  summary: 'What somebody downloaded, and was refused',
  description: 'Everybody reads their own; auditors and administrators that of all.',
  refuses: ['history_not_allowed', 'username_invalid'],
  request: { params: z.object({ username: z.string() }), query },
  responses: { 200: page },
})

const ofPackage = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/packages/{format}/{package}/history',
  operationId: 'readPackageHistory',
  summary: 'Who downloaded a package, and who was refused',
  description: 'For those who may change it, auditors and administrators.',
  refuses: ['package_not_found'],
  request: { params: packageParams, query },
  responses: { 200: page },
})

/** Download events, by user and by package. */
export const history = resource()
  .openapi(ofUser, async (c) => {
    const asked = withoutUndefined(c.req.valid('query'))
    const { events, next } = await c.var.registry.historyOfUser(await asking(c), c.req.valid('param').username, asked)
    return c.json({ items: events.map(shown), ...(next === undefined ? {} : { next }) }, 200)
  })
  .openapi(ofPackage, async (c) => {
    const who = await asking(c)
    const asked = withoutUndefined(c.req.valid('query'))
    const { events, next } = await c.var.registry.historyOfPackage(who, packageRef(c, c.req.valid('param')), asked)
    return c.json({ items: events.map(shown), ...(next === undefined ? {} : { next }) }, 200)
  })

function shown({ id: _, org: __, name, outcome, ...event }: DownloadEvent): z.infer<typeof eventSchema> {
  return { ...event, package: name, status: outcome }
}
