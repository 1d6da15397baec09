/** Ratios of what was measured side by side, and how they are printed. */

/** What is better: `higher` for throughput, `lower` for time and memory. */
export interface Target {
  readonly text: string
  readonly isMet: (median: number) => boolean
}

export const atLeast = (bound: number): Target => ({ text: `≥ ${bound}`, isMet: (median) => median >= bound })
export const atMost = (bound: number): Target => ({ text: `≤ ${bound}`, isMet: (median) => median <= bound })

export const within = (low: number, high: number): Target => ({
  text: `${low} – ${high}`,
  isMet: (median) => median >= low && median <= high,
})

export interface Row {
  readonly question: string
  /** One number for each round: of two contestants, or of one in two states, measured directly after one another. */
  readonly ratios: readonly number[]
  /** Between which: `deckle / floor`. */
  readonly between: string
  /** Medians of both sides with their unit, for the feeling; only the ratio counts. */
  readonly numbers: string
  readonly target?: Target
  /** What stands in the way of the target, for the page, where it is missed. */
  readonly obstacle?: string
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low, high] = [sorted[middle - 1] ?? Number.NaN, sorted[middle] ?? Number.NaN]
  return sorted.length % 2 === 1 ? high : (low + high) / 2
}

export function verdict({ ratios, target }: Row): string {
  if (target === undefined) return '—'
  return target.isMet(median(ratios)) ? 'met' : '**missed**'
}

/** The table as Markdown: what the command prints is what the page says. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const spread = `${round(Math.min(...row.ratios))} – ${round(Math.max(...row.ratios))}`
    const target = row.target?.text ?? '—'
    return `| ${row.question} | ${row.between} | ${round(median(row.ratios))} | ${spread} | ${target} | ${verdict(row)} | ${row.numbers} |`
  })
  return [
    '| question | ratio of | median | spread | target | | medians |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n')
}

export function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
