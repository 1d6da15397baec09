import { type ClaimRef, type FileRef, filesPerVersion } from '../../model/ids.ts'
import type { IsoTime, VersionRecord } from '../../model/records.ts'
import type { Upload } from '../../model/upload.ts'

/** What would be claimed for a file. */
export function claimOf({ format, name, version, filename }: FileRef): ClaimRef {
  return { format, name, version, ...(filesPerVersion[format] === 'many' ? { filename } : {}) }
}

/** The claim of a session's file, as it begins. */
export function recordOf(upload: Upload, claimedAt: IsoTime, releases = upload.releases): VersionRecord {
  const { version, filename, id, owner, sizeBytes, sha256, tags } = upload
  return {
    ...claimOf(upload),
    status: 'pending',
    uploadId: id,
    publisher: owner,
    file: { filename, sizeBytes, ...(sha256 === undefined ? {} : { sha256 }) },
    ...(releases === undefined ? {} : { releases }),
    tags: tags ?? [],
    ...(tags === undefined && !version.includes('-') ? { raisesLatest: true } : {}),
    claimedAt,
    statusAt: claimedAt,
    attempts: 0,
  }
}
