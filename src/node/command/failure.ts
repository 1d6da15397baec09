import { exitCodes, type FailureKind } from './exit-codes.ts'

interface Details {
  /** Stable, for scripts: the registry's code of a refusal, or one of ours. */
  readonly code?: string
  /** What was asked, or which file. */
  readonly where?: string
  /** What the person can do about it. */
  readonly hint?: string
  /** What the registry logged it under. */
  readonly requestId?: string
  /** Whether the same may succeed a moment later. */
  readonly isPassing?: boolean
  /** What the registry asks to wait before that. */
  readonly retryAfterMs?: number
  /** What validation found, a line each. */
  readonly reasons?: readonly Reason[]
}

/** One thing that validation refused a file for. */
export interface Reason {
  readonly code: string
  readonly path?: string | undefined
  readonly message: string
  readonly hint?: string | undefined
}

/** Something that ends a command, in the words of the person who ran it: what, where, and what to do. */
export class Failure extends Error {
  readonly kind: FailureKind
  readonly details: Details

  constructor(kind: FailureKind, message: string, details: Details = {}) {
    super(message)
    this.name = 'Failure'
    this.kind = kind
    this.details = details
  }

  get exitCode(): number {
    return exitCodes[this.kind]
  }
}

/** What `--json` prints in place of a result. */
export function failureDocument({ kind, message, exitCode, details }: Failure) {
  const { code = kind, where, hint, requestId, reasons } = details
  return { error: { kind, code, message, exitCode, where, hint, requestId, reasons } }
}

/** The errors of the file system, as something that a person can act on. What is a failure already stays as it is. */
export function fileFailure(error: unknown, path: string): Failure {
  if (error instanceof Failure) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  const meaning = meanings[code] ?? (error instanceof Error ? error.message : String(error))
  return new Failure('file', `${path}: ${meaning}`, { code: `file_${code.toLowerCase()}`, where: path })
}

const meanings: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder.',
  EACCES: 'you may not read or write it.',
  EPERM: 'you may not read or write it.',
  ENOSPC: 'the disk is full.',
  EISDIR: 'it is a folder.',
  ENOTDIR: 'a part of the path is a file.',
  EROFS: 'it can only be read: the file system is mounted so.',
  EDQUOT: 'your share of the disk is full.',
  EFBIG: 'it is too large for this file system.',
  ENAMETOOLONG: 'its name is too long for this file system.',
  EMFILE: 'too many files are open on this machine.',
  EOF: 'it became shorter while it was read.',
}
