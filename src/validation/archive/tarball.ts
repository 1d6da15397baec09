import { createByteReader } from './byte-reader.ts'
import { createEntryInspector } from './entries.ts'
import { ArchiveStop } from './findings.ts'
import { gunzip } from './gzip.ts'
import { walkTar } from './tar.ts'
import type { WalkArchive } from './walk.ts'

/**
 * Walks a gzipped tar archive. Holds one chunk of the source, two of 64 KiB of what it unpacks to, one header of at
 * most `metadataBytes`, and the names of `entries` files and folders: under 4 MB for usual packages, 60 MB at worst
 * with the usual limits, however large the archive is. A bomb is stopped within 64 KiB of a limit. Where the splits
 * between chunks of the source fall makes no difference, except to how much is reported before damaged data.
 */
export const walkTarball: WalkArchive = async (source, options, visitor) => {
  const reader = source.getReader()
  const compressed = createByteReader(async () => (await reader.read()).value)
  const unpacked = gunzip(compressed, options, visitor.report)
  const input = createByteReader(async () => (await unpacked.next()).value ?? undefined)
  const inspector = createEntryInspector(options, visitor.report)
  try {
    await walkTar({ input, limits: options.limits, inspector, visitor })
    return { complete: true, ...inspector.totals }
  } catch (error) {
    if (!(error instanceof ArchiveStop)) throw error
    visitor.report(error.finding)
    return { complete: false, ...inspector.totals }
  } finally {
    await unpacked.return(undefined)
    await reader.cancel()
  }
}
