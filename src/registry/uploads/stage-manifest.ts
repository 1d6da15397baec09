import type { Upload } from '../../model/upload.ts'
import { type JsonObject, toJson } from '../../std/json.ts'
import type { Staging } from '../../storage/staging.ts'
import type { WantedPart } from './parts.ts'

/** What is said at the end of a session. */
export interface Completion {
  /** What was sent, to be compared. */
  readonly parts?: readonly WantedPart[]
  /** Whether the version has no more files. */
  readonly releases?: true
  /** What a client of npm would publish beside the file: compared with it. For dry runs. */
  readonly manifest?: JsonObject
}

/** What its sender says of the file; checked by the format's own checks. Repeatable. */
export async function stageManifest(
  { staging }: { readonly staging: Staging },
  { format, id, kind, description, sha256 }: Upload,
  { manifest }: Completion = {},
): Promise<void> {
  if (format === 'generic') await staging.putManifest(id, toJson({ kind, description, sha256 }))
  else if (manifest !== undefined) await staging.putManifest(id, manifest)
}
