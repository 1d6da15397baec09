import { z } from 'zod'
import { type FileName, formatIds, type PackageName, type UploadId, type Username, type Version } from '../model/ids.ts'
import type { VersionRecord } from '../model/records.ts'
import { versionStatuses } from '../model/version-status.ts'
import { withoutUndefined } from '../std/defined.ts'
import { storedReason } from './stored-reason.ts'

const storedVersion = z.object({
  format: z.enum(formatIds),
  name: z.string().transform((text) => text as PackageName),
  version: z.string().transform((text) => text as Version),
  filename: z
    .string()
    .transform((text) => text as FileName)
    .optional(),
  status: z.enum(versionStatuses),
  uploadId: z.string().transform((text) => text as UploadId),
  publisher: z.string().transform((text) => text as Username),
  file: z.object({
    filename: z.string().transform((text) => text as FileName),
    sizeBytes: z.number().int(),
    sha1: z.string().exactOptional(),
    sha256: z.string().exactOptional(),
    sha512: z.string().exactOptional(),
  }),
  releases: z.literal(true).optional(),
  raisesLatest: z.literal(true).optional(),
  checkedBytes: z.number().int().optional(),
  checkpoint: z
    .object({ bytes: z.number().int(), etag: z.string(), states: z.record(z.string(), z.string()) })
    .optional(),
  furtherAttempt: z.number().int().optional(),
  copy: z.string().optional(),
  tags: z.array(z.string()),
  claimedAt: z.string(),
  statusAt: z.string(),
  attempts: z.number().int(),
  publishedAt: z.string().optional(),
  reasons: z.array(storedReason).optional(),
  deprecated: z.string().optional(),
  blocked: z.string().optional(),
})

/** Absent attributes and `undefined` are one to the store, and not to the type. */
export function parseVersion(item: unknown): VersionRecord {
  return withoutUndefined(storedVersion.parse(item))
}
