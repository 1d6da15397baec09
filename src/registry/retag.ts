import type { PackageFormat, SnapshotState } from '../model/format.ts'
import type { Head } from '../model/records.ts'

/**
 * The tags of a package that lists just these versions: those of others go, and `latest` falls back to what the format
 * would offer. The same for the edge, the validator and a rebuild, so that it does not matter who does it.
 */
export function retag(format: PackageFormat, tags: Head['tags'], versions: SnapshotState['versions']): Head['tags'] {
  const listed = new Set(Object.keys(versions))
  const kept = Object.fromEntries(Object.entries(tags).filter(([, version]) => listed.has(version)))
  const latest = Object.hasOwn(kept, 'latest') ? undefined : format.fallbackVersion(versions)
  return latest === undefined ? kept : { ...kept, latest }
}
