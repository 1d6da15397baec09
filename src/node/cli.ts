import { CommanderError } from 'commander'
import { createProgram } from './cli/program.ts'
import { exitCodes } from './command/exit-codes.ts'
import { Failure } from './command/failure.ts'
import { createOutput } from './command/output.ts'

/** @returns the exit code */
function codeOf(error: unknown, isJson: boolean): number {
  const output = createOutput(isJson)
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    // For people, it has printed what it has to say
    if (isJson) output.failure(new Failure('usage', sentenceOf(error), { code: error.code }))
    return exitCodes.usage
  }
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

/** Of a group without a command behind it, commander prints the help, and says nothing else. */
function sentenceOf({ code, message }: CommanderError): string {
  return code === 'commander.help' ? 'A command is missing. See --help.' : message.replace(/^error: /, '')
}

const program = createProgram()
try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = codeOf(error, program.opts<{ json?: boolean }>().json === true)
}
