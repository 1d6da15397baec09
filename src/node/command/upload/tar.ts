import { WriteEntry } from 'tar'
import { type FolderFile, modeOf } from './folder.ts'

/** The same in every archive, so that the same files make the same bytes; npm has the same. */
const modifiedAt = new Date('1985-10-26T08:15:00Z')
/** The library's own is 16 MB for each file. */
const maxReadSize = 256 * 1024
/** Two blocks of zeros (POSIX pax, "ustar Interchange Format"). */
const end = new Uint8Array(1024)

/**
 * The bytes of a tar file, entry by entry.
 * @param read told how much of a file was read
 */
export async function* tarOf(
  files: AsyncIterable<FolderFile>,
  read: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const { path, place, stat } of files) {
    const entry = new WriteEntry(path, {
      absolute: place,
      portable: true,
      mtime: modifiedAt,
      strict: true,
      maxReadSize,
      onWriteEntry(written) {
        if (written.stat !== undefined) written.stat.mode = modeOf(stat)
      },
    })
    let leftBytes = stat.isFile() ? stat.size : 0
    for await (const chunk of entry) {
      yield chunk
      const told = Math.min(leftBytes, chunk.byteLength)
      leftBytes -= told
      read(told)
    }
  }
  yield end
}
