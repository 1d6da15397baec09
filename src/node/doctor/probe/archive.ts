import { gzip } from '../../../std/compress.ts'

const blockBytes = 512

/**
 * A gzipped tar archive of small text files, with short names in ASCII: what the probe is made of.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html (ustar interchange format)
 */
export function archiveOf(files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const blocks = Object.entries(files).flatMap(([path, text]) => {
    const content = Buffer.from(text)
    const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes)
    return [header(path, content.length), content, padding]
  })
  return gzip(Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]))
}

function header(path: string, sizeBytes: number): Buffer {
  const block = Buffer.alloc(blockBytes)
  block.write(path, 0)
  block.write('0000644\0', 100)
  block.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124)
  block.write('00000000000\0', 136)
  // The sum counts its own field as blanks
  block.write('        0', 148)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}
