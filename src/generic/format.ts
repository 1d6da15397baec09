import semverCompare from 'semver/functions/compare.js'
import type { ListedVersion, PackageFormat, SnapshotState, Summary } from '../model/format.ts'
import type { PackageRef, Version } from '../model/ids.ts'
import type { VersionRecord } from '../model/records.ts'
import type { JsonObject } from '../std/json.ts'
import {
  htmlDocument,
  listingDocument,
  renderListing,
  restoreListing,
  versionsDocument,
  withAddresses,
} from './documents.ts'
import { filesOf, listedFile, requireFileName, versionOf } from './files.ts'
import { canonicalVersion, packageName, tagName } from './names.ts'

const longestDescription = 300

/** Files of any kind and size, several a version, as the registry sees them. */
export const genericFormat: PackageFormat = {
  id: 'generic',
  packageName,
  canonicalVersion,
  tagName,
  documents: [listingDocument, htmlDocument, versionsDocument],
  masterDocument: listingDocument,
  fileName: requireFileName,
  list: (record, accepted, listed) =>
    requireVersion({ ...filesOf(listed), [requireFileName(record)]: listedFile(record, accepted) }),
  lists: (ref, listed) => Object.hasOwn(filesOf(listed), requireFileName(ref)),
  relist: relistFile,
  unlist: (ref, listed) => {
    const { [requireFileName(ref)]: _, ...files } = filesOf(listed)
    return versionOf(files)
  },
  fallbackVersion,
  render: renderListing,
  restore: restoreListing,
  versionDocument: (ref, listed, publicUrl) => withAddresses(publicUrl, ref.name, ref.version, listed),
  summarise,
  compareVersions: (a, b) => semverCompare(a, b),
}

function requireVersion(files: ReturnType<typeof filesOf>): ListedVersion {
  const version = versionOf(files)
  if (version === undefined) throw new Error('a version has at least one file')
  return version
}

/** Only a deprecation changes of what is listed. */
function relistFile(record: VersionRecord, listed: ListedVersion): ListedVersion {
  const name = requireFileName(record)
  const files = filesOf(listed)
  const file = files[name]
  if (file === undefined) return listed
  const { deprecated: _, ...rest } = file
  const { deprecated } = record
  return requireVersion({ ...files, [name]: { ...rest, ...(deprecated === undefined ? {} : { deprecated }) } })
}

/** The highest that is not yanked, and no pre-release if there is another. */
function fallbackVersion(versions: SnapshotState['versions']): Version | undefined {
  const ordered = standingVersions(versions)
  return ordered.find((version) => !version.includes('-')) ?? ordered[0]
}

function standingVersions(versions: SnapshotState['versions']): readonly Version[] {
  return Object.entries(versions)
    .filter(([, { document }]) => document['deprecated'] === undefined)
    .map(([version]) => version as Version)
    .sort((a, b) => semverCompare(b, a))
}

function summarise(ref: PackageRef, document: JsonObject): Summary {
  const scope = /^@([^/]+)\//.exec(ref.name)?.[1]
  const description = document['description']
  return {
    description: typeof description === 'string' ? description.slice(0, longestDescription) : '',
    keywords: [],
    authors: [],
    ...(scope === undefined ? {} : { scope }),
    links: {},
  }
}
