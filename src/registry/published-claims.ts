import { type ClaimRef, filesPerVersion, type VersionRef } from '../model/ids.ts'
import type { Versions } from '../storage/versions.ts'

/** What a change of a version has to be written to: each of its published files, or the version itself. */
export async function publishedClaims(versions: Versions, ref: VersionRef): Promise<readonly ClaimRef[]> {
  if (filesPerVersion[ref.format] === 'one') return [ref]
  return (await versions.files(ref)).filter(({ status }) => status === 'published')
}
