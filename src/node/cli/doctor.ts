import { readFileSync } from 'node:fs'
import { isoNow, webPlatform } from '../../std/platform.ts'
import { examine } from '../doctor/doctor.ts'
import { document, hasProblem, hiding, lines, summary } from '../doctor/output.ts'
import type { Observer } from '../doctor/run.ts'
import { createTerminal } from '../local/terminal.ts'
import { CliError } from './cli-error.ts'
import { readSettings } from './connect.ts'

export interface DoctorCommandOptions {
  /** Whose credentials the settings hold. */
  readonly as?: 'edge'
  /** A file with the token of the account that publishes the probe; else `DECKLE_TOKEN`, else there is no probe. */
  readonly tokenFile?: string
  /** Seconds that the validator may take. */
  readonly wait: number
  readonly json?: boolean
}

/** Names of settings that nobody may see the value of. */
const secretSetting = /^(?:AWS|DECKLE)_\w*(?:KEYS?|TOKEN|PASSWORD|AUTHORIZATION)$/
const silent: Observer = { began: () => undefined, ended: () => undefined }

/**
 * Looks at a deployment from end to end, and says what is wrong with it.
 * @returns the exit code: 0, or 1 when there is a problem
 * @throws CliError when it cannot begin
 */
export async function runDoctor(dataFolder: string, options: DoctorCommandOptions): Promise<0 | 1> {
  const settings = readSettings(dataFolder)
  const token = readToken(options.tokenFile)
  const secrets = Object.entries(settings).filter(([name]) => secretSetting.test(name))
  const hide = hiding([token, ...secrets.flatMap(([, setting]) => textsOf(setting))])
  const interrupted = new AbortController()
  // A terminal, npm and our launcher each hand the same Ctrl-C on; what was begun is still cleaned up
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted.abort())
  // Whoever reads along may stop (`| head`)
  process.stdout.on('error', () => interrupted.abort())
  const startedAt = isoNow(webPlatform)
  const terminal = createTerminal(false)
  const outcomes = await examine({
    settings,
    platform: webPlatform,
    ...(options.as === undefined ? {} : { role: options.as }),
    ...(token === undefined ? {} : { token }),
    waitMs: options.wait * 1_000,
    observer: options.json === true ? silent : lines(terminal, hide),
    interrupted: interrupted.signal,
  })
  terminal.say(options.json === true ? document(outcomes, startedAt, hide) : summary(outcomes))
  return hasProblem(outcomes) ? 1 : 0
}

/** The token is never an argument: those stand in the list of processes, and in the history of the shell. */
function readToken(file: string | undefined): string | undefined {
  const token = file === undefined ? process.env['DECKLE_TOKEN'] : readTokenFile(file)
  if (token === undefined || token === '') return undefined
  if (!/^[\x21-\x7e]{8,4096}$/.test(token))
    throw new CliError('The token is not one: it has blanks or other characters.')
  return token
}

function readTokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new CliError(`The token cannot be read from ${file}: ${error instanceof Error ? error.message : error}`)
  }
}

/** A setting of keys in JSON is several secrets, none of which is the setting itself. */
function textsOf(setting: unknown): readonly string[] {
  return typeof setting === 'string' ? [setting, ...(setting.match(/[\w-]{32,}/g) ?? [])] : []
}
