import { validations } from '../../src/node/validator/validations.ts'
import { archiveCodes } from '../../src/validation/archive/codes.ts'
import type { Check, CodeDoc } from '../../src/validation/check.ts'
import { frameCodes } from '../../src/validation/frame-codes.ts'
import { isFixed, severityOf } from '../../src/validation/policy.ts'
import { pointsOf } from '../../src/validation/score.ts'

const intro = `# Checks

Written by \`npm run docs:checks\` from the checks themselves. Every file is opened before anybody can download it; the
report of a version names what was found by the codes below. An \`error\` refuses the version, a \`warning\` and an \`info\`
are only reported. Codes are stable. What the checks make of real packages: [real-packages.md](real-packages.md).

## Policy
\`DECKLE_POLICY\` changes what a registry makes of a code: to \`error\`, \`warning\`, \`info\`, or \`off\`, which is not even
reported. Codes are separated by commas, blanks or line ends:
\`\`\`
DECKLE_POLICY="license_missing=error, secret_suspected=error, readme_missing=off"
\`\`\`
An \`error (fixed)\` cannot be relaxed: it keeps all who read or install a version at the same files. A code that does not
exist, a level that does not exist, or a fixed code that is relaxed stops the start with the names of all of them. Reports
of before keep what was decided then.

## Score
The report of a version that was judged has a \`score\`: 100, less the points below, once for each code that was found; an
\`error\` takes all of them. \`deductions\` lists each code with its points. What changed since the version before costs
nothing: it is for a reviewer to look at, and no fault. Equal findings always make an equal score.
\`\`\`json
"score": { "value": 70, "deductions": [{ "code": "license_missing", "points": 20, "count": 1 }, …] }
\`\`\`
`

/** The page `docs/checks.md`: every code of every check, with what the policy makes of it. */
export function renderChecksPage(): string {
  const sections = [
    section(
      'The archive',
      'For every archive that is opened: what is in another one is a file like any other, and is not.',
      archiveCodes,
    ),
    ...validations.npm.checks.map(checkSection),
    ...validations.generic.checks.map(checkSection),
    section(
      'The validation itself',
      'The version could not be judged; publishing it again is worth a try.',
      frameCodes,
    ),
  ]
  return [intro, ...sections].join('\n')
}

function checkSection({ id, formats, codes }: Check): string {
  return section(`\`${id}\``, formats === 'all' ? 'For packages of every kind.' : `For ${formats.join(', ')}.`, codes)
}

function section(title: string, scope: string, codes: Readonly<Record<string, CodeDoc>>): string {
  const rows = Object.entries(codes).map(
    ([code, doc]) => `| \`${code}\` | ${levelOf(code)} | ${points(code)} | ${cell(`${doc.title}. ${doc.why}`)} |`,
  )
  return `## ${title}\n${scope}\n\n| code | severity | points | what it means, and why it matters |\n|---|---|---|---|\n${rows.join('\n')}\n`
}

function levelOf(code: string): string {
  return isFixed(code) ? 'error (fixed)' : severityOf(code)
}

function points(code: string): string {
  return severityOf(code) === 'error' ? 'all' : String(pointsOf(code))
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
