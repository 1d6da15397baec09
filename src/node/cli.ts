import { Command, CommanderError } from 'commander'
import { release } from '../release.ts'
import { addAdministration } from './cli/administration.ts'
import { addCommands } from './command/commands.ts'
import { exitCodes } from './command/exit-codes.ts'
import { Failure } from './command/failure.ts'
import { createOutput } from './command/output.ts'

/**
 * The `deckle` command: `npx deckle …`, or `npm run deckle -- …`. One tree of commands: those of the registry's users,
 * over HTTP with a token, and those of administrators, on its storage.
 */
function createProgram(): Command {
  const program = new Command('deckle')
    .description('Publishes to a Deckle registry and downloads from it; administers one on its storage.')
    .version(release)
    .option('--registry <address>', 'else DECKLE_REGISTRY, else that of the last login, else http://localhost:3325')
    .option('--json', 'print one JSON document, and progress as events on stderr')
    .option('--otp <code>', 'a code of your second factor, where one is demanded')
    .showHelpAfterError('(--help says more)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
  addCommands(program)
  addAdministration(program)
  return program
}

/** @returns the exit code */
function codeOf(error: unknown, isJson: boolean): number {
  // It has printed what it has to say
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  const output = createOutput(isJson)
  if (error instanceof Failure) {
    output.failure(error)
    return error.exitCode
  }
  const isForPeople = error instanceof Error && ['Refusal', 'ConfigError', 'CliError'].includes(error.name)
  const message = isForPeople ? error.message : String(error instanceof Error ? error.stack : error)
  if (isJson) output.failure(new Failure('failed', message))
  else process.stderr.write(`${message}\n`)
  return Number(process.exitCode ?? exitCodes.failed)
}

const program = createProgram()
try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = codeOf(error, program.opts<{ json?: boolean }>().json === true)
}
