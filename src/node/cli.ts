import { Command, InvalidArgumentError, Option } from 'commander'
import { ConfigError } from '../config.ts'
import { checkMoments } from '../model/check-script.ts'
import { Refusal } from '../model/refusals.ts'
import { addUser, type NewUserOptions } from './cli/add-user.ts'
import { type CheckRunOptions, runCheck } from './cli/check-run.ts'
import { CliError } from './cli/cli-error.ts'
import { type DoctorCommandOptions, runDoctor } from './cli/doctor.ts'
import { printIdentityKeys } from './cli/identity-key.ts'
import { addOrg } from './cli/orgs.ts'
import { rebuildPackages } from './cli/rebuild.ts'
import { restoreBucket } from './cli/restore.ts'
import { disable, enable, giveRoles, list, resetPassword } from './cli/users.ts'

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
  .command('restore')
  .description('makes the bucket fit tables that were restored to some moment: brings back, sets aside, renders anew')
  .option('--apply', 'do it; else it is only said what would be done')
  .action(({ apply }: { apply?: boolean }) => restoreBucket(dataFolder(), apply === true))

const user = program.command('user').description('manages accounts')
user
  .command('add')
  .description('makes an account; its password is read from DECKLE_PASSWORD, or generated and printed once')
  .argument('<name>', 'user name')
  .option('--email <address>', 'e-mail address')
  .option('--admin', 'an administrator')
  .option('--role <roles...>', 'admin, publisher, reader or auditor; default: as DECKLE_NEW_USERS says')
  .action((name: string, options: NewUserOptions) => addUser(dataFolder(), name, options))
user
  .command('list')
  .description('prints accounts, a line each: name, roles, e-mail address, and whether they are disabled')
  .argument('[prefix]', 'only names that begin so')
  .action((prefix?: string) => list(dataFolder(), prefix))
user
  .command('role')
  .description('replaces the roles of an account; the way back when no administrator is left')
  .argument('<name>', 'user name')
  .argument('[roles...]', 'admin, publisher, reader, auditor')
  .action((name: string, roles: string[]) => giveRoles(dataFolder(), name, roles))
user
  .command('disable')
  .description('lets an account do nothing any more')
  .argument('<name>', 'user name')
  .requiredOption('--reason <text>', 'why, for the audit log')
  .action((name: string, { reason }: { reason: string }) => disable(dataFolder(), name, reason))
user
  .command('enable')
  .description('lets an account do again what it could')
  .argument('<name>', 'user name')
  .action((name: string) => enable(dataFolder(), name))
user
  .command('reset')
  .description('prints a link to choose a new password with, good once within a day')
  .argument('<name>', 'user name')
  .action((name: string) => resetPassword(dataFolder(), name))

program
  .command('org')
  .description('manages organisations')
  .command('add')
  .description('makes an organisation')
  .argument('<name>', 'its scope, with or without @')
  .requiredOption('--owner <user>', 'who owns it')
  .action((name: string, { owner }: { owner: string }) => addOrg(dataFolder(), name, owner))

program
  .command('identity-key')
  .description('prints a new DECKLE_IDENTITY_KEYS, a secret: pipe it to `npx wrangler secret put DECKLE_IDENTITY_KEYS`')
  .action(() => printIdentityKeys())

program
  .command('check')
  .description('tries check scripts of packages; see docs/check-scripts.md')
  .command('run')
  .description('prints what a script says of a sample; the exit code is 1 when it does not allow it')
  .argument('<script>', 'file with the script')
  .requiredOption('--input <file>', 'sample of what the registry would give it, as JSON')
  .addOption(new Option('--moment <moment>', 'which function to call').choices(checkMoments))
  .action(async (script: string, options: CheckRunOptions) => {
    process.exitCode = await runCheck(script, options)
  })

/** Its exit code tells what it found: 1 for a problem, and 2 when it could not begin. */
program
  .command('doctor')
  .description('looks at a deployment from end to end and says what is wrong; see docs/doctor.md')
  .option('--token-file <file>', 'a token that may publish, for a probe package; else DECKLE_TOKEN is read')
  .addOption(
    new Option('--as <role>', 'whose credentials these are: what they must not be able to do').choices(['edge']),
  )
  .option('--wait <seconds>', 'how long the validator may take for the probe', parseSeconds, 180)
  .option('--json', 'print one JSON document')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action(async (options: DoctorCommandOptions) => {
    try {
      process.exitCode = await runDoctor(dataFolder(), options)
    } catch (error) {
      fail(error, 2)
    }
  })

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= 3_600) return seconds
  throw new InvalidArgumentError('Use a number from 1 to 3600.')
}

function dataFolder(): string {
  return program.opts<{ data: string }>().data
}

function fail(error: unknown, exitCode: number): void {
  const known = error instanceof Refusal || error instanceof ConfigError || error instanceof CliError
  process.stderr.write(`${known ? error.message : String(error instanceof Error ? error.stack : error)}\n`)
  process.exitCode = exitCode
}

program.parseAsync().catch((error: unknown) => fail(error, 1))
