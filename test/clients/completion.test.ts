import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { completionScript, shells } from '../../src/node/command/completion.ts'

const at = [
  { path: [], words: ['token', 'ls', 'completion'], options: ['--json', '--registry'] },
  { path: ['token'], words: ['list', 'create'], options: ['--json', '--registry'] },
  { path: ['token', 'create'], words: [], options: ['--kind', '--json', '--registry'] },
  { path: ['ls'], words: [], options: ['--limit', '--json', '--registry'] },
  { path: ['completion'], words: ['bash', 'zsh', 'fish'], options: ['--json', '--registry'] },
]
type Shell = (typeof shells)[number]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-completion-'))
  for (const shell of shells) writeFileSync(join(folder, `deckle.${shell}`), completionScript(shell, at))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Each prints what a line becomes once its last word is completed, and gets script and line as its arguments. */
const completing: Readonly<Record<Shell, string>> = {
  bash: `source "$1"
    COMP_WORDS=($2) COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _deckle
    unset 'COMP_WORDS[COMP_CWORD]'
    echo "\${COMP_WORDS[@]}" "\${COMPREPLY[@]}"`,
  // Another one is asked, on a terminal of its own, as a person would ask it
  zsh: `zmodload zsh/zpty
    zpty asked zsh -f -i
    zpty -w asked "PS1= TERM=dumb; source \${(q)1}; deckle() { print -r -- \\"<deckle \\$*>\\" }; print READ''Y"
    zpty -r asked seen '*READY*'
    zpty -w asked "$2"$'\\t'
    zpty -r asked seen '*<deckle *>*'
    print -r -- "\${\${seen##*<}%%>*}"`,
  fish: `source $argv[1]
    echo (string replace -r '[^ ]*$' '' -- $argv[2])(complete -C $argv[2])`,
}

function complete(shell: Shell, line: string) {
  const script = join(folder, `deckle.${shell}`)
  const first = shell === 'fish' ? [] : ['-']
  return spawnSync(shell, ['-c', completing[shell], ...first, script, line], {
    encoding: 'utf8',
    timeout: 20_000,
    cwd: folder,
    env: { ...process.env, HOME: folder },
  })
}

describe.each(shells)('%s', (shell) => {
  test.for([
    ['deckle t', 'deckle token'],
    ['deckle --json token c', 'deckle --json token create'],
    ['deckle --registry http://localhost token c', 'deckle --registry http://localhost token create'],
    ['deckle token create robot --k', 'deckle token create robot --kind'],
    ['deckle ls token --l', 'deckle ls token --limit'],
    ['deckle completion z', 'deckle completion zsh'],
  ] as const)('%s becomes %s', ([line, completed], { skip }) => {
    const { error, stdout, stderr } = complete(shell, line)
    if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
      skip(`There is no ${shell} here. On Debian: apt-get install ${shell}`)
    }
    expect({ completed: stdout.trim(), stderr }).toEqual({ completed, stderr: '' })
  })
})
