import type { Family, Metrics, Series } from './metrics.ts'

export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/**
 * All metrics as text, for those who scrape.
 * @see https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function openMetrics(metrics: Pick<Metrics, 'families'>): string {
  return `${[...metrics.families()].flatMap(linesOf).join('\n')}\n# EOF\n`
}

function linesOf({ definition, series }: Family): readonly string[] {
  const { name, help, buckets } = definition
  const unit = name.endsWith('_seconds') ? [`# UNIT ${name} seconds`] : []
  const head = [`# TYPE ${name} ${buckets === undefined ? 'counter' : 'histogram'}`, ...unit, `# HELP ${name} ${help}`]
  return [...head, ...[...series.values()].flatMap((one) => samplesOf(definition, one))]
}

function samplesOf({ name, labels: names, buckets }: Family['definition'], series: Series): readonly string[] {
  const labels = names.map((label, at) => `${label}="${escaped(series.labels[at] ?? '')}"`)
  const sample = (suffix: string, value: number, ...further: readonly string[]) => {
    const all = [...labels, ...further]
    return `${name}${suffix}${all.length === 0 ? '' : `{${all.join(',')}}`} ${value}`
  }
  if (buckets === undefined) return [sample('_total', series.sum)]
  let upTo = 0
  const counts = [...buckets.map(String), '+Inf'].map((bound, at) => {
    upTo += series.inBuckets[at] ?? 0
    return sample('_bucket', upTo, `le="${bound.includes('.') || bound === '+Inf' ? bound : `${bound}.0`}"`)
  })
  return [...counts, sample('_count', series.count), sample('_sum', series.sum)]
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
