import { Argument, type Command } from 'commander'
import { z } from 'zod'
import { rights, visibilities } from '../../../model/records.ts'
import type { Acting, Adder } from '../adding.ts'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { packagePath, parseSpec } from '../spec.ts'
import { table } from '../table.ts'

const accessSchema = z.object({
  visibility: z.string(),
  owners: z.array(z.string()),
  org: z.string().optional(),
  grants: z.record(z.string(), z.string()).optional(),
  sensitive: z.object({ groups: z.array(z.string()) }).optional(),
  secondFactor: z.string().optional(),
})

const packageHelp = 'such as @acme/model or npm:left-pad'
const whoHelp = 'a user, or organisation:team'

/** Who may do what with a package. Owners, teams and users are given and taken away one at a time. */
export const addAccess: Adder = (program, acting) => {
  const access = program.command('access').description('shows and changes who may do what with a package')
  access.command('show').description('shows who may do what').argument('<package>', packageHelp).action(acting(show))
  access
    .command('visibility')
    .description('lets everybody, everybody with an account, or only those with a right read it')
    .argument('<package>', packageHelp)
    .addArgument(new Argument('<visibility>', 'who reads it').choices(visibilities))
    .action(
      acting(async (context: Context, text: string, visibility: string) => {
        await change(context, text, 'PATCH', '/settings', { visibility })
      }),
    )
  addGrants(access, acting)
  addOwners(access, acting)
}

function addGrants(access: Command, acting: Acting): void {
  access
    .command('grant')
    .description('gives a right, in place of the one before')
    .argument('<package>', packageHelp)
    .addArgument(new Argument('<right>', 'what they may do').choices(rights))
    .argument('<who>', whoHelp)
    .action(
      acting(async (context: Context, text: string, right: string, who: string) => {
        await change(context, text, 'PUT', receiverPath(who), { right })
      }),
    )
  access
    .command('revoke')
    .description('takes away what was given')
    .argument('<package>', packageHelp)
    .argument('<who>', whoHelp)
    .action(
      acting(async (context: Context, text: string, who: string) => {
        await change(context, text, 'DELETE', receiverPath(who))
      }),
    )
}

function addOwners(access: Command, acting: Acting): void {
  const owner = access.command('owner').description('makes somebody an owner, or one no more')
  for (const [name, method, description] of [
    ['add', 'PUT', 'makes somebody an owner'],
    ['remove', 'DELETE', 'lets somebody be an owner no more'],
  ] as const) {
    owner
      .command(name)
      .description(description)
      .argument('<package>', packageHelp)
      .argument('<user>', 'who')
      .action(
        acting(async (context: Context, text: string, user: string) => {
          await change(context, text, method, `/owners/${encodeURIComponent(user)}`)
        }),
      )
  }
}

async function show({ registry, output }: Context, text: string): Promise<void> {
  const access = await registry.get(`${packagePath(parseSpec(text))}/access`, accessSchema)
  output.result(access, () =>
    table([
      ['visibility', access.visibility],
      ['owners', access.owners.join(', ')],
      ...(access.org === undefined ? [] : [['organisation', `@${access.org}`]]),
      ...(access.sensitive === undefined ? [] : [['read only by', access.sensitive.groups.join(', ')]]),
      ...(access.secondFactor === undefined ? [] : [['second factor', access.secondFactor]]),
      ...Object.entries(access.grants ?? {}).map(([who, right]) => [right, who.replace(/~.*$/, '')]),
    ]),
  )
}

async function change(
  { registry, output }: Context,
  text: string,
  method: 'PUT' | 'PATCH' | 'DELETE',
  below: string,
  body?: object,
): Promise<void> {
  await registry.change({ method, path: `${packagePath(parseSpec(text))}${below}`, body })
  output.result({ package: text, changed: true }, () => 'It is so now.')
}

/** Where the API has the right of a user, or of a team as `npm access` writes it. */
function receiverPath(who: string): string {
  const [, organisation, team] = /^@?([^:@/]+):([^:/]+)$/.exec(who) ?? []
  if (organisation !== undefined && team !== undefined) {
    return `/access/teams/${encodeURIComponent(organisation)}/${encodeURIComponent(team)}`
  }
  if (/^[^:@/]+$/.test(who)) return `/access/users/${encodeURIComponent(who)}`
  throw new Failure('usage', `"${who}" is neither a user nor a team.`, {
    code: 'receiver_invalid',
    hint: 'Write ana, or acme:developers.',
  })
}
