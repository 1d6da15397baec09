/**
 * `npm run test:aws`: the contract of storage, and the flows that between them make every kind of request, against other
 * servers that speak the protocols of AWS, or against AWS. `--help` says how.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { choosePort } from '../../src/node/local/ports.ts'
import { StartProblem } from '../../src/node/local/start-problem.ts'
import type { ServiceName } from '../../src/storage/aws.ts'
import { type Account, endpointVariables } from '../support/given-storage.ts'
import { exitCodeOf, type Plan, parsePlan } from './options.ts'
import { servers } from './servers/all.ts'
import { ensureInstalled } from './servers/installation.ts'
import { type ServerName, serversVariable } from './servers/names.ts'
import { RunningServer } from './servers/running-server.ts'

const say = (line: string) => console.log(line)

async function main(): Promise<number> {
  const plan = parsePlan(process.argv.slice(2))
  const folders = new Map<ServerName, string>()
  for (const name of plan.servers) folders.set(name, await ensureInstalled(name, servers[name], say))
  if (plan.installOnly) return 0
  const directory = mkdtempSync(join(tmpdir(), 'deckle-servers-'))
  const running: RunningServer[] = []
  try {
    const account = plan.account ?? ownAccount()
    const endpoints: Partial<Record<ServiceName, string>> = { ...plan.endpoints }
    const served: Partial<Record<ServiceName, ServerName>> = {}
    for (const [name, folder] of folders) {
      const options = { port: await choosePort(), directory: join(directory, name), account }
      const server = await RunningServer.start(servers[name], folder, options)
      running.push(server)
      say(`${servers[name].title} answers at ${server.url}`)
      for (const service of servers[name].serves) {
        endpoints[service] = server.url
        served[service] = name
      }
    }
    return await runSuites(plan, environment(endpoints, account, served))
  } finally {
    await Promise.all(running.map((server) => server.stop()))
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** For servers that live as long as this run. */
function ownAccount(): Account {
  const credentials = {
    accessKeyId: `TEST${randomBytes(8).toString('hex')}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  }
  return { credentials, region: 'us-east-1' }
}

/** Ours, with the account and the endpoints that the suites are to take, and none of another one. */
function environment(
  endpoints: Plan['endpoints'],
  { credentials, region }: Account,
  served: Readonly<Partial<Record<ServiceName, ServerName>>>,
): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS|DECKLE)_/.test(name))
  const named = Object.entries(endpoints).map(([service, url]) => [endpointVariables[service as ServiceName], url])
  return {
    ...Object.fromEntries([...kept, ...named]),
    [serversVariable]: JSON.stringify(served),
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken !== undefined && { AWS_SESSION_TOKEN: credentials.sessionToken }),
  }
}

/** Of the suite of real clients, what moves files: the rest is about what Deckle answers, whatever its storage. */
const [publishing, installing] = ['test/clients/publish.test.ts', 'test/clients/install.test.ts']

async function runSuites({ clients, rest }: Plan, env: NodeJS.ProcessEnv): Promise<number> {
  const code = await vitest(['--config', 'test/aws/vitest.config.ts', ...rest], env)
  if (code !== 0 || clients === 'none') return code
  const config = ['--config', 'test/clients/vitest.config.ts']
  if (clients === 'all') return vitest([...config, publishing, installing], env)
  // What is installed was published by npm just before; tests end with the label of their client
  return vitest([...config, '--testNamePattern', ` (${clients.join('|')})$`, installing], env)
}

let suite: ChildProcess | undefined

async function vitest(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  suite = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], { stdio: 'inherit', env })
  const code = await new Promise<number>((resolve) => suite?.once('exit', (status) => resolve(status ?? 1)))
  suite = undefined
  return code
}

// The suite ends by the same signal, and then the servers are ended, and their data removed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => suite?.kill(signal))

try {
  process.exitCode = await main()
} catch (error) {
  if (error instanceof StartProblem) console.error(error.message)
  else if (exitCodeOf(error) === undefined) throw error
  process.exitCode = exitCodeOf(error) ?? 1
}
