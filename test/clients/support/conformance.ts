import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from './client.ts'
import { clients } from './clients.ts'
import { root } from './install.ts'
import { type Row, rows } from './rows.ts'

const file = join(root, 'docs/clients.md')

/**
 * Writes `docs/clients.md` from what passed, when every cell of the table did and the text is another than before.
 * @returns what it did, in one line
 */
export function writeConformance(cellsFile: string): string {
  const passed = readPassed(cellsFile)
  const isMissing = ({ id, without }: Client, row: Row) => without[row] === undefined && !passed.has(`${row} ${id}`)
  const missing = rowIds.flatMap((row) => clients.filter((client) => isMissing(client, row)))
  if (missing.length > 0) return `docs/clients.md is left as it is: ${missing.length} cells did not run or failed.`
  const text = render()
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return 'docs/clients.md is up to date.'
  writeFileSync(file, text)
  return 'docs/clients.md was written anew: commit it.'
}

const rowIds = Object.keys(rows) as readonly Row[]

function readPassed(cellsFile: string): ReadonlySet<string> {
  if (!existsSync(cellsFile)) return new Set()
  const lines = readFileSync(cellsFile, 'utf8').trim().split('\n')
  return new Set(
    lines.map((line) => {
      const { row, client }: { row: string; client: string } = JSON.parse(line)
      return `${row} ${client}`
    }),
  )
}

function render(): string {
  return `${[
    '# Package managers',
    '',
    'Written by `npm run test:clients`: each "yes" is a test that drove the real, unmodified client against a registry',
    'started with `npm start`. Do not edit it; edit `test/clients`.',
    '',
    ...table(),
    '',
    '"–" is what a client itself does not have, or does without asking the registry:',
    '',
    ...absences(),
    '',
    '## What to write where',
    '',
    'With a registry at `https://registry.example.org/` and a token `dk_…`. The token is made by `npm login',
    '--auth-type=legacy --registry=https://registry.example.org/` and works in all of them.',
    ...clients.flatMap(configuration),
  ].join('\n')}\n`
}

function table(): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(['', ...clients.map(({ label, version }) => `${label} (${version})`)]),
    line(['---', ...clients.map(() => '---')]),
    ...rowIds.map((row) =>
      line([rows[row], ...clients.map((client) => (client.without[row] === undefined ? 'yes' : '–'))]),
    ),
  ]
}

function absences(): readonly string[] {
  return clients.flatMap(({ label, without }) => {
    const lacking = rowIds.filter((row) => without[row] !== undefined)
    const byReason = Map.groupBy(lacking, (row) => without[row])
    return [
      `- **${label}**`,
      ...[...byReason].map(([reason, group]) => `  - ${group.map((row) => rows[row]).join('; ')}: ${reason}`),
    ]
  })
}

function configuration({ label, settings, projectFiles, notes }: Client): readonly string[] {
  const files = Object.entries(settings({ registry: 'https://registry.example.org/', token: 'dk_…' }))
  const inProject = Object.entries(projectFiles).filter(([, content]) => content !== '')
  return [
    '',
    `### ${label}`,
    ...files.flatMap(([name, lines]) =>
      block(`\`~/${name}\` (or the same file in a project, without the token):`, lines),
    ),
    ...inProject.flatMap(([name, content]) => block(`\`${name}\` in a project:`, [content.trimEnd()])),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${note}`)]),
  ]
}

function block(title: string, lines: readonly string[]): readonly string[] {
  return ['', title, '', '```', ...lines, '```']
}
