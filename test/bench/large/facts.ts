/** What was measured once and not side by side: sizes, counts, whether a bound was kept. */
export interface Fact {
  readonly what: string
  readonly measured: string
  readonly bound?: string
  readonly verdict?: string
}

/** Whether a number is at most its bound. */
export function verdictOf(value: number, most: number, bound: string): Pick<Fact, 'bound' | 'verdict'> {
  return { bound, verdict: value <= most ? 'met' : '**missed**' }
}

export function factTable(facts: readonly Fact[]): string {
  const lines = facts.map(
    ({ what, measured, bound = '—', verdict = '—' }) => `| ${what} | ${measured} | ${bound} | ${verdict} |`,
  )
  return ['| what | measured | bound | |', '|---|---|---|---|', ...lines].join('\n')
}

const began = performance.now()

/** Progress, with the seconds since the beginning. */
export function say(text: string): void {
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`)
}
