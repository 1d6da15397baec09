import type { Hono } from 'hono'
import { asking } from '../../http/authenticate.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { refuse } from '../../model/refusals.ts'
import type { Period } from '../../registry/statistics.ts'
import { packageParam } from './params.ts'

const dayMs = 86_400_000
/** npm's own limit for a range. */
const longestDays = 549

/**
 * Counts as npm's API has them. @see https://github.com/npm/registry/blob/main/docs/download-counts.md
 * Unlike there, a day is counted while it runs, so that periods end today.
 */
export const downloads: Hono<AppEnv> = routes()
  .get('/downloads/point/:period/:package', async (c) => {
    const period = parsePeriod(c.req.param('period'), c.var.registry.platform.now())
    const ref = packageParam(c)
    const days = await c.var.registry.dailyDownloads(asking(c), ref, period)
    const total = days.reduce((sum, day) => sum + day.downloads, 0)
    return c.json({ downloads: total, ...period, package: ref.name }, 200, { 'cache-control': 'private, no-cache' })
  })
  .get('/downloads/range/:period/:package', async (c) => {
    const period = parsePeriod(c.req.param('period'), c.var.registry.platform.now())
    const ref = packageParam(c)
    const days = await c.var.registry.dailyDownloads(asking(c), ref, period)
    return c.json({ downloads: days, ...period, package: ref.name }, 200, { 'cache-control': 'private, no-cache' })
  })

/** `last-day`, `last-week`, `last-month`, `last-year`, a day, or `<day>:<day>`. @throws Refusal `url_invalid` */
export function parsePeriod(text: string, now: number): Period {
  const lastDays = { 'last-day': 1, 'last-week': 7, 'last-month': 30, 'last-year': 365 } as const
  const today = isoDay(now)
  if (Object.hasOwn(lastDays, text)) {
    const days = lastDays[text as keyof typeof lastDays]
    return { start: isoDay(now - (days - 1) * dayMs), end: today }
  }
  const [start = '', end = start, ...rest] = text.split(':')
  const days = (Date.parse(end) - Date.parse(start)) / dayMs + 1
  if (rest.length > 0 || !isDay(start) || !isDay(end) || !(days >= 1 && days <= longestDays))
    throw refuse('url_invalid')
  return { start, end }
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && isoDay(Date.parse(text)) === text
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
