import { Option } from 'commander'
import { z } from 'zod'
import { formatIds } from '../../../model/ids.ts'
import type { Adder } from '../adding.ts'
import { bar } from '../bars.ts'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { parseSpec } from '../spec.ts'
import { table } from '../table.ts'
import { formatBytes } from '../units.ts'
import { parseCount } from '../values.ts'
import { type ListOptions, showTop, showUnused } from './stats-lists.ts'
import { meSchema } from './whoami.ts'

const numbers = {
  downloads: z.number(),
  bytes: z.number(),
  anonymous: z.number().optional(),
  refusals: z.number().optional(),
  clients: z.record(z.string(), z.number()).optional(),
  reasons: z.record(z.string(), z.number()).optional(),
}
const reportSchema = z.object({
  from: z.string(),
  to: z.string(),
  days: z.array(
    z.object({ day: z.string(), ...numbers, users: z.number().optional(), usersAreMore: z.boolean().optional() }),
  ),
  total: z.object(numbers),
  storedBytes: z.number().optional(),
  storedFiles: z.number().optional(),
  storedBytesLimit: z.number().optional(),
})

interface StatsOptions extends ListOptions {
  readonly user?: string
  readonly from?: string
  readonly to?: string
  readonly top?: string | true
  readonly unused?: string | true
}

const barWidth = 30
/** Longer periods are shown by month. */
const mostLines = 31

export const addStats: Adder = (program, acting) => {
  program
    .command('stats')
    .description('draws how much was downloaded: by you, of a package or version, or of an organisation')
    .argument('[what]', '@organisation, or a package such as @acme/model or npm:left-pad@1.3.0')
    .option('--user <name>', 'by somebody else; for auditors and administrators')
    .option('--from <day>', 'the first day, such as 2026-11-01')
    .option('--to <day>', 'the last day')
    .addOption(new Option('--top [format]', 'what was downloaded most this month instead').choices(formatIds))
    .addOption(
      new Option('--unused [format]', 'what nobody has downloaded for long; for auditors and administrators')
        .choices(formatIds)
        .conflicts('top'),
    )
    .option('--days <n>', 'with --unused: for so many days; default: 90', parseCount)
    .option('--limit <n>', 'with --top and --unused: how many at most; default: 50', parseCount)
    .option('--csv', 'prints a table for a spreadsheet')
    .action(
      acting(async (context: Context, what: string | undefined, options: StatsOptions) => {
        requireSense(context, what, options)
        const { top, unused, csv } = options
        if (top !== undefined) return showTop(context, formatOf(top), options)
        if (unused !== undefined) return showUnused(context, formatOf(unused), options)
        const path = await pathOf(context, what, options)
        return csv === true ? printTable(context, path) : showReport(context, path)
      }),
    )
}

const formatOf = (given: string | true) => (given === true ? 'generic' : given)

/** @throws Failure `usage` for what would be left out without a word */
function requireSense({ output }: Context, what: string | undefined, options: StatsOptions): void {
  const { top, unused, csv, user, from, to, days, limit } = options
  const isList = (top ?? unused) !== undefined
  const clashes: readonly (readonly [isThere: boolean, what: string])[] = [
    [csv === true && output.isJson, 'A table is no JSON: leave --csv or --json out.'],
    [isList && what !== undefined, `A list of packages is of all, not of ${what}: leave that out, or the list.`],
    [isList && (user ?? from ?? to) !== undefined, '--user, --from and --to are not for --top and --unused.'],
    [!isList && limit !== undefined, '--limit is for --top and --unused.'],
    [unused === undefined && days !== undefined, '--days is for --unused; --from and --to say which days are drawn.'],
    [what !== undefined && user !== undefined, `Usage is of ${what} or of a user: leave that or --user out.`],
  ]
  const clash = clashes.find(([isThere]) => isThere)
  if (clash !== undefined) throw new Failure('usage', clash[1], { code: 'options_clash' })
}

async function pathOf({ registry }: Context, what: string | undefined, options: StatsOptions): Promise<string> {
  const query = new URLSearchParams()
  if (options.from !== undefined) query.set('from', options.from)
  if (options.to !== undefined) query.set('to', options.to)
  const subject = what === undefined ? await userPath(registry, options.user) : subjectPath(what)
  return `/api/v1/stats/${subject}${query.size === 0 ? '' : `?${query}`}`
}

async function userPath(registry: Context['registry'], user: string | undefined): Promise<string> {
  return `users/${segment(user ?? (await registry.get('/api/v1/auth/me', meSchema)).username)}`
}

function subjectPath(what: string): string {
  if (/^@[^/]+$/.test(what)) return `organisations/${segment(what.slice(1))}`
  const { format, name, selector } = parseSpec(what)
  return `packages/${format}/${segment(name)}${selector === undefined ? '' : `/versions/${segment(selector)}`}`
}

const segment = encodeURIComponent

async function printTable({ registry, output }: Context, path: string): Promise<void> {
  const text = await registry.text({ path, headers: { accept: 'text/csv' } })
  output.result(undefined, () => text.trimEnd())
}

async function showReport({ registry, output }: Context, path: string): Promise<void> {
  const report = await registry.get(path, reportSchema)
  output.result(report, () => reportText(report))
}

/** A line a day, or a month, and what it comes to. */
export function reportText(report: z.infer<typeof reportSchema>): string {
  const { days, total, from, to } = report
  const lines = days.length <= mostLines ? days.map((one) => ({ ...one, name: one.day })) : months(days)
  const largest = Math.max(...lines.map(({ downloads }) => downloads))
  const rows = lines.map(({ name, downloads, bytes }) => [
    name,
    String(downloads),
    formatBytes(bytes),
    bar(downloads, largest, barWidth),
  ])
  const { clients = {}, reasons = {}, refusals } = total
  return [
    table(rows),
    '',
    `${total.downloads} download${total.downloads === 1 ? '' : 's'}, ${formatBytes(total.bytes)}, from ${from} to ${to}`,
    ...(Object.keys(clients).length === 0 ? [] : [`clients: ${listed(clients)}`]),
    ...(refusals === undefined || refusals === 0 ? [] : [`refused: ${listed(reasons)}`]),
    ...storedLines(report),
  ].join('\n')
}

function storedLines(report: z.infer<typeof reportSchema>): readonly string[] {
  const { storedBytes, storedFiles = 0, storedBytesLimit } = report
  if (storedBytes === undefined) return []
  const limit = storedBytesLimit === undefined ? '' : `, of ${formatBytes(storedBytesLimit)}`
  return [`stored: ${formatBytes(storedBytes)} in ${storedFiles} file${storedFiles === 1 ? '' : 's'}${limit}`]
}

function months(days: z.infer<typeof reportSchema>['days']) {
  return [...Map.groupBy(days, ({ day }) => day.slice(0, 'YYYY-MM'.length))].map(([name, of]) => ({
    name,
    downloads: of.reduce((sum, { downloads }) => sum + downloads, 0),
    bytes: of.reduce((sum, { bytes }) => sum + bytes, 0),
  }))
}

/** Most first. */
function listed(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a)
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ')
}
