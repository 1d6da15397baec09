import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, parseConfig } from '../../config.ts'
import { webPlatform } from '../../std/platform.ts'
import { type Stores, wireStores } from '../../wiring.ts'
import { CliError } from './cli-error.ts'

/** Name of the file in which a running local registry keeps its settings, for its owner only. */
export const runningFile = 'running.json'

/**
 * The storage of the registry that is to be administered: the one that the environment names (`DECKLE_PUBLIC_URL` and
 * the AWS variables), else the local one that runs on the data folder.
 * @throws CliError when there is none
 */
export async function connect(dataFolder: string): Promise<{ config: Config; stores: Stores }> {
  const config = parseConfig(readSettings(dataFolder))
  return { config, stores: wireStores(config, webPlatform) }
}

/** The settings of that registry, as an environment holds them. @throws CliError when there is none */
export function readSettings(dataFolder: string): Readonly<Record<string, unknown>> {
  return process.env['DECKLE_PUBLIC_URL'] === undefined ? readRunning(dataFolder) : process.env
}

function readRunning(dataFolder: string): Readonly<Record<string, unknown>> {
  const file = join(resolve(dataFolder), runningFile)
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new CliError(
      `No registry runs on ${resolve(dataFolder)}. Start it with "npm start", or name another folder with --data.`,
    )
  }
}
