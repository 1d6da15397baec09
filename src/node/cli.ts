import { Command } from 'commander'
import { ConfigError } from '../config.ts'
import { Refusal } from '../model/refusals.ts'
import { addUser } from './cli/add-user.ts'
import { CliError } from './cli/cli-error.ts'
import { rebuildPackages } from './cli/rebuild.ts'

/** `npm run deckle -- <command>`: what an administrator does from a shell, on the running registry's storage. */
const program = new Command('deckle')
  .description('Administers a Deckle registry: the local one of `npm start`, or the one that the environment names.')
  .option('--data <folder>', 'data folder of the local registry', './.deckle')
  .showHelpAfterError()

program
  .command('rebuild')
  .description('renders the documents of packages anew, from their version items and manifests')
  .argument('[packages...]', 'names of packages, such as left-pad or @acme/ui')
  .option('--all', 'every package')
  .action((names: string[], options: { all?: boolean }) => rebuildPackages(dataFolder(), names, options.all === true))

program
  .command('user')
  .description('manages accounts')
  .command('add')
  .description('makes an account; its password is read from DECKLE_PASSWORD, or generated and printed once')
  .argument('<name>', 'user name')
  .option('--email <address>', 'e-mail address')
  .option('--admin', 'an administrator')
  .action((name: string, options: { email?: string; admin?: boolean }) => addUser(dataFolder(), name, options))

function dataFolder(): string {
  return program.opts<{ data: string }>().data
}

program.parseAsync().catch((error: unknown) => {
  const known = error instanceof Refusal || error instanceof ConfigError || error instanceof CliError
  process.stderr.write(`${known ? error.message : String(error instanceof Error ? error.stack : error)}\n`)
  process.exitCode = 1
})
