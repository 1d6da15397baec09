import type { CheckScript } from './check-script.ts'
import type {
  FileName,
  FormatId,
  OrgName,
  PackageName,
  Revision,
  SessionId,
  TeamId,
  TokenId,
  UploadId,
  Username,
  Version,
} from './ids.ts'
import type { Quota } from './quota.ts'
import type { OrgRole, Role } from './standing.ts'
import type { StoredFiles } from './stored.ts'
import type { TokenLimits } from './token-limits.ts'
import type { VersionStatus } from './version-status.ts'

/** ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it: sorts as text. */
export type IsoTime = string

/** `internal`: for whoever is signed in. */
export const visibilities = ['public', 'internal', 'private'] as const
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
  /** The organisation that it belongs to, when its name does not say so. */
  readonly org?: OrgName
  /** Its first owner pays for what it stores, though its name has a scope: that was nobody's when it was made. */
  readonly paidBy?: 'owner'
  /** What others may do: by `user/<name>` or `team/<id>`; a few hundred at most. */
  readonly grants?: Grants
  /** Read by these groups alone, and by those who may change this: each download is decided afresh and recorded. */
  readonly sensitive?: { readonly groups: readonly TeamId[] }
  /** Asked before a version is accepted, or a file is handed out. */
  readonly checkScript?: CheckScript
  /** Nothing can be published or changed. */
  readonly lock?: Restriction
  /** Nothing can be read. */
  readonly block?: Restriction
  /** Versions that cannot be read, with the reason that clients see. */
  readonly blockedVersions?: Readonly<Record<string, string>>
  /** Demanded of whoever publishes; automation tokens may be let off. */
  readonly secondFactor?: 'publish' | 'automation'
  readonly tags: Readonly<Record<string, Version>>
  /** Absent: it was published before anybody counted; a rebuild counts. */
  readonly stored?: StoredFiles
  readonly createdAt: IsoTime
  readonly modifiedAt: IsoTime
}

/** What somebody may do with a package, each including what comes before it. */
export const rights = ['read', 'write', 'admin'] as const
export type Right = (typeof rights)[number]
export type Grantee = `user/${Username}` | `team/${TeamId}`
export type Grants = Readonly<Record<Grantee, Right>>

/** Who has a right of their own in packages: who was given one, owners, and the organisation that they belong to. */
export type Holder = Grantee | `org/${OrgName}`

/** Something that an administrator has put on a package. */
export interface Restriction {
  readonly reason: string
  readonly by: Username | 'system'
  readonly at: IsoTime
}

/** What was computed from the bytes. Digests in hex. */
export interface StoredFile {
  readonly filename: FileName
  readonly sizeBytes: number
  readonly sha1: string
  readonly sha256: string
  readonly sha512: string
}

/** A file whose bytes may have come past the edge: then its digests are what the validator computes. */
export type ClaimedFile = Pick<StoredFile, 'filename' | 'sizeBytes'> & Partial<StoredFile>

/** One version, or one file of it: the truth about what was claimed, by whom, and how it was decided. */
export interface VersionRecord {
  readonly format: FormatId
  readonly name: PackageName
  readonly version: Version
  /** Only where versions have many files. */
  readonly filename?: FileName
  readonly status: VersionStatus
  /** Names the claim and its folder in staging: fences off a validator that still works for an older claim. */
  readonly uploadId: UploadId
  readonly publisher: Username
  readonly file: ClaimedFile
  /** The version has no more files once this one is published. */
  readonly releases?: true
  /** Tags to set when it is published. */
  readonly tags: readonly string[]
  /** `latest` follows, if the version is higher than the one that it names then. */
  readonly raisesLatest?: true
  readonly claimedAt: IsoTime
  readonly statusAt: IsoTime
  /** How often a validator began to work on this claim. */
  readonly attempts: number
  /** Fixed by the step to `accepted`, so that a repeated step lists the same time. */
  readonly publishedAt?: IsoTime
  /** The first reasons of a refusal, for the publisher's terminal. */
  readonly reasons?: readonly Reason[]
  /** How many bytes the validator had checked when it last said so. */
  readonly checkedBytes?: number
  /** Where a validation that is cut off can be gone on with. */
  readonly checkpoint?: Checkpoint
  /** The last attempt that moved the checkpoint on: it came to something, though not to an end. */
  readonly furtherAttempt?: number
  /** A copy to its final place that was begun, and can be gone on with. */
  readonly copy?: string
  /** Text that clients show instead of silence when the version is installed. */
  readonly deprecated?: string
  /** Why an administrator has blocked it, for as long as that holds. */
  readonly blocked?: string
}

/** What was computed of the first bytes of a file. */
export interface SavedDigests {
  readonly bytes: number
  /** By algorithm, in base64; what they hold is known to what saved them alone. */
  readonly states: Readonly<Record<string, string>>
}

/** How far a validation has come that only computes digests. */
export interface Checkpoint extends SavedDigests {
  /** Of the object that was read. */
  readonly etag: string
}

/** One line of a refusal. */
export interface Reason {
  readonly code: string
  readonly path?: string
  readonly message: string
  readonly hint: string
}

/** What an account's second factor is asked for: in npm's words. */
export const secondFactorModes = ['auth-only', 'auth-and-writes'] as const
export type SecondFactorMode = (typeof secondFactorModes)[number]

export interface User {
  readonly username: Username
  readonly email?: string
  /** `scrypt$<N>$<r>$<p>$<salt>$<hash>`, base64. */
  readonly passwordHash: string
  readonly fullName?: string
  readonly roles: readonly Role[]
  /** Has a second factor, and whether only logging in or every change demands it. */
  readonly secondFactor?: SecondFactorMode
  /** Counts what ends every login: a new password, or the wish to. A login of an older epoch is none. */
  readonly epoch: number
  /** Cannot log in, and no token of theirs is good. */
  readonly disabled?: Restriction
  readonly orgs: Readonly<Record<OrgName, OrgRole>>
  readonly teams: readonly TeamId[]
  /** What an administrator has said that they may have, in place of the settings. */
  readonly quota?: Quota
  readonly createdAt: IsoTime
  readonly updatedAt?: IsoTime
}

/**
 * `login`: made by a login; a new password ends it. The others were asked for by name, and stay: `admin` may do all that
 * its owner may; `automation` is not asked for a second factor.
 */
export const tokenKinds = ['login', 'read', 'publish', 'automation', 'admin'] as const
export type TokenKind = (typeof tokenKinds)[number]

/** An API token; the secret itself is never stored. */
export interface Token {
  readonly tokenId: TokenId
  /** SHA-256 of the whole token, hex. */
  readonly secretHash: string
  readonly owner: Username
  readonly description: string
  /** What its owner wrote beside the name, for tokens that were asked for by name. */
  readonly note?: string
  readonly kind: TokenKind
  /** The owner's, when a login made it. */
  readonly epoch?: number
  /** Absent: may do what its owner may. */
  readonly limits?: TokenLimits
  readonly createdAt: IsoTime
  readonly expiresAt?: IsoTime
  /** Uses that were handed out, when they are limited. */
  readonly usesTaken?: number
  /** The last day of use, and the address prefix then. */
  readonly lastUsed?: { readonly day: string; readonly addressPrefix?: string }
}

/** A login that ends by itself; what its client holds is a signed text that names it. */
export interface Session {
  readonly sessionId: SessionId
  readonly owner: Username
  /** The owner's when it was opened. */
  readonly epoch: number
  readonly createdAt: IsoTime
  readonly expiresAt: IsoTime
  /** How often it may be used. */
  readonly uses: number
  readonly usesTaken?: number
  readonly addressPrefix?: string
  /** First product of the user-agent. */
  readonly client?: string
}

export type DownloadOutcome = 'allowed' | 'refused'

/** One download, or one refusal of one. */
export interface DownloadEvent {
  /** Makes writing it again the same write. */
  readonly id: string
  readonly format: FormatId
  readonly name: PackageName
  readonly version?: Version
  readonly filename?: FileName
  readonly at: IsoTime
  readonly outcome: DownloadOutcome
  /** The refusal's code. */
  readonly reason?: string
  /** Of the file that was asked for. */
  readonly sizeBytes?: number
  /** The organisation that the package belonged to. */
  readonly org?: OrgName
  readonly username?: Username
  /** IPv4 /24 or IPv6 /48: enough to see a pattern, too little to single somebody out. */
  readonly addressPrefix?: string
  /** First product of the user-agent, for example `npm/11.21.2`. */
  readonly client?: string
}

/** An organisation owns a scope: `@<name>/…` of npm, and what its `org` is noted on. */
export interface Org {
  readonly org: OrgName
  readonly displayName?: string
  /** Guards that one is left: never more than those whose accounts say that they are owners. */
  readonly owners: readonly Username[]
  readonly generation: number
  /** It is being deleted: nobody can join any more. */
  readonly closing?: true
  /** What an administrator has said that it may have, in place of the settings. */
  readonly quota?: Quota
  readonly createdAt: IsoTime
}

export interface Team {
  readonly org: OrgName
  readonly name: string
  readonly teamId: TeamId
  readonly description?: string
  /** It is being deleted: nobody can join any more. */
  readonly closing?: true
  readonly createdAt: IsoTime
}
