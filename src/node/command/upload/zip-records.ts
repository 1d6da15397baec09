/**
 * The records of a zip file, as a writer makes them that does not know how long a content becomes: flags say that names
 * are UTF-8 and that the numbers follow the content.
 * @see APPNOTE.TXT 6.3.10, sections 4.3 to 4.5
 */
import { elsewhere16, elsewhere32, signature } from '../../../validation/archive/zip-bytes.ts'

/** What is known of an entry before its content. */
export interface ZipEntry {
  readonly name: Uint8Array
  /** Kind and rights, as Unix has them. */
  readonly mode: number
  /** Where its local header begins. */
  readonly offset: number
  /** Whether its sizes may need more than 32 bits. */
  readonly isLarge: boolean
}

/** What is known after it. */
export interface ZipSum {
  readonly crc32: number
  readonly sizeBytes: number
  readonly packedBytes: number
}

const flags = 0x0808
const deflate = 8
/** 1985-10-26 08:15, as in npm’s tarballs: the same in every archive. */
const modified = { time: (8 << 11) | (15 << 5), day: (5 << 9) | (10 << 5) | 26 } as const
const version = { usual: 20, zip64: 45 } as const
const madeOnUnix = 3 << 8

/** Before the content (4.3.7). */
export function localHeader({ name, isLarge }: ZipEntry): Uint8Array {
  const size = isLarge ? elsewhere32 : 0
  return new Fields()
    .u32(signature.local)
    .u16(isLarge ? version.zip64 : version.usual, flags, deflate, modified.time, modified.day)
    .u32(0, size, size)
    .u16(name.byteLength, isLarge ? 20 : 0)
    .bytes(name)
    .bytes(isLarge ? zip64Field([0, 0]) : none)
    .done()
}

/** Behind the content (4.3.9). */
export function dataDescriptor({ isLarge }: ZipEntry, { crc32, sizeBytes, packedBytes }: ZipSum): Uint8Array {
  const fields = new Fields().u32(signature.descriptor, crc32)
  return (isLarge ? fields.u64(packedBytes, sizeBytes) : fields.u32(packedBytes, sizeBytes)).done()
}

/** In the directory (4.3.12). */
export function centralRecord(entry: ZipEntry, { crc32, sizeBytes, packedBytes }: ZipSum): Uint8Array {
  const { name, mode, offset, isLarge } = entry
  const isFar = offset >= elsewhere32
  const moved = [...(isLarge ? [sizeBytes, packedBytes] : []), ...(isFar ? [offset] : [])]
  const extra = moved.length === 0 ? none : zip64Field(moved)
  const needed = moved.length === 0 ? version.usual : version.zip64
  return new Fields()
    .u32(signature.central)
    .u16(madeOnUnix | version.zip64, needed, flags, deflate, modified.time, modified.day)
    .u32(crc32, isLarge ? elsewhere32 : packedBytes, isLarge ? elsewhere32 : sizeBytes)
    .u16(name.byteLength, extra.byteLength, 0, 0, 0)
    .u32(mode * 0x1_0000, isFar ? elsewhere32 : offset)
    .bytes(name)
    .bytes(extra)
    .done()
}

/** Behind the directory, which is `sizeBytes` long and begins at `offset` (4.3.14 to 4.3.16). */
export function endRecords(entries: number, sizeBytes: number, offset: number): Uint8Array {
  const fields = new Fields()
  if (entries >= elsewhere16 || offset >= elsewhere32) {
    fields
      .u32(signature.end64)
      .u64(44)
      .u16(madeOnUnix | version.zip64, version.zip64)
    fields.u32(0, 0).u64(entries, entries, sizeBytes, offset)
    fields
      .u32(signature.locator64, 0)
      .u64(offset + sizeBytes)
      .u32(1)
  }
  const shown = Math.min(entries, elsewhere16)
  fields
    .u32(signature.end)
    .u16(0, 0, shown, shown)
    .u32(Math.min(sizeBytes, elsewhere32), Math.min(offset, elsewhere32))
    .u16(0)
  return fields.done()
}

const none = new Uint8Array(0)

function zip64Field(numbers: readonly number[]): Uint8Array {
  return new Fields()
    .u16(1, numbers.length * 8)
    .u64(...numbers)
    .done()
}

/** Fields one after another, numbers with their lowest byte first. */
class Fields {
  readonly #parts: Uint8Array[] = []

  u16(...values: readonly number[]): this {
    return this.#numbers(2, values, (view, at, value) => view.setUint16(at, value, true))
  }

  u32(...values: readonly number[]): this {
    return this.#numbers(4, values, (view, at, value) => view.setUint32(at, value, true))
  }

  u64(...values: readonly number[]): this {
    return this.#numbers(8, values, (view, at, value) => view.setBigUint64(at, BigInt(value), true))
  }

  bytes(bytes: Uint8Array): this {
    this.#parts.push(bytes)
    return this
  }

  /** In memory of its own, and no more than it needs: thousands of records may be kept. */
  done(): Uint8Array {
    const whole = new Uint8Array(this.#parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
    let at = 0
    for (const part of this.#parts) {
      whole.set(part, at)
      at += part.byteLength
    }
    return whole
  }

  #numbers(width: number, values: readonly number[], set: (view: DataView, at: number, value: number) => void): this {
    const view = new DataView(new ArrayBuffer(width * values.length))
    values.forEach((value, index) => {
      set(view, index * width, value)
    })
    return this.bytes(new Uint8Array(view.buffer))
  }
}
