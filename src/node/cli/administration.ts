import { type Command, InvalidArgumentError, Option } from 'commander'
import type { NewUserOptions } from './add-user.ts'
import type { DoctorCommandOptions } from './doctor.ts'

/**
 * The commands of an administrator, on the storage of a registry: the local one of `npm start`, or the one that the
 * environment names. What they do is loaded when it is done: it needs half of the registry, which other commands do not.
 */
export function addAdministration(program: Command): void {
  const dataFolder = () => program.opts<{ data: string }>().data
  program
    .commandsGroup('For administrators, on the storage itself:')
    .option('--data <folder>', 'data folder of the local registry, for administrators', './.deckle')
  addUsers(program, dataFolder)
  program
    .command('org')
    .description('manages organisations')
    .command('add')
    .description('makes an organisation')
    .argument('<name>', 'its scope, with or without @')
    .requiredOption('--owner <user>', 'who owns it')
    .action(async (name: string, { owner }: { owner: string }) =>
      (await import('./orgs.ts')).addOrg(dataFolder(), name, owner),
    )
  program
    .command('rebuild')
    .description('renders the documents of packages anew, from their version items and manifests')
    .argument('[packages...]', 'names of packages, such as left-pad or @acme/ui')
    .option('--all', 'every package')
    .action(async (names: string[], options: { all?: boolean }) =>
      (await import('./rebuild.ts')).rebuildPackages(dataFolder(), names, options.all === true),
    )
  program
    .command('identity-key')
    .description(
      'prints a new DECKLE_IDENTITY_KEYS, a secret: pipe it to `npx wrangler secret put DECKLE_IDENTITY_KEYS`',
    )
    .action(async () => (await import('./identity-key.ts')).printIdentityKeys())
  addDoctor(program, dataFolder)
}

function addUsers(program: Command, dataFolder: () => string): void {
  const users = () => import('./users.ts')
  const user = program.command('user').description('manages accounts')
  user
    .command('add')
    .description('makes an account; its password is read from DECKLE_PASSWORD, or generated and printed once')
    .argument('<name>', 'user name')
    .option('--email <address>', 'e-mail address')
    .option('--admin', 'an administrator')
    .option('--role <roles...>', 'admin, publisher, reader or auditor; default: as DECKLE_NEW_USERS says')
    .action(async (name: string, options: NewUserOptions) =>
      (await import('./add-user.ts')).addUser(dataFolder(), name, options),
    )
  user
    .command('list')
    .description('prints accounts, a line each: name, roles, e-mail address, and whether they are disabled')
    .argument('[prefix]', 'only names that begin so')
    .action(async (prefix?: string) => (await users()).list(dataFolder(), prefix))
  user
    .command('role')
    .description('replaces the roles of an account; the way back when no administrator is left')
    .argument('<name>', 'user name')
    .argument('[roles...]', 'admin, publisher, reader, auditor')
    .action(async (name: string, roles: string[]) => (await users()).giveRoles(dataFolder(), name, roles))
  user
    .command('disable')
    .description('lets an account do nothing any more')
    .argument('<name>', 'user name')
    .requiredOption('--reason <text>', 'why, for the audit log')
    .action(async (name: string, { reason }: { reason: string }) => (await users()).disable(dataFolder(), name, reason))
  user
    .command('enable')
    .description('lets an account do again what it could')
    .argument('<name>', 'user name')
    .action(async (name: string) => (await users()).enable(dataFolder(), name))
  user
    .command('reset')
    .description('prints a link to choose a new password with, good once within a day')
    .argument('<name>', 'user name')
    .action(async (name: string) => (await users()).resetPassword(dataFolder(), name))
}

/** Its exit code tells what it found: 1 for a problem, and 2 when it could not begin. */
function addDoctor(program: Command, dataFolder: () => string): void {
  program
    .command('doctor')
    .description('looks at a deployment from end to end and says what is wrong; see docs/doctor.md')
    .option('--token-file <file>', 'a token that may publish, for a probe package; else DECKLE_TOKEN is read')
    .addOption(
      new Option('--as <role>', 'whose credentials these are: what they must not be able to do').choices(['edge']),
    )
    .option('--wait <seconds>', 'how long the validator may take for the probe', parseSeconds, 180)
    .action(async (options: DoctorCommandOptions, command: Command) => {
      const { runDoctor } = await import('./doctor.ts')
      // Until it knows that it can begin
      process.exitCode = 2
      process.exitCode = await runDoctor(dataFolder(), { ...options, ...command.optsWithGlobals<{ json?: boolean }>() })
    })
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= 3_600) return seconds
  throw new InvalidArgumentError('Use a number from 1 to 3600.')
}
