import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, parseConfig } from '../../config.ts'
import { runningFile } from '../cli/connect.ts'
import { loopback } from './listen.ts'
import { firstRegion, localRegions, type StoragePart, settingOf, storageParts } from './regions.ts'
import type { LocalSecrets } from './secrets.ts'
import { StartProblem } from './start-problem.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** All settings of edge and validator, as an environment would hold them; parsed by `config.ts`. */
export type Settings = Readonly<Record<string, string>>

const endpointOf = {
  dynamodb: 'DECKLE_DYNAMODB_ENDPOINT',
  s3: 'DECKLE_S3_ENDPOINT',
  sqs: 'DECKLE_SQS_ENDPOINT',
} as const satisfies Record<StoragePart, string>

/** The storage servers to start: those that the environment does not replace by an endpoint. */
export function localStorageParts(env: Environment): readonly StoragePart[] {
  return storageParts.filter((part) => isUnset(env[endpointOf[part]]))
}

export interface SettingsInput {
  readonly env: Environment
  /** The registry's port. */
  readonly port: number
  /** By the name of the part. */
  readonly storagePorts: Readonly<Record<string, number>>
  /** How many regions are played. Default: 1. */
  readonly regions?: number | undefined
  /** Where the validator answers the edge. */
  readonly validatorPort: number
  /** Its credentials are for the local storage servers, when no other ones are used. */
  readonly secrets: LocalSecrets
}

/**
 * Makes the settings out of the environment and of what was chosen for this start. As soon as one endpoint comes from
 * the environment, region and credentials do too, for all three; otherwise those of the environment stay untouched,
 * since they may open somebody's real account.
 * @throws StartProblem naming the bad settings
 */
export function makeSettings(input: SettingsInput): Settings {
  const { env: all, port, storagePorts, regions = 1, validatorPort, secrets } = input
  const env = withoutUnset(all)
  const settings: Record<string, string | undefined> = {
    DECKLE_PUBLIC_URL: `http://localhost:${port}`,
    DECKLE_HEALTH_PORT: String(validatorPort),
    DECKLE_HEALTH_HOST: loopback,
    DECKLE_VALIDATOR_URL: `http://${loopback}:${validatorPort}`,
    DECKLE_BUCKET: 'deckle',
    DECKLE_TABLE_PREFIX: 'deckle-',
    DECKLE_QUEUE_PREFIX: 'deckle-',
    DECKLE_SESSION_KEYS: JSON.stringify([{ kid: 'local', secret: secrets.sessionKey }]),
    DECKLE_SECRET_KEY: secrets.secretKey,
    ...Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('DECKLE_'))),
    ...credentialSettings(env, secrets),
    DECKLE_ADMIN_PASSWORD: undefined,
  }
  for (const part of localStorageParts(env)) settings[endpointOf[part]] = `http://127.0.0.1:${storagePorts[part]}`
  settings['DECKLE_STORAGE_URL'] ??= settings['DECKLE_S3_ENDPOINT']
  if (regions > 1) settings['DECKLE_REGIONS'] = settingOf(localRegions(regions), storagePorts)
  return checked(withoutUnset(settings))
}

function credentialSettings(env: Environment, local: LocalSecrets): Record<string, string | undefined> {
  if (localStorageParts(env).length === storageParts.length) {
    return {
      AWS_REGION: firstRegion,
      AWS_ACCESS_KEY_ID: local.accessKeyId,
      AWS_SECRET_ACCESS_KEY: local.secretAccessKey,
    }
  }
  return {
    AWS_REGION: env['AWS_REGION'] ?? firstRegion,
    AWS_ACCESS_KEY_ID: env['AWS_ACCESS_KEY_ID'],
    AWS_SECRET_ACCESS_KEY: env['AWS_SECRET_ACCESS_KEY'],
    AWS_SESSION_TOKEN: env['AWS_SESSION_TOKEN'],
  }
}

/** The settings, with URLs in the one way to write them. */
function checked(settings: Settings): Settings {
  try {
    const { publicUrl, storage } = parseConfig(settings)
    return { ...settings, DECKLE_PUBLIC_URL: publicUrl, DECKLE_STORAGE_URL: storage.s3PublicEndpoint ?? '' }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new StartProblem(error.message, { cause: error })
  }
}

/**
 * Leaves the settings for commands that work on a running registry, in a file for its owner only; removes them when it
 * does not run any more.
 */
export function saveRunning(dataDirectory: string, settings: Settings | undefined): void {
  const file = join(dataDirectory, runningFile)
  rmSync(file, { force: true })
  if (settings !== undefined) writeFileSync(file, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600 })
}

/** The environment of a part: ours, without settings or credentials that are not meant for it. */
export function partEnvironment(env: Environment, settings: Settings = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(DECKLE|AWS)_/.test(name))
  return { ...Object.fromEntries(kept), ...settings }
}

export function isUnset(value: string | undefined): value is undefined | '' {
  return value === undefined || value === ''
}

/** An empty variable is one that was not set. */
function withoutUnset(env: Environment): Settings {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => !isUnset(entry[1])))
}

/** The storage services that the environment provides, with their addresses. */
export function storageAddresses(settings: Settings, env: Environment): Readonly<Record<string, string>> {
  const local = localStorageParts(env)
  const others = storageParts.filter((part) => !local.includes(part))
  return Object.fromEntries(others.map((part) => [part, settings[endpointOf[part]] ?? '']))
}
