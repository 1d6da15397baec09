export const shells = ['bash', 'zsh', 'fish'] as const

/** What can come after some commands, or after none. */
export interface WordsAt {
  readonly path: readonly string[]
  /** Further commands, or values of an argument. Where there are none, a file may come. */
  readonly words: readonly string[]
  /** With their dashes. */
  readonly options: readonly string[]
}

/** A script that completes commands and options without starting anything; else files. */
export function completionScript(shell: (typeof shells)[number], at: readonly WordsAt[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](at)
}

function bashScript(at: readonly WordsAt[]): string {
  return `# bash: source <(deckle completion bash)
${wordsFunction(at)}
_deckle() {
  local at="" words_here="" options_here="" word current="\${COMP_WORDS[COMP_CWORD]}"
  _deckle_at ""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do ${step}; done
  case "$current" in -*) words_here="$options_here" ;; esac
  COMPREPLY=($(compgen -W "$words_here" -- "$current"))
}
complete -o default -F _deckle deckle
`
}

function zshScript(at: readonly WordsAt[]): string {
  return `# zsh: source <(deckle completion zsh)
${wordsFunction(at)}
_deckle() {
  local at="" words_here="" options_here="" word
  _deckle_at ""
  for word in "\${(@)words[2,CURRENT-1]}"; do ${step}; done
  [[ "$PREFIX" == -* ]] && words_here="$options_here"
  compadd -- \${=words_here} || _files
}
(( $+functions[compdef] )) || { autoload -U compinit && compinit }
compdef _deckle deckle
`
}

/** What is no command, such as an option, its value or a package, leaves the place as it is. */
const step = `_deckle_at "\${at:+$at }$word" && at="\${at:+$at }$word"`

/** Sets what can come after the commands given; fails where that are none. In the common language of bash and zsh. */
function wordsFunction(at: readonly WordsAt[]): string {
  const cases = at.map(
    ({ path, words, options }) =>
      `    "${path.join(' ')}") words_here="${words.join(' ')}" options_here="${options.join(' ')}" ;;`,
  )
  return `_deckle_at() {
  case "$1" in
${cases.join('\n')}
    *) return 1 ;;
  esac
}`
}

/** The same: the condition of each line is whether the commands before the cursor are those given. */
function fishScript(at: readonly WordsAt[]): string {
  const lines = at.flatMap(({ path, words, options }) => {
    const line = `complete -c deckle -n "__deckle_at '${path.join(' ')}'"`
    const offered = words.length === 0 ? [] : [`${line} -f -a '${words.join(' ')}'`]
    return [...offered, ...options.map((option) => `${line} -l ${option.replace(/^--/, '')}`)]
  })
  return `# fish: deckle completion fish | source
function __deckle_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$at $word")
        contains -- $next ${at.map(({ path }) => `'${path.join(' ')}'`).join(' ')}; and set at $next
    end
    test "$at" = "$argv[1]"
end
${lines.join('\n')}
`
}
