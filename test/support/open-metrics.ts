/**
 * A strict reader of OpenMetrics text, after the grammar of its specification: throws for a line that is none, for a
 * sample outside of its family, and for histograms whose buckets do not add up.
 * @see https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function readOpenMetrics(text: string): ReadonlyMap<string, number> {
  if (!text.endsWith('\n# EOF\n')) throw new Error('the end is missing')
  const samples = new Map<string, number>()
  let family: { name: string; type: string } | undefined
  const seen = new Set<string>()
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const [, keyword, name = '', rest = ''] = /^# (TYPE|UNIT|HELP) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? []
    if (keyword === 'TYPE') {
      if (seen.has(name)) throw new Error(`the family ${name} comes twice`)
      seen.add(name)
      family = { name, type: rest }
    } else if (keyword !== undefined) {
      if (family?.name !== name) throw new Error(`${keyword} outside of its family: ${line}`)
      if (keyword === 'UNIT' && !name.endsWith(`_${rest}`))
        throw new Error(`the name does not end with its unit: ${line}`)
    } else {
      const [key, value] = readSample(line, family)
      if (samples.has(key)) throw new Error(`a sample comes twice: ${line}`)
      samples.set(key, value)
    }
  }
  for (const [key, value] of samples) requireWhole(key, value, samples)
  return samples
}

const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  histogram: ['_bucket', '_count', '_sum'],
}
const label = '[a-zA-Z_]\\w*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"'
const sample = new RegExp(`^([a-zA-Z_:][\\w:]*)(\\{${label}(?:,${label})*\\})? (\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)$`)

function readSample(line: string, family: { name: string; type: string } | undefined): readonly [string, number] {
  const [, name = '', labels = '', value] = sample.exec(line) ?? []
  if (value === undefined) throw new Error(`no sample: ${line}`)
  const allowed = suffixes[family?.type ?? '']?.map((suffix) => `${family?.name}${suffix}`)
  if (!allowed?.includes(name)) throw new Error(`a sample outside of its family: ${line}`)
  if (name.endsWith('_bucket') && !/le="(?:\d+\.\d+|\+Inf)"\}$/.test(labels)) throw new Error(`no bound: ${line}`)
  return [`${name}${labels}`, Number(value)]
}

/** The last bucket of a histogram holds all that were counted. */
function requireWhole(key: string, value: number, samples: ReadonlyMap<string, number>): void {
  if (!key.includes('le="+Inf"')) return
  const count = key
    .replace('_bucket{', '_count{')
    .replace(/,?le="\+Inf"/, '')
    .replace('{}', '')
  if (samples.get(count) !== value) throw new Error(`the buckets of ${count} do not add up`)
}
