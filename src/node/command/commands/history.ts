import { z } from 'zod'
import type { Adder } from '../adding.ts'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { listed } from '../pages.ts'
import { packagePath, parseSpec, shownSpec } from '../spec.ts'
import { table } from '../table.ts'
import { formatTime } from '../units.ts'
import { parseCount } from '../values.ts'
import { meSchema } from './whoami.ts'

const eventSchema = z.object({
  at: z.string(),
  format: z.string(),
  package: z.string(),
  version: z.string().optional(),
  status: z.string(),
  reason: z.string().optional(),
  username: z.string().optional(),
  client: z.string().optional(),
  addressPrefix: z.string().optional(),
})

interface HistoryOptions {
  readonly user?: string
  readonly from?: string
  readonly to?: string
  readonly limit: number
}

export const addHistory: Adder = (program, acting) => {
  program
    .command('history')
    .description('shows downloads and refusals, newest first: yours, those of a package, or of somebody')
    .argument('[package]', 'such as @acme/model; without it, yours')
    .option('--user <name>', 'of somebody else; for auditors and administrators')
    .option('--from <time>', 'not before this, such as 2026-11-01')
    .option('--to <time>', 'not after this')
    .option('--limit <n>', 'how many at most', parseCount, 50)
    .action(
      acting(async (context: Context, text: string | undefined, { user, from, to, limit }: HistoryOptions) => {
        const query = new URLSearchParams()
        if (from !== undefined) query.set('from', isoTime(from))
        if (to !== undefined) query.set('to', isoTime(to))
        const path = `${await pathOf(context, text, user)}?${query}`
        const events = await listed(context.registry, path, eventSchema, limit)
        context.output.result({ events }, () => (events.length === 0 ? 'Nothing yet.' : table(events.map(row))))
      }),
    )
}

async function pathOf({ registry }: Context, text: string | undefined, user: string | undefined): Promise<string> {
  if (text !== undefined) return `${packagePath(parseSpec(text))}/history`
  const name = user ?? (await registry.get('/api/v1/auth/me', meSchema)).username
  return `/api/v1/history/${encodeURIComponent(name)}`
}

function row(event: z.infer<typeof eventSchema>): readonly string[] {
  const spec = { format: event.format, name: event.package }
  const outcome = event.reason === undefined ? event.status : `${event.status}: ${event.reason}`
  return [
    formatTime(event.at),
    `${shownSpec(spec)}${event.version === undefined ? '' : `@${event.version}`}`,
    event.username ?? 'a stranger',
    event.client ?? '',
    event.addressPrefix ?? '',
    outcome,
  ]
}

function isoTime(text: string): string {
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time.toISOString()
  throw new Failure('usage', `"${text}" is no time.`, {
    code: 'time_invalid',
    hint: 'Write 2026-11-01 or 2026-11-01T09:30Z.',
  })
}
