import { Command } from 'commander'
import { release } from '../../release.ts'
import { addCommands } from '../command/commands.ts'
import { exitCodes, kindMeanings } from '../command/exit-codes.ts'
import { addAdministration } from './administration.ts'

/**
 * The `deckle` command: `npx deckle …`, or `npm run deckle -- …`. One tree of commands: those of the registry's users,
 * over HTTP with a token, and those of administrators, on its storage.
 */
export function createProgram(): Command {
  const program = new Command('deckle')
    .description('Publishes to a Deckle registry and downloads from it; administers one on its storage.')
    .version(release)
    .option('--registry <address>', 'else DECKLE_REGISTRY, else that of the last login, else http://localhost:3325')
    .option('--json', 'print one JSON document, and progress as events on stderr')
    .option('--otp <code>', 'a code of your second factor, where one is demanded')
    .showHelpAfterError('(--help says more)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', `\nExit codes:\n${exitCodeLines()}`)
    .exitOverride()
  addCommands(program)
  addAdministration(program)
  return program
}

function exitCodeLines(): string {
  const named = Object.entries(kindMeanings).map(([kind, meaning]) => {
    const code = exitCodes[kind as keyof typeof kindMeanings]
    return `  ${String(code).padStart(3)}  ${meaning}`
  })
  return ['    0  It is done.', ...named].join('\n')
}
