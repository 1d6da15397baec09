/** Branded identifiers. Only a format's `names.ts` (names, versions) or the place that mints an id makes one. */

export const formatIds = ['npm', 'generic'] as const
export type FormatId = (typeof formatIds)[number]

/** How many files a version has. Where there are many, each is claimed, validated and published on its own. */
export const filesPerVersion = { npm: 'one', generic: 'many' } as const satisfies Record<FormatId, 'one' | 'many'>

/** A normalised package name, as its format's `names.ts` accepts it. */
export type PackageName = string & { readonly __brand: 'PackageName' }
/** A normalised version. */
export type Version = string & { readonly __brand: 'Version' }
/** A file name that is safe as one path segment. */
export type FileName = string & { readonly __brand: 'FileName' }
export type Username = string & { readonly __brand: 'Username' }
/** Partition of an account's items: ten characters of the digest of its name, which tokens carry too. */
export type AccountKey = string & { readonly __brand: 'AccountKey' }
/** An organisation's name: what npm calls the scope, without the `@`. */
export type OrgName = string & { readonly __brand: 'OrgName' }
/** `<org>/<name>~<4 characters>`: a team that is made anew under an old name is another one. */
export type TeamId = string & { readonly __brand: 'TeamId' }
export type SessionId = string & { readonly __brand: 'SessionId' }
export type TokenId = string & { readonly __brand: 'TokenId' }
/** One attempt to upload a file: names its folder under `staging/`. */
export type UploadId = string & { readonly __brand: 'UploadId' }
/** `<number>-<16 hex digits of the content>`: names one immutable snapshot. What npm clients see as `_rev`. */
export type Revision = string & { readonly __brand: 'Revision' }

export interface PackageRef {
  readonly format: FormatId
  readonly name: PackageName
}

export interface VersionRef extends PackageRef {
  readonly version: Version
}

/** What is claimed at once: a version, or one file of it where versions have many. */
export interface ClaimRef extends VersionRef {
  readonly filename?: FileName
}

/** Names a claim within its package. */
export type ClaimId = Pick<ClaimRef, 'version' | 'filename'>

export interface FileRef extends VersionRef {
  readonly filename: FileName
}
