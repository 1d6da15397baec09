import type { Client } from './client.ts'
import { type Row, rows } from './rows.ts'

/** What most people do every day: with every version of every client, however short the time is. */
const always: ReadonlySet<Row> = new Set(['login', 'publish', 'publish_scoped', 'view', 'install', 'tree', 'frozen'])
const rowIds = Object.keys(rows)

/**
 * The clients that a row is tested with: all of them, or, with `DECKLE_TEST_CLIENTS=in-turn`, one version of each
 * package manager, the next one for the next row, so that a short run leaves no client and no row out.
 */
export function inTurn(row: Row, having: readonly Client[]): readonly Client[] {
  if (process.env['DECKLE_TEST_CLIENTS'] !== 'in-turn' || always.has(row)) return having
  const managers = Map.groupBy(having, ({ label }) => label.split(' ', 1)[0])
  return [...managers.values()].flatMap((versions) => versions[rowIds.indexOf(row) % versions.length] ?? [])
}
