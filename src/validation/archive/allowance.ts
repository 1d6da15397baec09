import type { ArchiveCode } from './codes.ts'
import { ArchiveStop } from './findings.ts'
import type { WalkOptions } from './walk.ts'

/** How much an archive may unpack to, and what it means when there is more: the stricter of the two limits. */
export interface Allowance {
  readonly bytes: number
  readonly code: ArchiveCode
  readonly message: string
}

export function unpackAllowance({ sizeBytes, limits }: WalkOptions): Allowance {
  const byRatio = Math.max(limits.ratioFromBytes, sizeBytes * limits.ratio)
  if (byRatio < limits.unpackedBytes) {
    const message = `The archive of ${sizeBytes} bytes unpacks to more than ${limits.ratio} times its size.`
    return { bytes: byRatio, code: 'archive_ratio_too_high', message }
  }
  const message = `The archive unpacks to more than ${limits.unpackedBytes} bytes.`
  return { bytes: limits.unpackedBytes, code: 'archive_unpacked_too_large', message }
}

/**
 * Passes on what is allowed. Up to the limit exactly, so that what is found before does not depend on how the bytes
 * arrive.
 * @throws ArchiveStop when there is more, or what `chunks` throws
 */
export async function* within(allowance: Allowance, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = allowance.bytes
  for await (const chunk of chunks) {
    if (chunk.length > left) {
      yield chunk.subarray(0, left)
      throw new ArchiveStop(allowance.code, allowance.message)
    }
    left -= chunk.length
    yield chunk
  }
}
