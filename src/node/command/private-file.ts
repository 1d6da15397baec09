import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { Failure, fileFailure } from './failure.ts'
import { parseJson } from './json-text.ts'

/** Files of a few fields that only their owner may read. */
const ownerOnly = 0o600

/**
 * Reads a JSON file of ours.
 * @returns undefined when there is none
 * @throws Failure `file` when it is not what we wrote
 */
export function readPrivate<T>(path: string, schema: z.ZodType<T>): T | undefined {
  const text = readText(path)
  if (text === undefined) return undefined
  const parsed = schema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new Failure('file', `${path} is not what deckle writes there.`, {
    code: 'file_invalid',
    where: path,
    hint: 'Mend it, or remove it and log in again.',
  })
}

/** Writes it whole or not at all, for its owner only from the first byte on. */
export function writePrivate(path: string, value: unknown): void {
  writePrivateText(path, `${JSON.stringify(value, undefined, 2)}\n`)
}

/** The same for a text. What may hold a token is closed to others, whoever could read it before. */
export function writePrivateText(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(temporary, text, { mode: ownerOnly })
    renameSync(temporary, path) // COMMIT: who reads it sees the one before, or this one
  } catch (error) {
    throw fileFailure(error, path)
  }
}

export function removePrivate(path: string): void {
  rmSync(path, { force: true })
}

/** Takes a file with secrets back from others: somebody copied it with other rights. @returns whether that was needed */
export function closeToOthers(path: string): boolean {
  if (process.platform === 'win32') return false
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined || (stat.mode & 0o077) === 0) return false
  chmodSync(path, ownerOnly)
  return true
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw fileFailure(error, path)
  }
}
