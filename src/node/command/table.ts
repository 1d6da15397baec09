import { plainLine } from './plain-text.ts'

/** Rows as columns of equal width, the last as wide as it is. What others wrote is made safe to show. */
export function table(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(plainLine))
  const widths = shown.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  )
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return shown.map((row) => line(row).trimEnd()).join('\n')
}
