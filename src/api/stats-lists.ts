import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { asking } from '../http/authenticate.ts'
import type { AppEnv } from '../http/env.ts'
import { formatIds } from '../model/ids.ts'
import type { Period } from '../model/usage.ts'
import { holders } from '../registry/stored-accounts.ts'
import { withoutUndefined } from '../std/defined.ts'
import { day, endpoint, pageOf, paging, resource } from './resource.ts'
import { shownStored, storedFields } from './stored-shape.ts'
import { answerTable, table, tableQuery } from './table.ts'

const about = { method: 'get', tags: ['usage'] } as const
const formatParam = z.object({ format: z.enum(formatIds) })

function isMonthOrDay(text: string): boolean {
  return day.safeParse(text).success || day.safeParse(`${text}-01`).success
}

const top = endpoint({
  ...about,
  path: '/api/v1/stats/top/{format}',
  operationId: 'listTopPackages',
  summary: 'What was downloaded most in a day or a month',
  description: 'Of the packages that the asker may read, and of the 300 that were downloaded most.',
  access: 'anyone',
  request: {
    params: formatParam,
    query: tableQuery.extend({
      of: z
        .string()
        .refine(isMonthOrDay, 'must be a month such as 2026-11, or a day such as 2026-11-25')
        .optional()
        .openapi({ description: 'A month or a day; without it, this month.', example: '2026-11' }),
      limit: paging.shape.limit,
    }),
  },
  responses: {
    200: table(
      'Most first.',
      z.object({ of: z.string(), items: z.array(z.object({ package: z.string(), downloads: z.int() })) }),
    ),
  },
})

const unused = endpoint({
  ...about,
  path: '/api/v1/stats/unused/{format}',
  operationId: 'listUnusedPackages',
  summary: 'What nobody has downloaded for long',
  description: 'For auditors and administrators.',
  access: 'account',
  refuses: ['usage_not_allowed'],
  request: {
    params: formatParam,
    query: tableQuery.extend({
      ...paging.shape,
      before: day.optional().openapi({ description: 'Not since before this day; without it, 90 days ago.' }),
    }),
  },
  responses: {
    200: table(
      'Longest ago first.',
      pageOf(
        z.object({
          package: z.string(),
          lastUsedOn: day.openapi({ description: 'The day of the last download; of the first release, if none.' }),
        }),
      ),
    ),
  },
})

const stored = endpoint({
  ...about,
  path: '/api/v1/stats/stored/{holders}',
  operationId: 'listStored',
  summary: 'What people or organisations store',
  description: 'Of those that there are. For auditors and administrators.',
  access: 'account',
  refuses: ['usage_not_allowed'],
  request: { params: z.object({ holders: z.enum(holders) }), query: tableQuery.extend(paging.shape) },
  responses: { 200: table('By name.', pageOf(z.object({ name: z.string(), ...storedFields }))) },
})

/** `/api/v1/stats/top`, `/api/v1/stats/unused` and `/api/v1/stats/stored`. */
export const statsLists = resource()
  .openapi(top, async (c) => {
    const { format, of = today(c).slice(0, 7), limit } = c.req.valid('query')
    const period: Period = of.length === 'YYYY-MM'.length ? `month/${of}` : `day/${of}`
    const ranked = await c.var.registry.topPackages(await asking(c), c.req.valid('param').format, { period, limit })
    const items = ranked.map(({ name, downloads }) => ({ package: name, downloads }))
    return answerTable(c, format, { of, items }, { columns: ['package', 'downloads'], rows: () => items })
  })
  .openapi(unused, async (c) => {
    const { format, before = today(c, 90), ...place } = c.req.valid('query')
    const asked = { before, ...withoutUndefined(place) }
    const page = await c.var.registry.unusedPackages(await asking(c), c.req.valid('param').format, asked)
    const items = page.entries.map(({ name, lastUsedOn }) => ({ package: name, lastUsedOn }))
    const value = { items, ...(page.next === undefined ? {} : { next: page.next }) }
    return answerTable(c, format, value, { columns: ['package', 'lastUsedOn'], rows: () => items, next: page.next })
  })
  .openapi(stored, async (c) => {
    const { format, ...place } = c.req.valid('query')
    const paged = withoutUndefined(place)
    const page = await c.var.registry.listStored(await asking(c), c.req.valid('param').holders, paged)
    const items = page.entries.map(({ name, stored }) => ({ name, ...shownStored(stored) }))
    const value = { items, ...(page.next === undefined ? {} : { next: page.next }) }
    const columns = ['name', ...Object.keys(storedFields)]
    return answerTable(c, format, value, { columns, rows: () => items, next: page.next })
  })

const dayMs = 86_400_000
const today = (c: Context<AppEnv>, daysAgo = 0) =>
  new Date(c.var.registry.platform.now() - daysAgo * dayMs).toISOString().slice(0, 10)
