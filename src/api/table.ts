import { z } from '@hono/zod-openapi'
import { stringify } from 'csv-stringify/sync'
import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import type { AppEnv } from '../http/env.ts'

const json = 'application/json'
const csv = 'text/csv'

/** What asks for a table: beside `Accept: text/csv`, for those who can only change an address. */
export const tableQuery = z.object({ format: z.enum(['json', 'csv']).optional() })
export type TableFormat = z.infer<typeof tableQuery>['format']

/** An answer in JSON, or as a table. */
export function table(description: string, schema: z.ZodType): { readonly description: string } {
  const content = { [json]: { schema }, [csv]: { schema: z.string() } }
  return { description, content } as { readonly description: string }
}

/** A line of a table; what is absent is an empty cell. */
export type Row = Readonly<Record<string, string | number | boolean | undefined>>

interface TableParts {
  readonly columns: readonly string[]
  readonly rows: () => readonly Row[]
  readonly next?: string | undefined
}

/**
 * Answers in the form that was asked for.
 * @param columns in this order
 * @param rows one for each line, made only when a table is asked for
 * @param next where the list goes on: a table has no place for it but `Link` (RFC 8288)
 */
export function answerTable(
  c: Context<AppEnv>,
  format: TableFormat,
  value: object,
  { columns, rows, next }: TableParts,
): Response {
  const wanted = format === undefined ? accepts(c, { header: 'Accept', supports: [json, csv], default: json }) : format
  if (wanted !== 'csv' && wanted !== csv) return c.json(value)
  // A spreadsheet takes a cell that begins with = + - @ for a formula
  const text = stringify([...rows()], { header: true, columns: [...columns], escape_formulas: true })
  return c.body(text, 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="usage.csv"',
    ...(next === undefined ? {} : { link: nextPage(c, next) }),
  })
}

function nextPage(c: Context<AppEnv>, next: string): string {
  const { searchParams } = new URL(c.req.url)
  searchParams.set('after', next)
  return `<?${searchParams}>; rel="next"`
}
