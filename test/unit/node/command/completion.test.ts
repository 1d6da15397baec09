import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { completionScript } from '../../../../src/node/command/completion.ts'

const at = [
  { path: [], words: ['token', 'ls', '--json'] },
  { path: ['token'], words: ['list', 'create'] },
  { path: ['token', 'create'], words: ['--kind'] },
  { path: ['ls'], words: ['--limit'] },
]

test.each([
  [['deckle', ''], 'token ls --json'],
  [['deckle', 't'], 'token'],
  [['deckle', '--json', 'token', ''], 'list create'],
  [['deckle', 'token', 'create', 'robot', '--k'], '--kind'],
])('bash completes %j', (words, expected) => {
  const line = `COMP_WORDS=(${words.map((word) => `"${word}"`).join(' ')}); COMP_CWORD=${words.length - 1}`
  const script = `${completionScript('bash', at)}\n${line}\n_deckle\necho "\${COMPREPLY[@]}"`
  expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim()).toBe(expected)
})

test('fish is told words by what was written before', () => {
  expect(completionScript('fish', at)).toContain(
    "complete -c deckle -n '__fish_seen_subcommand_from token; and not __fish_seen_subcommand_from create' -a 'list create'\n",
  )
})

test('zsh takes the script of bash, which is one', () => {
  const script = completionScript('zsh', at)
  expect(script).toContain('bashcompinit')
  expect(spawnSync('bash', ['-n'], { input: script }).status).toBe(0)
})
