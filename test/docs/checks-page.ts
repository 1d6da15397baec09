import { npmChecks } from '../../src/npm/checks/all.ts'
import { archiveCodes } from '../../src/validation/archive/codes.ts'
import type { Check, CodeDoc } from '../../src/validation/check.ts'
import { secretsCheck } from '../../src/validation/checks/secrets.ts'
import { frameCodes } from '../../src/validation/frame-codes.ts'
import { severityOf } from '../../src/validation/policy.ts'

const intro = `# Checks

Written by \`npm run docs:checks\` from the checks themselves. Every file is opened before anybody can download it; the
report of a version names what was found by the codes below. An \`error\` refuses the version, a \`warning\` and an \`info\`
are only reported. Codes are stable. What the checks make of real packages: [real-packages.md](real-packages.md).
`

/** The page `docs/checks.md`: every code of every check, with what the policy makes of it. */
export function renderChecksPage(): string {
  const sections = [
    section('The archive', 'For every gzipped tar archive.', archiveCodes),
    ...[...npmChecks, secretsCheck].map(checkSection),
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
    ([code, doc]) => `| \`${code}\` | ${severityOf(code)} | ${cell(`${doc.title}. ${doc.why}`)} |`,
  )
  return `## ${title}\n${scope}\n\n| code | severity | what it means, and why it matters |\n|---|---|---|\n${rows.join('\n')}\n`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
