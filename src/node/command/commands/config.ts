import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Acting, Adder } from '../adding.ts'
import { nobodyToAsk } from '../ask.ts'
import type { Context } from '../context.ts'
import { Failure, fileFailure } from '../failure.ts'
import { type IniValue, shownChange, withValue } from '../ini-lines.ts'
import { writePrivateText } from '../private-file.ts'

interface ConfigOptions {
  readonly yes?: boolean
}

interface NpmOptions extends ConfigOptions {
  readonly scope?: string
  readonly project?: boolean
}

export const addConfig: Adder = (program, acting) => {
  const config = program.command('config').description('lets another client use this registry; shows the change first')
  addNpm(config, acting)
  config.command('pip').description('writes pip.conf').option('--yes', 'do not ask').action(acting(configurePip))
}

/** @throws Failure `refused` where the registry has no Python packages */
export async function configurePip(context: Context, options: ConfigOptions): Promise<void> {
  await requirePython(context)
  const file = join(context.places.settings, '../../pip/pip.conf')
  await change(context, file, [pipValue(context)], options)
}

function addNpm(config: Command, acting: Acting): void {
  config
    .command('npm')
    .description('writes .npmrc, for npm, pnpm, yarn 1 and bun')
    .option('--scope <@organisation>', 'only for packages of this organisation')
    .option('--project', 'in this folder, and without your token, so that it can be committed')
    .option('--yes', 'do not ask')
    .action(
      acting(async (context: Context, options: NpmOptions) => {
        const isProject = options.project === true
        const file = join(isProject ? resolve('.') : homedir(), '.npmrc')
        await change(context, file, npmValues(context, options.scope, !isProject), options)
      }),
    )
}

/** @see https://docs.npmjs.com/cli/v11/configuring-npm/npmrc#auth-related-configuration */
function npmValues({ registry }: Context, scope: string | undefined, withToken: boolean): readonly IniValue[] {
  const prefix = scope === undefined ? '' : `@${scope.replace(/^@/, '')}:`
  const address = `${registry.address}/`
  const { token } = registry
  return [
    { key: `${prefix}registry`, value: address },
    ...(withToken && token !== undefined
      ? [{ key: `${address.replace(/^https?:/, '')}:_authToken`, value: token }]
      : []),
  ]
}

/** @see https://pip.pypa.io/en/stable/topics/configuration/ */
function pipValue({ registry }: Context): IniValue {
  const url = new URL(`${registry.address}/simple/`)
  if (registry.token !== undefined) [url.username, url.password] = ['__token__', registry.token]
  return { section: 'global', key: 'index-url', value: url.href }
}

async function requirePython({ registry }: Context): Promise<void> {
  try {
    await registry.change({ path: '/simple/' })
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'not_found') throw error
    throw new Failure('refused', `${registry.address} serves no Python packages.`, {
      code: 'python_unavailable',
      where: `${registry.address}/simple/`,
      hint: 'pip.conf stays as it is. Nothing else is to do.',
    })
  }
}

async function change(
  { output, person }: Context,
  file: string,
  values: readonly IniValue[],
  { yes = false }: ConfigOptions,
): Promise<void> {
  const before = readOrEmpty(file)
  const after = values.reduce(withValue, before)
  const lines = shownChange(before, after)
  if (lines.length === 0) {
    return output.result({ file, changed: false, lines }, () => `${file} says so already.`)
  }
  output.note(`${file}\n${lines.join('\n')}`)
  if (!yes && person === undefined) throw nobodyToAsk('Your word', 'Look at the change, and use --yes.')
  if (!yes && (await person?.agrees('Write this?')) !== true) {
    return output.result({ file, changed: false, lines }, () => 'Nothing was changed.')
  }
  writePrivateText(file, after)
  output.result({ file, changed: true, lines }, () => `${file} is written.`)
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw fileFailure(error, file)
  }
}
