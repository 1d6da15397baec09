import type { VersionRecord } from '../../model/records.ts'
import { log } from '../../std/log.ts'
import type { StoredObject } from '../../storage/s3-objects.ts'
import type { Staging } from '../../storage/staging.ts'
import { createResumableDigester, type ResumableDigester } from '../../validation/resumable-digester.ts'

/** A staged file that is being read. */
export interface Reading {
  /** What is still to be read of it. */
  readonly staged: StoredObject
  /** Of a file that can be gone on with: has the digests of what was read before. */
  readonly digester?: ResumableDigester
}

/** Opens a file of which nothing but its digests is wanted: where an earlier attempt at it was cut off, if one was. */
export async function openResumable(staging: Staging, record: VersionRecord): Promise<Reading | undefined> {
  const resumed = await resume(staging, record)
  if (resumed !== undefined) return resumed
  const staged = await staging.open(record.uploadId)
  return staged && { staged, digester: await createResumableDigester() }
}

/** Whatever does not fit is left, and said: the file is then read from its first byte, which is never wrong. */
async function resume(staging: Staging, record: VersionRecord): Promise<Reading | undefined> {
  const { checkpoint, file, uploadId } = record
  if (checkpoint === undefined) return undefined
  const what = `${record.name}@${record.version} ${file.filename}`
  const digester = await createResumableDigester(checkpoint).catch((error: unknown) => {
    log('warning', 'checkpoint_unusable', `${what}: read from its first byte`, { error })
    return undefined
  })
  if (digester === undefined) return undefined
  const staged = await staging.open(uploadId, checkpoint.bytes)
  if (staged === undefined) return undefined
  // The answer's own ETag: of the very bytes that follow, and from a server that knows no If-Match too
  if (staged.etag === checkpoint.etag && staged.sizeBytes === file.sizeBytes - checkpoint.bytes) {
    log('info', 'validation_resumed', `${what}: goes on at byte ${checkpoint.bytes}`)
    return { staged, digester }
  }
  await staged.body.cancel()
  log('warning', 'checkpoint_unusable', `${what}: another object is there; read from its first byte`)
  return undefined
}
