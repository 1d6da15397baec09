import type { Head, VersionRecord } from '../../model/records.ts'
import type { PreviousVersion } from '../../validation/check.ts'
import type { Stores } from '../../wiring.ts'

/**
 * The accepted version that people get until this one is there: what `latest` names. Undefined for a first version.
 * Two reads, only for what is not the first.
 * @throws StorageError when storage cannot be read now
 */
export async function previousVersion(
  stores: Stores,
  record: VersionRecord,
  reading: Promise<Head | undefined>,
): Promise<PreviousVersion | undefined> {
  const version = (await reading)?.tags['latest']
  if (version === undefined || version === record.version) return undefined
  const ref = { format: record.format, name: record.name, version }
  const before = await stores.versions.get(ref)
  const accepted = before && (await stores.manifests.get(ref, before.uploadId))
  if (before === undefined || accepted === undefined) return undefined
  const { manifest, unpackedSizeBytes, capabilities } = accepted
  return { version, publisher: before.publisher, manifest, unpackedSizeBytes, capabilities }
}
