import type { FileName, FormatId, PackageName, Revision, TokenId, UploadId, Username, Version } from './ids.ts'
import type { TokenLimits } from './token-limits.ts'
import type { VersionStatus } from './version-status.ts'

/** ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it: sorts as text. */
export type IsoTime = string

export const visibilities = ['public', 'private'] as const
export type Visibility = (typeof visibilities)[number]

/** The one small mutable item of a package: names the current snapshot and holds the access rules. */
export interface Head {
  readonly format: FormatId
  readonly name: PackageName
  /** Counts every change of the item; the value that compare-and-set compares. */
  readonly generation: number
  /** The snapshot that clients read. Absent until the first version is published. */
  readonly revision?: Revision
  /** The one before, kept for readers who hold a head that is a few seconds old. */
  readonly previousRevision?: Revision
  /** The public address that the snapshot's URLs were rendered for. */
  readonly renderedFor?: string
  readonly visibility: Visibility
  readonly owners: readonly Username[]
  readonly tags: Readonly<Record<string, Version>>
  readonly createdAt: IsoTime
  readonly modifiedAt: IsoTime
}

/** What was computed from the bytes while they were received. Digests in hex. */
export interface StoredFile {
  readonly filename: FileName
  readonly sizeBytes: number
  readonly sha1: string
  readonly sha256: string
  readonly sha512: string
}

/** One version: the truth about what was claimed, by whom, and how it was decided. */
export interface VersionRecord {
  readonly format: FormatId
  readonly name: PackageName
  readonly version: Version
  readonly status: VersionStatus
  /** Names the claim and its folder in staging: fences off a validator that still works for an older claim. */
  readonly uploadId: UploadId
  readonly publisher: Username
  readonly file: StoredFile
  /** Tags to set when it is published. */
  readonly tags: readonly string[]
  readonly claimedAt: IsoTime
  readonly statusAt: IsoTime
  /** How often a validator began to work on this claim. */
  readonly attempts: number
  /** Fixed by the step to `accepted`, so that a repeated step lists the same time. */
  readonly publishedAt?: IsoTime
  /** The first reasons of a refusal, for the publisher's terminal. */
  readonly reasons?: readonly Reason[]
  /** npm: text that clients show instead of silence when the version is installed. */
  readonly deprecated?: string
}

/** One line of a refusal. */
export interface Reason {
  readonly code: string
  readonly path?: string
  readonly message: string
  readonly hint: string
}

export interface User {
  readonly username: Username
  readonly email?: string
  /** `scrypt$<N>$<r>$<p>$<salt>$<hash>`, base64. */
  readonly passwordHash: string
  readonly fullName?: string
  readonly roles: readonly 'admin'[]
  readonly createdAt: IsoTime
  readonly updatedAt?: IsoTime
}

/** An API token; the secret itself is never stored. */
export interface Token {
  readonly tokenId: TokenId
  /** SHA-256 of the whole token, hex. */
  readonly secretHash: string
  readonly owner: Username
  /** Whether the owner is an administrator; kept here so that a cold check reads one item. */
  readonly isAdmin: boolean
  readonly description: string
  /** What its owner wrote beside the name, for tokens that were asked for by name. */
  readonly note?: string
  /** `login`: made by a login, ended by a change of the password. `named`: asked for by name, and kept. */
  readonly kind: 'login' | 'named'
  /** Absent: may do what its owner may. */
  readonly limits?: TokenLimits
  readonly createdAt: IsoTime
  readonly expiresAt?: IsoTime
}

export type DownloadOutcome = 'allowed' | 'refused'

/** One download, or one refusal of one. */
export interface DownloadEvent {
  /** Makes writing it again the same write. */
  readonly id: string
  readonly format: FormatId
  readonly name: PackageName
  readonly version?: Version
  readonly at: IsoTime
  readonly outcome: DownloadOutcome
  /** The refusal's code. */
  readonly reason?: string
  readonly username?: Username
  /** IPv4 /24 or IPv6 /48: enough to see a pattern, too little to single somebody out. */
  readonly addressPrefix?: string
  /** First product of the user-agent, for example `npm/11.21.2`. */
  readonly client?: string
}
