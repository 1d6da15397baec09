import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { createProgram } from '../../../../src/node/cli/program.ts'
import { exitCodes, kindMeanings } from '../../../../src/node/command/exit-codes.ts'

const page = readFileSync('docs/command.md', 'utf8')

/** Commands that do something, as they are written. */
function leaves(command: Command, path: readonly string[]): readonly string[] {
  if (command.commands.length === 0) return [path.join(' ')]
  return command.commands.flatMap((below) => leaves(below, [...path, below.name()]))
}

test('the page names every command', () => {
  const missing = leaves(createProgram(), []).filter((name) => !new RegExp(`\`${name}(?:\`| [<[])`).test(page))
  expect(missing).toEqual([])
})

test('the page has every exit code with its meaning', () => {
  const rows = Object.entries(exitCodes).map(
    ([kind, code]) => `| ${code} | ${kindMeanings[kind as keyof typeof exitCodes]} |`,
  )
  expect(rows.filter((row) => !page.includes(row))).toEqual([])
})
