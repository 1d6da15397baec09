import { Argument, type Command } from 'commander'
import type { Adder } from '../adding.ts'
import { completionScript, shells, type WordsAt } from '../completion.ts'

export const addCompletion: Adder = (program) => {
  program
    .command('completion')
    .description('prints what lets a shell complete commands and options; for bash: source <(deckle completion bash)')
    .addArgument(new Argument('<shell>', 'which').choices(shells))
    .action((shell: (typeof shells)[number]) => {
      process.stdout.write(completionScript(shell, wordsAt(program)))
    })
}

/** What can be written after which commands. */
function wordsAt(program: Command): readonly WordsAt[] {
  const global = optionsOf(program)
  const walk = (command: Command, path: readonly string[]): readonly WordsAt[] => {
    const words = [
      ...command.commands.map((below) => below.name()),
      ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    ]
    const here = { path, words, options: [...optionsOf(command), ...(path.length === 0 ? [] : global)] }
    return [here, ...command.commands.flatMap((below) => walk(below, [...path, below.name()]))]
  }
  return walk(program, [])
}

function optionsOf(command: Command): readonly string[] {
  return command.options.flatMap(({ long }) => (long === undefined ? [] : [long]))
}
