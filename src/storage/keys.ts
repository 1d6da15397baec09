import type {
  AccountKey,
  ClaimRef,
  FileName,
  FileRef,
  FormatId,
  OrgName,
  PackageName,
  PackageRef,
  Revision,
  SessionId,
  TokenId,
  UploadId,
  Username,
  Version,
  VersionRef,
} from '../model/ids.ts'
import { formatIds } from '../model/ids.ts'
import type { Holder } from '../model/records.ts'
import { base62Digest } from '../std/base62-digest.ts'

/** Every S3 key and DynamoDB key is built, and parsed, here. */
export type ObjectKey = string & { readonly __brand: 'ObjectKey' }

const key = (text: string) => text as ObjectKey

/** Ids of upload sessions begin so: they lie apart, since S3 counts their age from their first byte, days before their last. */
const sessionMark = 'up_'
/** Where an upload is staged: removed by itself after a day, or after the longest time that a session can take. */
const stagingOf = (uploadId: UploadId) => `${uploadId.startsWith(sessionMark) ? 'uploads' : 'staging'}/${uploadId}`

/** Bytes on trial, under no name of the publisher's choice. */
export const stagedFileKey = (uploadId: UploadId) => key(`${stagingOf(uploadId)}/file`)
/** The manifest as the publisher sent it, until the verdict. */
export const stagedManifestKey = (uploadId: UploadId) => key(`${stagingOf(uploadId)}/manifest.json`)
/** An accepted file, immutable: that the object exists and that the version is published are the same fact. */
export const packageFileKey = (file: FileRef) =>
  key(`packages/${file.format}/${file.name}/${file.version}/${file.filename}`)
export const filesPrefix = 'packages/'
/** Where a restore puts what belongs to no version. */
export const quarantineKey = (place: string) => key(`quarantine/${place}`)
/**
 * The accepted manifest, immutable: with the version item, what a rebuild reads. The upload's id is part of the key, so
 * that a validator that still works for an older claim cannot overwrite what the current one was accepted with.
 */
export const manifestKey = (ref: VersionRef, uploadId: UploadId) =>
  key(`manifests/${ref.format}/${ref.name}/${ref.version}/${uploadId}.json`)
/** A rendered, compressed document of one immutable snapshot, for example `packument.json.gz`. */
export const snapshotKey = (ref: PackageRef, revision: Revision, document: string) =>
  key(`snapshots/${ref.format}/${ref.name}/${revision}/${document}`)
/** What validation found in one upload; by upload for the same reason as the manifest. */
export const reportKey = (file: FileRef, uploadId: UploadId) =>
  key(`reports/${file.format}/${file.name}/${file.version}/${file.filename}/${uploadId}.json`)

/** What validation found in a dry run; expires with its session. */
export const dryRunReportKey = (uploadId: UploadId) => key(`dry-runs/${uploadId}.json`)

/** The text of a check script, immutable: named by the SHA-256 of its bytes. */
export const checkScriptKey = (ref: PackageRef, digest: string) => key(`scripts/${ref.format}/${ref.name}/${digest}.js`)

/** Partition of an account's items. It stands in each of its tokens, so that both are read at once. */
export const accountKey = (username: Username) => base62Digest(username, 10) as AccountKey

const idLength = 20
/** Characters of a token's or session's id that name its account. */
const accountLength = 10

/** The id of a new token or session of somebody: random, and the key of its account, so that both are read at once. */
export const credentialId = <T extends TokenId | SessionId>(owner: Username, random: string) =>
  (random.slice(0, idLength - accountLength) + accountKey(owner)) as T
/** Item keys of somebody's tokens, or sessions, begin so. */
export const credentialPrefix = (kind: 'token' | 'session') => `${kind}/`
export const credentialKey = (kind: 'token' | 'session', id: TokenId | SessionId) => ({
  account: id.slice(idLength - accountLength),
  item: `${credentialPrefix(kind)}${id}`,
})

/** The id of a new upload session of somebody: random, and the key of its account, so that it is found by it. */
export const uploadSessionId = (owner: Username, random: string) =>
  `${sessionMark}${random}${accountKey(owner)}` as UploadId
/** Item keys of somebody's upload sessions: those that are open, and what became of the others. */
export const openUploadPrefix = 'open/'
/** Proposes an open session to the organisation that pays for its file; no account's key has a slash. */
export const orgUploadKey = (org: OrgName, id: UploadId) => ({ account: orgUploadsKey(org), item: id })
export const orgUploadsKey = (org: OrgName) => `org/${org}`
export const uploadKey = (kind: 'open' | 'closed', id: UploadId) => ({
  account: id.slice(-accountLength),
  item: `${kind}/${id}`,
})

/** Partition key of a package's items. */
export const packageKey = (ref: PackageRef) => `${ref.format}/${ref.name}`
export const headItem = 'head'
export const versionItemPrefix = 'version/'
export const versionItem = ({ version, filename }: Pick<ClaimRef, 'version' | 'filename'>) =>
  `${versionItemPrefix}${version}${filename === undefined ? '' : `/${filename}`}`
/** Undoes `versionItem`: no version has a slash. */
export function parseVersionItem(item: string): Pick<ClaimRef, 'version' | 'filename'> {
  const [version = '', filename] = item.slice(versionItemPrefix.length).split('/')
  return { version: version as Version, ...(filename === undefined ? {} : { filename: filename as FileName }) }
}

/** Partition key of somebody's stars, an item each; no format is called so. */
export const starsKey = (username: Username) => `stars/${username}`
/** What search knows of a package. */
export const searchItem = 'search'
/** Partition of the packages that a search term finds; starts with no format, so it is no package's. */
export const searchKey = (format: FormatId, term: string) => `search/${format}/${term}`

/** Partition of the packages in which somebody (`user/…`, `team/…`, `org/…`) has a right of their own. */
export const accessKey = (format: FormatId, holder: Holder) => `access/${format}/${holder}`

/** What is counted of what a package stores. */
export const storedItem = 'stored'
/** Partition of a total of what is stored; no format is called so. */
export const storedKey = (account: string) => `stored/${account}`

/** Partition of the name that came first of those that look alike. */
export const namesKey = (format: FormatId, likeness: string) => `names/${format}/${likeness}`

/** Undoes `packageFileKey`; undefined for what it cannot have made. A name may hold a slash, and nothing else does. */
export function parsePackageFileKey(text: string): FileRef | undefined {
  const [, format, ...rest] = text.split('/')
  const [filename, version, ...name] = rest.reverse()
  if (filename === undefined || version === undefined || name.length === 0) return undefined
  if (!(formatIds as readonly string[]).includes(format ?? '')) return undefined
  return {
    format: format as FormatId,
    name: name.reverse().join('/') as PackageName,
    version: version as Version,
    filename: filename as FileName,
  }
}

/** Undoes `packageKey`: the stored text was made of branded ids. */
export function parsePackageKey(text: string): PackageRef {
  const slash = text.indexOf('/')
  const format = text.slice(0, slash)
  if (!(formatIds as readonly string[]).includes(format)) throw new Error(`not a package key: ${text}`)
  return { format: format as FormatId, name: text.slice(slash + 1) as PackageName }
}
