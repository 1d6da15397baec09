import { z } from 'zod'
import { bar } from '../bars.ts'
import type { Context } from '../context.ts'
import { listed } from '../pages.ts'
import { table } from '../table.ts'

const topSchema = z.object({ of: z.string(), items: z.array(z.object({ package: z.string(), downloads: z.number() })) })
const unusedSchema = z.object({ package: z.string(), lastUsedOn: z.iso.date() })

export interface ListOptions {
  readonly limit?: number
  readonly csv?: true
  readonly days?: number
}

const usual = { limit: 50, days: 90 } as const

/** The registry ranks no more in one answer, and has no second page of them. */
const mostRanked = 100
const barWidth = 30
const dayMs = 86_400_000

/** What was downloaded most this month. */
export async function showTop(context: Context, format: string, options: ListOptions): Promise<void> {
  const { limit = usual.limit, csv } = options
  const query = new URLSearchParams({ limit: String(Math.min(limit, mostRanked)) })
  const path = `/api/v1/stats/top/${encodeURIComponent(format)}?${query}`
  const top = await context.registry.get(path, topSchema)
  if (csv === true) return printTable(context, ['package', 'downloads'], top.items)
  const largest = top.items[0]?.downloads ?? 0
  context.output.result(top, () => {
    if (top.items.length === 0) return `No downloads in ${top.of}.`
    return table(
      top.items.map((item) => [item.package, String(item.downloads), bar(item.downloads, largest, barWidth)]),
    )
  })
}

/** What nobody has downloaded for so many days, longest ago first. */
export async function showUnused(context: Context, format: string, options: ListOptions): Promise<void> {
  const { limit = usual.limit, csv, days = usual.days } = options
  const now = Date.now()
  const before = new Date(now - days * dayMs).toISOString().slice(0, 'YYYY-MM-DD'.length)
  const path = `/api/v1/stats/unused/${encodeURIComponent(format)}?before=${before}`
  const items = await listed(context.registry, path, unusedSchema, limit)
  if (csv === true) return printTable(context, ['package', 'lastUsedOn'], items)
  context.output.result({ before, items }, () => unusedText(items, before, now))
  if (items.length >= limit) context.output.note(`The first ${limit}: --limit shows more.`)
}

/** @param nowMs since 1970 */
export function unusedText(items: readonly z.infer<typeof unusedSchema>[], before: string, nowMs: number): string {
  if (items.length === 0) return `Everything was downloaded since ${before}, or is newer than that.`
  const daysOf = ({ lastUsedOn }: { readonly lastUsedOn: string }) =>
    Math.floor((nowMs - Date.parse(lastUsedOn)) / dayMs)
  const longest = Math.max(...items.map(daysOf))
  return table(
    items.map((item) => [item.package, item.lastUsedOn, `${daysOf(item)} days`, bar(daysOf(item), longest, barWidth)]),
  )
}

/** As the registry prints its tables: a cell that a spreadsheet would take for a formula begins with `'`. */
async function printTable({ output }: Context, columns: string[], items: readonly object[]): Promise<void> {
  const { stringify } = await import('csv-stringify/sync')
  const text = stringify([...items], { header: true, columns, escape_formulas: true })
  output.result(undefined, () => text.trimEnd())
}
