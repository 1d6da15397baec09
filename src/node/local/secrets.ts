import { randomBytes, randomInt } from 'node:crypto'
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { StartProblem, systemCode } from './start-problem.ts'

const shape = z.object({
  /** The key pair that the local storage servers, and nobody else, know. */
  accessKeyId: z.string().min(16),
  secretAccessKey: z.string().min(32),
  /** Signs sessions. Absent in folders of older versions, like all that follows. */
  sessionKey: z.string().min(43).optional(),
  /** Encrypts what is kept secret in the store. */
  secretKey: z.string().min(43).optional(),
})

export type LocalSecrets = Readonly<Required<z.infer<typeof shape>>>

/**
 * The secrets of this data folder, made at its first start: `secrets.json`, readable by its owner only.
 * @throws StartProblem when the file is damaged: other secrets would not fit the state any more
 */
export function loadSecrets(dataDirectory: string): LocalSecrets {
  const file = join(dataDirectory, 'secrets.json')
  const kept = readSecrets(file)
  const made = {
    accessKeyId: `DECKLE${randomBytes(7).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    sessionKey: randomBytes(32).toString('base64url'),
    secretKey: randomBytes(32).toString('base64url'),
  }
  const secrets = { ...made, ...kept }
  if (kept !== undefined && Object.keys(kept).length === Object.keys(secrets).length) return secrets
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file) // whole or not at all
  return secrets
}

function readSecrets(file: string): z.infer<typeof shape> | undefined {
  try {
    const parsed = shape.parse(JSON.parse(readFileSync(file, 'utf8')))
    chmodSync(file, 0o600)
    return parsed
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw new StartProblem(`${file} cannot be read. Restore it, or remove it to get new secrets.`, { cause: error })
  }
}

/** A password that is easy to type and hard to guess: 24 letters and digits that cannot be mixed up, 118 bits. */
export function generatePassword(): string {
  const signs = 'abcdefghjkmnpqrstuvwxyz23456789'
  const group = () => Array.from({ length: 6 }, () => signs.charAt(randomInt(signs.length))).join('')
  return Array.from({ length: 4 }, group).join('-')
}

const leastPasswordLength = 12

/**
 * The first account's password as the environment sets it, if it does.
 * @throws StartProblem when it is too short
 */
export function passwordFrom(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const password = env['DECKLE_ADMIN_PASSWORD']
  if (password === undefined || password === '') return undefined
  if (password.length < leastPasswordLength) {
    throw new StartProblem(`DECKLE_ADMIN_PASSWORD is too short: use ${leastPasswordLength} characters or more.`)
  }
  return password
}
