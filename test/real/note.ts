import { capabilities } from '../../src/npm/checks/capabilities/uses.ts'

/** What became of one package. */
export interface Judged {
  readonly id: string
  readonly verdict: 'accepted' | 'rejected' | 'failed'
  readonly sizeBytes: number
  readonly fileCount: number
  readonly durationMs: number
  /** `<severity> <code>`, each once. */
  readonly codes: readonly string[]
  readonly errorCodes: readonly string[]
  readonly capabilities: readonly string[]
  readonly score: number
  readonly reasons: readonly string[]
}

const fewest = 320
const scoreRanges = [
  [100, 100],
  [90, 99],
  [70, 89],
  [40, 69],
  [0, 39],
] as const

/** The page `docs/real-packages.md`, and what is not as it must be. */
export function renderNote(
  judged: readonly Judged[],
  defences: Readonly<Record<string, Readonly<Record<string, string>>>>,
): { readonly text: string; readonly problems: readonly string[] } {
  const problems = judged.length < fewest ? [`only ${judged.length} packages; ${fewest} are needed`] : []
  const rejections: string[] = []
  for (const { id, errorCodes } of judged.filter(({ verdict }) => verdict !== 'accepted')) {
    for (const code of errorCodes) {
      const defence = defences[code]?.[id]
      if (defence === undefined) problems.push(`${id} is refused for ${code}, and nothing defends that`)
      rejections.push(`- **${id}**, \`${code}\`: ${defence ?? 'NOT DEFENDED'}`)
    }
  }
  const accepted = judged.filter(({ verdict }) => verdict === 'accepted').length
  const text = `# Real packages

Written by \`npm run test:real-packages\` (it needs the public npm registry, and is no part of \`npm test\`): the packages of
[roots.json](../test/real/roots.json), with all that they need, as the registry serves them, through the validator's own
checks. Each is judged as if it were published today, with the manifest that the registry lists for it.

| | |
|---|---|
| packages | ${judged.length} |
| accepted | ${accepted} |
| refused | ${judged.length - accepted}, each defended below |
| files in all | ${sum(judged, ({ fileCount }) => fileCount)} |
| largest | ${largest(judged, ({ sizeBytes }) => sizeBytes, 'bytes')} |
| most files | ${largest(judged, ({ fileCount }) => fileCount, 'files')} |

## Refused
${rejections.join('\n') || 'None.'}

## What was found
Packages with at least one finding of the code:

| severity | code | packages |
|---|---|---|
${countRows(judged).join('\n')}

## What the code can do
As \`npm-capabilities\` reads it: ${capabilities
    .map((name) => `\`${name}\` ${judged.filter((one) => one.capabilities.includes(name)).length}`)
    .join(', ')}, none of them ${judged.filter((one) => one.capabilities.length === 0).length}.

## Scores
${scoreRanges.map(([least, most]) => `${least}–${most}: ${judged.filter(({ score }) => score >= least && score <= most).length}`).join(', ')}.

## The packages
${judged.map(({ id }) => id).join(', ')}
`
  return { text, problems }
}

function countRows(judged: readonly Judged[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const code of judged.flatMap(({ codes }) => codes)) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([code, count]) => `| ${code.replace(' ', ' | `')}\` | ${count} |`)
}

function sum(judged: readonly Judged[], of: (one: Judged) => number): number {
  return judged.reduce((total, one) => total + of(one), 0)
}

function largest(judged: readonly Judged[], of: (one: Judged) => number, unit: string): string {
  const [first] = judged.toSorted((a, b) => of(b) - of(a))
  return first === undefined ? 'none' : `${first.id}, ${of(first)} ${unit}`
}
