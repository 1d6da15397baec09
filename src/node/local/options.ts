import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import type { AddressOptions } from './addresses.ts'
import { mostRegions } from './regions.ts'
import { StartProblem } from './start-problem.ts'

export interface LocalOptions extends AddressOptions {
  readonly port: number
  /** Absolute. */
  readonly dataDirectory: string
  readonly quiet: boolean
  /** How many regions to play. */
  readonly regions: number
  /** Build again, and start edge and validator anew, when a source file changes. */
  readonly watch: boolean
}

/**
 * Reads the command line of `npm start` and `npm run dev`.
 * @returns the options, or the text to print when help was asked for
 * @throws StartProblem with one line
 */
export function parseOptions(args: readonly string[]): LocalOptions | { readonly help: string } {
  const command = new Command('npm start --')
    .description('Starts the whole registry on this machine.')
    .usage('[options]')
    .option('--port <number>', 'where the registry listens; 0 for any free port', parsePort, 3325)
    .option('--data <folder>', 'where everything is kept', './.deckle')
    .option(
      '--host <address>',
      'IP address to listen on, for a proxy on another machine (default: localhost)',
      parseHost,
    )
    .option('--public-url <url>', 'what clients call the registry (DECKLE_PUBLIC_URL); see docs/team.md')
    .option('--storage-url <url>', 'what they call storage, on another host name (DECKLE_STORAGE_URL)')
    .option('--insecure-http', 'allow http: for clients on other machines', false)
    .option('--regions <number>', 'play several regions, to look at an outage (docs/operations.md)', parseRegions, 1)
    .option('--quiet', 'print errors only (and a new password, once)', false)
    .option('--watch', 'build again on a change in src/ (npm run dev)', false)
    .helpOption('--help', 'show this')
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
  try {
    command.parse([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.helpDisplayed') return { help: command.helpInformation() }
    throw new StartProblem(`${sentence(error)} See: npm start -- --help`, { cause: error })
  }
  const { data, ...options } = command.opts<Omit<LocalOptions, 'dataDirectory'> & { readonly data: string }>()
  return { ...options, dataDirectory: resolve(data) }
}

function sentence(error: CommanderError): string {
  // npm itself takes an option that stands before the `--`, and hands on its value alone.
  if (error.code === 'commander.excessArguments') return 'Options come after "--": npm start -- --port 4000.'
  const text = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.?]*$/, '.')}`
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('Use a number from 0 to 65535.')
}

function parseRegions(text: string): number {
  const count = Number(text)
  if (/^\d$/.test(text) && count >= 1 && count <= mostRegions) return count
  throw new InvalidArgumentError(`Use a number from 1 to ${mostRegions}.`)
}

function parseHost(text: string): string {
  if (isIP(text) !== 0) return text
  throw new InvalidArgumentError('Use an IP address of this machine, or 0.0.0.0 for all that it has.')
}
