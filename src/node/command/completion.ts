export const shells = ['bash', 'zsh', 'fish'] as const

/** Words that can come after some commands: further commands, and options. */
export interface WordsAt {
  readonly path: readonly string[]
  readonly words: readonly string[]
}

/** A script that completes commands and options without starting anything; else files. */
export function completionScript(shell: (typeof shells)[number], at: readonly WordsAt[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](at)
}

/** The commands before the cursor, less options, then the words that fit: in the shell's own language. */
function bashScript(at: readonly WordsAt[]): string {
  return `# bash: source <(deckle completion bash)
_deckle() {
  local word path="" words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case "$path" in
${cases(at, '      ')}
    esac
    [ -n "$words" ] && break
    case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _deckle deckle
`
}

/** zsh has a layer for what bash completes by. */
function zshScript(at: readonly WordsAt[]): string {
  return `# zsh: source <(deckle completion zsh)
autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${bashScript(at).replace(/^#.*\n/, '')}`
}

function fishScript(at: readonly WordsAt[]): string {
  const lines = at.flatMap(({ path, words }) => {
    const names = at.filter((other) => other.path.length === path.length + 1 && startsWith(other.path, path))
    const none = names.map((other) => other.path.at(-1)).join(' ')
    const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`)
    const not = none === '' ? [] : [`not __fish_seen_subcommand_from ${none}`]
    const condition = [...seen, ...not].join('; and ')
    return [`complete -c deckle${condition === '' ? '' : ` -n '${condition}'`} -a '${words.join(' ')}'`]
  })
  return `# fish: deckle completion fish | source\n${lines.join('\n')}\n`
}

function startsWith(path: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((name, index) => path[index] === name)
}

function cases(at: readonly WordsAt[], indent: string): string {
  return at.map(({ path, words }) => `${indent}"${path.join(' ')}") words="${words.join(' ')}" ;;`).join('\n')
}
