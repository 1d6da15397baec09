import { Command, CommanderError, InvalidArgumentError } from 'commander'
import type { ServiceName } from '../../src/storage/aws.ts'
import { type Account, accountOfEnvironment, serviceNames } from '../support/given-storage.ts'
import { type ServerName, serverNames } from './servers/names.ts'

/** What `npm run test:aws` was asked for. */
export interface Plan {
  /** Absent services are prepared servers', or local ones. */
  readonly endpoints: Readonly<Partial<Record<ServiceName, string>>>
  /** Absent when nobody's storage was named: then the prepared servers get a key pair of their own. */
  readonly account?: Account
  /** To be started, in this order. */
  readonly servers: readonly ServerName[]
  readonly installOnly: boolean
  /** After the flows: all package managers publish and install, or those of these labels install what npm publishes. */
  readonly clients: 'none' | 'all' | readonly string[]
  /** Arguments for vitest. */
  readonly rest: readonly string[]
}

interface Given extends Partial<Record<ServiceName, string>> {
  readonly endpoint?: string
  readonly region?: string
  readonly credentials?: Account['credentials']
  readonly with?: readonly ServerName[]
  readonly install?: boolean
  readonly clients?: true | readonly string[]
}

const help = `
Services that are neither named nor a prepared server's are local ones. An endpoint is a URL, or "aws" for AWS's own.
Buckets, tables and queues are made for the run, named deckle-test-..., and removed after it.

  npm run test:aws -- --with dynamodb-local --with versitygw
  npm run test:aws -- --endpoint http://localhost:4566 --credentials test:test
  AWS_PROFILE= AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... npm run test:aws -- --endpoint aws --region eu-central-1

All other arguments go to vitest: npm run test:aws -- --with moto test/contract`

/** @throws CommanderError when it is no sensible request, or only asks for help; what there is to say is said by then */
export function parsePlan(args: readonly string[]): Plan {
  const command = new Command('npm run test:aws --')
    .description('Runs the contract of storage and chosen flows against other servers that speak the protocols of AWS.')
    .option('--endpoint <url>', 'a server of all three services')
    .option('--s3 <url>', 'an S3')
    .option('--dynamodb <url>', 'a DynamoDB')
    .option('--sqs <url>', 'an SQS')
    .option('--credentials <id:secret>', 'for these; default: the usual AWS variables, which nobody else can see', pair)
    .option('--region <name>', 'default: AWS_REGION, or us-east-1')
    .option('--with <server>', `a server to install and start here: ${serverNames.join(', ')}`, collected)
    .option('--install', 'install the servers of --with, and nothing else')
    .option(
      '--clients [labels]',
      'package managers too, after the flows: all publish and install, or some install, such as "npm 11,bun"',
      labels,
    )
    .addHelpText('after', help)
    .allowUnknownOption()
    .allowExcessArguments()
    .exitOverride()
  command.parse(args, { from: 'user' })
  const given = command.opts<Given>()
  const endpoints = endpointsOf(given)
  if (Object.keys(endpoints).length === 0 && given.with === undefined) {
    command.error('name an endpoint (--endpoint, --s3, --dynamodb, --sqs), or a server to start (--with); see --help')
  }
  return {
    endpoints,
    ...(Object.keys(endpoints).length > 0 && { account: accountOf(given, command) }),
    servers: given.with ?? [],
    installOnly: given.install ?? false,
    clients: given.clients === true ? 'all' : (given.clients ?? 'none'),
    rest: command.args,
  }
}

function endpointsOf(given: Given): Plan['endpoints'] {
  const region = given.region ?? process.env['AWS_REGION'] ?? 'us-east-1'
  const named = serviceNames.flatMap((service) => {
    const endpoint = given[service] ?? given.endpoint
    if (endpoint === undefined) return []
    return [[service, endpoint === 'aws' ? `https://${service}.${region}.amazonaws.com` : endpoint] as const]
  })
  return Object.fromEntries(named)
}

function accountOf({ credentials, region }: Given, command: Command): Account {
  try {
    const account = credentials === undefined ? accountOfEnvironment() : { credentials, region: 'us-east-1' }
    return { ...account, ...(region !== undefined && { region }) }
  } catch {
    return command.error('set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name --credentials')
  }
}

function pair(text: string): Account['credentials'] {
  const [accessKeyId, secretAccessKey, ...others] = text.split(':')
  if (!accessKeyId || !secretAccessKey || others.length > 0) throw new InvalidArgumentError('It is not id:secret.')
  return { accessKeyId, secretAccessKey }
}

function collected(name: string, before: readonly ServerName[] = []): readonly ServerName[] {
  const server = serverNames.find((known) => known === name)
  if (server === undefined) throw new InvalidArgumentError(`It is none of: ${serverNames.join(', ')}.`)
  return [...before, server]
}

function labels(text: string): readonly string[] {
  const known = ['npm 11', 'npm 12', 'pnpm 10', 'pnpm 11', 'pnpm 12', 'yarn 1', 'yarn 4', 'bun']
  const chosen = text.split(',').map((label) => label.trim())
  if (chosen.every((label) => known.includes(label))) return chosen
  throw new InvalidArgumentError(`They are: ${known.join(', ')}.`)
}

/** Whether commander has said all that there is to say, and how to end then. */
export function exitCodeOf(error: unknown): number | undefined {
  return error instanceof CommanderError ? error.exitCode : undefined
}
