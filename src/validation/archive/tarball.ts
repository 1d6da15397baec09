import { unpackAllowance, within } from './allowance.ts'
import { type ByteReader, createByteReader } from './byte-reader.ts'
import { createEntryInspector, walkToEnd } from './entries.ts'
import { gunzip } from './gzip.ts'
import type { LinkRule } from './links.ts'
import { walkTar } from './tar.ts'
import type { Decompress, WalkArchive } from './walk.ts'

/**
 * Walks a tar archive that is compressed in some way. Holds one chunk of the source, two of 64 KiB of what it unpacks
 * to, what the decompressor holds, one header of at most `metadataBytes`, and the names of `entries` files and folders:
 * under 4 MB for usual packages, 60 MB at worst with the usual limits, however large the archive is. A bomb is stopped
 * within 64 KiB of a limit. Where the splits between chunks of the source fall makes no difference, except to how much
 * is reported before damaged data.
 */
export function createTarWalker(decompress: Decompress, links: LinkRule): WalkArchive {
  return async (source, options, visitor) => {
    const reader = source.getReader()
    const compressed = createByteReader(async () => (await reader.read()).value)
    const unpacked = decompress(compressed, options, visitor.report)[Symbol.asyncIterator]()
    const input = createByteReader(async () => (await unpacked.next()).value ?? undefined)
    const inspector = createEntryInspector(options, visitor.report, links)
    try {
      const walk = { input, limits: options.limits, inspector, visitor }
      return await walkToEnd(inspector, visitor.report, () => walkTar(walk))
    } finally {
      await unpacked.return?.()
      await reader.cancel()
    }
  }
}

/** What npm packages are. */
export const walkTarball: WalkArchive = createTarWalker(gunzip, 'refused')

/** A tar archive as it is. */
export const uncompressed: Decompress = (input, options) => within(unpackAllowance(options), everyChunk(input))

async function* everyChunk(input: ByteReader): AsyncGenerator<Uint8Array> {
  for (let chunk = await input.chunk(); chunk !== undefined; chunk = await input.chunk()) yield chunk
}
