import semverCompare from 'semver/functions/compare.js'
import type { AcceptedManifest, ListedVersion, PackageFormat, SnapshotState } from '../model/format.ts'
import type { Version } from '../model/ids.ts'
import type { VersionRecord } from '../model/records.ts'
import { hexToBase64 } from '../std/base64.ts'
import type { JsonObject } from '../std/json.ts'
import { abbreviatedDocument, fullDocument, renderPackument, restorePackument, withTarball } from './documents.ts'
import { canonicalVersion, distTag, packageName, tarballName } from './names.ts'
import { summarise } from './summary.ts'

/** npm packages as the registry sees them. */
export const npmFormat: PackageFormat = {
  id: 'npm',
  packageName,
  canonicalVersion,
  tagName: distTag,
  documents: [fullDocument, abbreviatedDocument],
  masterDocument: fullDocument,
  fileName: tarballName,
  list: listVersion,
  lists: () => true,
  relist: relistVersion,
  unlist: () => undefined,
  fallbackVersion,
  render: renderPackument,
  restore: restorePackument,
  versionDocument: (ref, listed, publicUrl) => withTarball(listed.document, publicUrl, ref.name),
  summarise,
  compareVersions: (a, b) => semverCompare(a, b),
}

/** `versions[v]` of the packument, less the tarball's address: `dist` is ours, computed from the bytes. */
function listVersion(record: VersionRecord, accepted: AcceptedManifest): ListedVersion {
  const { publishedAt, file } = record
  if (publishedAt === undefined || file.sha512 === undefined || file.sha1 === undefined) {
    throw new Error(`${record.name}@${record.version} was never accepted`)
  }
  const document: JsonObject = {
    ...accepted.manifest,
    _id: `${record.name}@${record.version}`,
    _npmUser: { name: record.publisher, email: '' },
    ...(record.deprecated === undefined ? {} : { deprecated: record.deprecated }),
    dist: {
      integrity: `sha512-${hexToBase64(file.sha512)}`,
      shasum: file.sha1,
      fileCount: accepted.fileCount,
      unpackedSize: accepted.unpackedSizeBytes,
    },
  }
  return { publishedAt, document }
}

/** Keeps the order of fields that `listVersion` has, so that a rebuild finds nothing to change. */
function relistVersion(record: VersionRecord, { publishedAt, document }: ListedVersion): ListedVersion {
  const { deprecated: _, dist = {}, ...rest } = document
  return {
    publishedAt,
    document: { ...rest, ...(record.deprecated === undefined ? {} : { deprecated: record.deprecated }), dist },
  }
}

/** The highest one that is no pre-release, else the highest: what `npm install <name>` should get. */
function fallbackVersion(versions: SnapshotState['versions']): Version | undefined {
  const ordered = Object.keys(versions)
    .map((text) => canonicalVersion(text))
    .filter((version) => version !== undefined)
  ordered.sort(semverCompare)
  return ordered.findLast((version) => !version.includes('-')) ?? ordered.at(-1)
}
