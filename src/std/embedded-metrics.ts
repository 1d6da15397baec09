import type { Family, Metrics, Series } from './metrics.ts'

/** One object of a log from which CloudWatch takes metrics. */
export type EmbeddedMetrics = Readonly<Record<string, unknown>>

/**
 * What was counted since the last time, in the embedded metric format. CloudWatch asks money for each combination of
 * dimensions, so a metric is summed up to the labels that its definition names. Of a histogram, count and sum are sent:
 * a mean can be made of them over any number of processes.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class EmbeddedWriter {
  readonly #metrics: Pick<Metrics, 'families'>
  readonly #namespace: string
  readonly #component: string
  readonly #sent = new Map<string, { readonly count: number; readonly sum: number }>()

  /** @param component the program, as a dimension of all */
  constructor(metrics: Pick<Metrics, 'families'>, namespace: string, component: string) {
    this.#metrics = metrics
    this.#namespace = namespace
    this.#component = component
  }

  /** @param at milliseconds since the epoch */
  take(at: number): readonly EmbeddedMetrics[] {
    return [...this.#metrics.families()].flatMap((family) => this.#ofFamily(family, at))
  }

  #ofFamily({ definition, series }: Family, at: number): readonly EmbeddedMetrics[] {
    const { name, embeddedBy, labels } = definition
    if (embeddedBy === undefined) return []
    const totals = new Map<string, { values: readonly string[]; count: number; sum: number }>()
    for (const one of series.values()) {
      const values = embeddedBy.map((label) => one.labels[labels.indexOf(label)] ?? '')
      addTo(totals, values, one)
    }
    const objects: EmbeddedMetrics[] = []
    for (const [key, { values, count, sum }] of totals) {
      const before = this.#sent.get(`${name}\n${key}`) ?? { count: 0, sum: 0 }
      if (count === before.count) continue
      this.#sent.set(`${name}\n${key}`, { count, sum })
      const dimensions = Object.fromEntries(embeddedBy.map((label, index) => [label, values[index]]))
      objects.push(this.#object(definition, dimensions, { count: count - before.count, sum: sum - before.sum }, at))
    }
    return objects
  }

  #object(
    { name, buckets }: Family['definition'],
    dimensions: Readonly<Record<string, unknown>>,
    { count, sum }: { readonly count: number; readonly sum: number },
    at: number,
  ): EmbeddedMetrics {
    const sumUnit = name.endsWith('_seconds') ? 'Seconds' : 'None'
    const values = buckets === undefined ? { [name]: count } : { [`${name}_count`]: count, [`${name}_sum`]: sum }
    const metrics = Object.keys(values).map((key) => ({ Name: key, Unit: key.endsWith('_sum') ? sumUnit : 'Count' }))
    const all = { component: this.#component, ...dimensions }
    const directive = { Namespace: this.#namespace, Dimensions: [Object.keys(all)], Metrics: metrics }
    return { _aws: { Timestamp: at, CloudWatchMetrics: [directive] }, ...all, ...values }
  }
}

function addTo(
  totals: Map<string, { values: readonly string[]; count: number; sum: number }>,
  values: readonly string[],
  { count, sum }: Series,
): void {
  const total = totals.get(values.join('\n')) ?? { values, count: 0, sum: 0 }
  totals.set(values.join('\n'), { values, count: total.count + count, sum: total.sum + sum })
}
