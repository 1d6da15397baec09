import type { Finding } from '../check.ts'
import { type ArchiveCode, archiveCodes } from './codes.ts'

/** A finding of an archive walker: the hint follows from the code. */
export function archiveFinding(code: ArchiveCode, message: string, path?: string): Finding {
  const { hint } = archiveCodes[code]
  return path === undefined ? { code, message, hint } : { code, path, message, hint }
}

/** Ends a walk: what follows in the archive cannot be read, or must not be. Caught by the walker, never seen outside. */
export class ArchiveStop extends Error {
  readonly finding: Finding

  constructor(code: ArchiveCode, message: string, path?: string) {
    super(message)
    this.name = 'ArchiveStop'
    this.finding = archiveFinding(code, message, path)
  }
}
