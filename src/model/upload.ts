import type { FileRef, OrgName, UploadId, Username } from './ids.ts'
import type { IsoTime, Reason, Visibility } from './records.ts'

/** How a file is to be looked into: not at all, or as an archive that says what it is. By its name when neither is said. */
export const uploadKinds = ['opaque', 'archive'] as const
export type UploadKind = (typeof uploadKinds)[number]

/** What validation made of a dry run. `failed`: it could not be judged. */
export const dryRunOutcomes = ['valid', 'invalid', 'failed'] as const
export type DryRunOutcome = (typeof dryRunOutcomes)[number]

/** What became of a session. `completed`: the file was claimed, and the claim says the rest. */
export const uploadOutcomes = ['completed', 'aborted', 'expired', ...dryRunOutcomes] as const
export type UploadOutcome = (typeof uploadOutcomes)[number]

/** One session in which somebody sends a file to storage themselves, in parts, by links. */
export interface Upload extends FileRef {
  readonly id: UploadId
  readonly owner: Username
  /** Among whose open sessions it counts, where organisations have a limit of these. */
  readonly org?: OrgName
  readonly sizeBytes: number
  /** Of the whole file, in hex: as its sender says, to be compared. */
  readonly sha256?: string
  /** Absent: `latest` follows, if the version is higher. */
  readonly tags?: readonly string[]
  /** Only asked of a package that does not exist yet. */
  readonly visibility?: Visibility
  readonly kind?: UploadKind
  readonly releases?: true
  readonly description?: string
  /** Of each part but the last. */
  readonly partBytes: number
  /** Storage's name for the upload in parts; absent when there is one part, which is put whole. */
  readonly multipart?: string
  readonly createdAt: IsoTime
  /** Moves with each activity. */
  readonly expiresAt: IsoTime
  readonly outcome?: UploadOutcome
  /** It is validated and never published: nothing is claimed, and its bytes are removed. */
  readonly dryRun?: true
  /** Of a dry run, once all of it was sent: nothing more is taken, and it is the validator's. */
  readonly submittedAt?: IsoTime
  /** How often a validator began to work on it. */
  readonly attempts?: number
  /** How many bytes the validator had checked when it last said so. */
  readonly checkedBytes?: number
  /** Why it is not valid: the first reasons. */
  readonly reasons?: readonly Reason[]
}

/** Whether a session was a dry run that is decided. */
export function isJudged(outcome: UploadOutcome | undefined): outcome is DryRunOutcome {
  return (dryRunOutcomes as readonly (UploadOutcome | undefined)[]).includes(outcome)
}

const leastPartBytes = 16 * 1024 ** 2
export const mostParts = 10_000
/** What S3 takes for an object. */
export const mostUploadBytes = 5 * 1024 ** 4

/** The size of parts that a file is sent in: a power of two, so that there are no more of them than S3 takes. */
export function partBytesFor(sizeBytes: number): number {
  let partBytes = leastPartBytes
  while (partBytes * mostParts < sizeBytes) partBytes *= 2
  return partBytes
}

/** One for an empty file, too. */
export function partCountOf({ sizeBytes, partBytes }: Pick<Upload, 'sizeBytes' | 'partBytes'>): number {
  return Math.max(1, Math.ceil(sizeBytes / partBytes))
}

/** Bytes of a part, by its number from 1 on. */
export function partSizeOf({ sizeBytes, partBytes }: Pick<Upload, 'sizeBytes' | 'partBytes'>, part: number): number {
  return Math.min(partBytes, sizeBytes - (part - 1) * partBytes)
}
