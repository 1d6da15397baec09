/** docs/performance.md, written by the command that measured. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { benchFolder } from './contestants.ts'
import { largeSection, type Piece, withPiece } from './large/section.ts'
import { type Row, table, verdict } from './ratios.ts'

const file = join(benchFolder, '../../docs/performance.md')

/** Where the page's own words are: what stands below the second heading is kept by hand, in the same file. */
export function writePage(rows: readonly Row[], began: Date, size: { rounds: number; seconds: number }): void {
  const missed = rows.filter((row) => verdict(row) === '**missed**')
  const named = missed.map(({ question }) => question).join('; ')
  const reasons = missed.map(({ question, obstacle = 'not looked into yet.' }) => `- **${question}**: ${obstacle}\n`)
  const page = `# Performance

Written by \`npm run bench\`; do not edit. What was learned from it is in the
[decisions](decisions/0150-measures-are-ratios.md).

${whenAndWhere(began)}
- **Targets missed**: ${named || 'none'}

${table(rows)}

## Why targets are missed
${reasons.join('') || 'None is.\n'}
## Method
- Deckle is \`npm start\` as a user runs it: storage, validator and workerd on this machine. The floor is a worker in
  the same workerd that verifies one token and signs a link with aws4fetch, and nothing else. Verdaccio is version 6
  with its own defaults, but no uplink, and with JWT as tokens (by default it runs bcrypt at each request with a token).
- Two sides are measured directly after one another, in turns, with the order changing from round to round: a ratio is
  that of one round, and the table has the median of the rounds and the smallest and the largest. Load: ${size.rounds} rounds of
  ${size.seconds} s with 16 connections on each side; an answer that is not the right one ends the run. Generator, registry and
  storage share the machine, so absolute numbers say little; they stand there for the feeling.
- Packages of many versions are one real publish and copies of its item and manifest, then a rebuild.
- Publish to visible: from the request of \`npm publish\` until the packument has the version. Deckle opens and checks the
  file in between; Verdaccio checks nothing. With 1 existing version, each sample is a new package.
- Memory: growth of workerd's resident set over what it had before, looked at every 10 ms, while three large bodies come
  in at once: publishes of 90 MB (tarballs of 67 MB), and packuments near the limit of 12 MB, as \`npm deprecate\` sends
  them. Each sample has a registry of its own, started for it.
- Enumeration: what exists and what does not are asked for alternately, one request at a time, each name by somebody who
  may not know. Attempts to log in come from an address of their own each, so that no limit answers. Packages are asked
  for by a new name each time (first), and by the same two names (known); a ratio is that of the medians of a round.
- The load generator finds every connection warm. \`npm install\` runs with an empty cache and no lock file.
`
  writeFileSync(file, `${page}\n${largeSection(readFileSync(file, 'utf8'))}`.trimEnd().concat('\n'))
}

/** One piece of the section that `npm run bench:large` writes: tables, and how they were measured. */
export function writePiece(piece: Piece, table: string, method: string, began: Date): void {
  const text = `${whenAndWhere(began)}\n\n${table}\n\n${method}`
  writeFileSync(file, withPiece(readFileSync(file, 'utf8'), piece, text))
}

function whenAndWhere(began: Date): string {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`
  return `- **When**: ${began.toISOString().slice(0, 16).replace('T', ' ')} UTC, commit \`${commit()}\`
- **Machine**: ${machine}, Node ${process.versions.node}`
}

function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: benchFolder, encoding: 'utf8' }).trim()
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '../../src') === '' ? '' : ' with changes'}`
}
