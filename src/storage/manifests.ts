import { z } from 'zod'
import type { AcceptedManifest } from '../model/format.ts'
import type { FileName, UploadId, VersionRef } from '../model/ids.ts'
import { isJsonObject, type JsonObject } from '../std/json.ts'
import { manifestKey } from './keys.ts'
import type { S3 } from './s3.ts'

const maxBytes = 16_000_000
const storedManifest = z.object({
  manifest: z.custom<JsonObject>(isJsonObject),
  fileCount: z.number().int(),
  unpackedSizeBytes: z.number().int(),
  readme: z.string().exactOptional(),
  capabilities: z.array(z.string()).exactOptional(),
  file: z
    .object({
      filename: z.string().transform((text) => text as FileName),
      sizeBytes: z.number().int(),
      sha1: z.string(),
      sha256: z.string(),
      sha512: z.string(),
    })
    .exactOptional(),
})

/** Accepted manifests: immutable; with the version items, what a rebuild reads. */
export class Manifests {
  readonly #s3: S3

  constructor(s3: S3) {
    this.#s3 = s3
  }

  async put(ref: VersionRef, uploadId: UploadId, accepted: AcceptedManifest): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(accepted))
    await this.#s3.put(manifestKey(ref, uploadId), bytes, { contentType: 'application/json' })
  }

  async get(ref: VersionRef, uploadId: UploadId): Promise<AcceptedManifest | undefined> {
    const stored = await this.#s3.getBytes(manifestKey(ref, uploadId), maxBytes)
    if (stored === undefined) return undefined
    return storedManifest.parse(JSON.parse(new TextDecoder().decode(stored.bytes)))
  }
}
