import { ArchiveStop } from './findings.ts'

/** Signatures of the records of a zip file, as little-endian numbers. @see APPNOTE.TXT 4.3 */
export const signature = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  descriptor: 0x08074b50,
} as const

/** What a field holds whose value is in the zip64 record instead. */
export const elsewhere16 = 0xffff
export const elsewhere32 = 0xffffffff

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** @throws ArchiveStop when the number is larger than any file can be */
export function uint64(view: DataView, offset: number): number {
  const value = Number(view.getBigUint64(offset, true))
  if (!Number.isSafeInteger(value)) {
    throw new ArchiveStop('zip_zip64_invalid', 'A number in a zip64 record is impossible.')
  }
  return value
}
