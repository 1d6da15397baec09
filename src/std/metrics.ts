/** What is measured. Names and labels follow OpenMetrics: a counter's name has no `_total`, and a unit ends the name. */
export interface MetricDefinition {
  readonly name: string
  readonly help: string
  /** Each has few values, all of them ours: never a name, an address or an id. */
  readonly labels: readonly string[]
  /** Upper bounds of a histogram's buckets, ascending; absent: a counter. */
  readonly buckets?: readonly number[]
  /** The labels by which it is told apart where every series costs money; absent: it is not sent there. */
  readonly embeddedBy?: readonly string[]
}

export type MetricDefinitions = Readonly<Record<string, MetricDefinition>>

type LabelsOf<D extends MetricDefinition> = Readonly<Record<D['labels'][number], string>>

export interface Series {
  /** In the order of the definition's labels. */
  readonly labels: readonly string[]
  /** What was observed, or counted: how often, and the sum of it. */
  count: number
  sum: number
  /** How many observations fell into each bucket, and not into one before; the last is beyond all bounds. */
  readonly inBuckets: number[]
}

export interface Family {
  readonly definition: MetricDefinition
  readonly series: ReadonlyMap<string, Series>
}

/** Of one metric. Definitions keep well below; a label that is not bounded after all must not fill the memory. */
const mostSeries = 2_000
const other = 'other'

/** Counts in memory, for as long as the process lives. What is on the hot path is one look into a map. */
export class Metrics<D extends MetricDefinitions = MetricDefinitions> {
  readonly #families = new Map<
    string,
    { readonly definition: MetricDefinition; readonly series: Map<string, Series> }
  >()

  constructor(definitions: D) {
    for (const [key, definition] of Object.entries(definitions)) {
      this.#families.set(key, { definition, series: new Map() })
    }
  }

  count<K extends keyof D & string>(key: K, labels: LabelsOf<D[K]>): void {
    const series = this.#series(key, labels)
    series.count += 1
    series.sum += 1
  }

  /** @param value in the unit that the metric's name ends with */
  observe<K extends keyof D & string>(key: K, labels: LabelsOf<D[K]>, value: number): void {
    const series = this.#series(key, labels)
    series.count += 1
    series.sum += value
    const bounds = this.#family(key).definition.buckets ?? []
    const at = bounds.findIndex((bound) => value <= bound)
    const bucket = at === -1 ? bounds.length : at
    series.inBuckets[bucket] = (series.inBuckets[bucket] ?? 0) + 1
  }

  families(): Iterable<Family> {
    return this.#families.values()
  }

  #family(key: string) {
    const family = this.#families.get(key)
    if (family === undefined) throw new Error(`there is no metric ${key}`)
    return family
  }

  #series(key: string, values: Readonly<Record<string, string>>): Series {
    const { definition, series } = this.#family(key)
    const labels = definition.labels.map((label) => values[label] ?? '')
    const known = series.get(labels.join('\n'))
    if (known !== undefined) return known
    const kept = series.size < mostSeries ? labels : labels.map(() => other)
    const existing = series.get(kept.join('\n'))
    if (existing !== undefined) return existing
    const made: Series = { labels: kept, count: 0, sum: 0, inBuckets: (definition.buckets ?? []).map(() => 0) }
    series.set(kept.join('\n'), made)
    return made
  }
}
