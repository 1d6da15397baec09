import { concat } from './gzip.ts'

/** One Zstandard frame that holds its content as it is. @see RFC 8878 3.1 */
export function zstdFrame(content: Uint8Array, { windowBits = 17 }: { windowBits?: number } = {}): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let at = 0; at === 0 || at < content.length; at += 0x1_0000) {
    const block = content.subarray(at, at + 0x1_0000)
    const isLast = at + block.length === content.length ? 1 : 0
    const header = block.length * 8 + isLast
    blocks.push(new Uint8Array([header, header >> 8, header >> 16]), block)
  }
  const windowDescriptor = (windowBits - 10) * 8
  return concat(new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0, windowDescriptor]), ...blocks)
}

/** A frame that readers are to skip. */
export function skippableFrame(content: Uint8Array): Uint8Array {
  return concat(new Uint8Array([0x50, 0x2a, 0x4d, 0x18, content.length, 0, 0, 0]), content)
}
