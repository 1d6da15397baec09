import type { VersionRecord } from '../model/records.ts'
import { log } from '../std/log.ts'
import type { Staging } from '../storage/staging.ts'

/** Frees the staged bytes of a claim that is decided. Never fails: if this is lost, they expire after a day. */
export async function discardStaged(staging: Staging, record: VersionRecord): Promise<void> {
  try {
    await staging.discard(record.uploadId)
  } catch (error) {
    log('warning', 'staging_discard_failed', `${record.name}@${record.version}: left to expire`, { error })
  }
}
