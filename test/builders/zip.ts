import { crc32, deflateRawSync } from 'node:zlib'
import { concat, concatAll } from './gzip.ts'

type Content = string | Uint8Array

/** The fields that both headers of an entry have. */
interface HeaderFields {
  readonly name: Content
  readonly flags: number
  readonly method: number
  readonly checksum: number
  readonly compressedBytes: number
  readonly sizeBytes: number
  readonly extra: Uint8Array
}

/** One entry; what is not given is as a current tool writes it. */
export interface ZipEntryOptions extends Partial<Omit<HeaderFields, 'name'>> {
  /** With the kind of file. */
  readonly mode?: number
  readonly dosAttributes?: number
  /** Instead of the compressed content. */
  readonly data?: Uint8Array
  /** `true`: the correct one, with zeros in the local header; bytes are written as they are. */
  readonly descriptor?: true | Uint8Array
  /** Sizes, and the place in the directory, in zip64 fields. */
  readonly zip64?: true
  /** What only one of the two headers says. */
  readonly local?: Partial<HeaderFields>
  readonly central?: Partial<HeaderFields> & { readonly offset?: number; readonly disk?: number }
  readonly comment?: string
}

export interface ZipEndOptions {
  readonly entries?: number
  readonly directoryBytes?: number
  readonly directoryOffset?: number
  readonly disk?: number
  readonly comment?: Content
  /** Instead of the length of the comment. */
  readonly commentBytes?: number
  /** Records of zip64; with numbers instead of the correct ones. */
  readonly zip64?: { readonly [field in 'entries' | 'directoryBytes' | 'directoryOffset' | 'at' | 'size']?: number }
  /** Between the last entry and the directory, and behind it. */
  readonly beforeDirectory?: Uint8Array
  readonly afterDirectory?: Uint8Array
}

const encoder = new TextEncoder()
export const elsewhere = 0xffffffff
const regular = 0o100644

/** Builds zip files, good and hostile. */
export class ZipBuilder {
  readonly #parts: Uint8Array[] = []
  readonly #directory: Uint8Array[] = []
  #offset = 0

  /** Compressed with deflate, unless `method` says otherwise. */
  file(name: Content, content: Content = '', options: ZipEntryOptions = {}): this {
    const plain = toBytes(content)
    const { method = 8 } = options
    const data = options.data ?? (method === 8 ? deflateRawSync(plain) : plain)
    const fields: HeaderFields = {
      name,
      flags: (/^[\0-\x7f]*$/.test(String(name)) ? 0 : 0x800) | (options.descriptor ? 8 : 0),
      method,
      checksum: options.checksum ?? crc32(plain),
      compressedBytes: data.length,
      sizeBytes: plain.length,
      extra: new Uint8Array(0),
      ...options,
    }
    const unknown = options.descriptor ? { checksum: 0, compressedBytes: 0, sizeBytes: 0 } : {}
    const offset = this.#offset
    this.raw(localHeader({ ...inZip64({ ...fields, ...unknown }, options), ...options.local })).raw(data)
    if (options.descriptor) this.raw(descriptorOf(fields, options))
    this.#directory.push(centralHeader({ ...inZip64(fields, options, offset), ...options.central }, offset, options))
    return this
  }

  directory(name: string, options: ZipEntryOptions = {}): this {
    return this.file(name, '', { method: 0, mode: 0o040755, dosAttributes: 0x10, ...options })
  }

  symlink(name: string, target: Content, options: ZipEntryOptions = {}): this {
    return this.file(name, target, { method: 0, mode: 0o120777, ...options })
  }

  /** Bytes that the directory does not know. */
  raw(bytes: Uint8Array): this {
    this.#parts.push(bytes)
    this.#offset += bytes.length
    return this
  }

  /** A record of the directory, once more. */
  again(index: number): this {
    this.#directory.push(this.#directory[index] ?? new Uint8Array(0))
    return this
  }

  /** The directory in another order than the entries. */
  reversed(): this {
    this.#directory.reverse()
    return this
  }

  zip(options: ZipEndOptions = {}): Uint8Array {
    return concatAll(this.parts(options))
  }

  /** What follows one another in the file, for one that does not fit into memory. */
  parts(options: ZipEndOptions = {}): readonly Uint8Array[] {
    const { beforeDirectory = new Uint8Array(0), afterDirectory = new Uint8Array(0) } = options
    const directory = concatAll(this.#directory)
    const truth = {
      entries: this.#directory.length,
      directoryBytes: directory.length,
      directoryOffset: this.#offset + beforeDirectory.length,
    }
    const endAt = truth.directoryOffset + directory.length + afterDirectory.length
    const records = options.zip64 ? end64({ ...truth, ...options.zip64 }, endAt) : new Uint8Array(0)
    const end = endRecord({ ...truth, ...options })
    return [...this.#parts, beforeDirectory, directory, afterDirectory, records, end]
  }
}

export function zip(): ZipBuilder {
  return new ZipBuilder()
}

/** An extra field. */
export function extraField(id: number, data: Uint8Array): Uint8Array {
  return concat(numbers([id, 2], [data.length, 2]), data)
}

/** The zip64 extra field with these numbers. */
export function zip64Field(...values: readonly number[]): Uint8Array {
  return extraField(1, numbers(...values.map((value) => [value, 8] as const)))
}

/** An end record, good unless told otherwise. */
export function endRecord(options: ZipEndOptions & { entries?: number } = {}): Uint8Array {
  const { entries = 0, directoryBytes = 0, directoryOffset = 0, disk = 0, comment = '' } = options
  const text = toBytes(comment)
  return concat(
    numbers([0x06054b50, 4], [disk, 2], [disk, 2], [entries, 2], [entries, 2]),
    numbers([directoryBytes, 4], [directoryOffset, 4], [options.commentBytes ?? text.length, 2]),
    text,
  )
}

function inZip64(fields: HeaderFields, { zip64 }: ZipEntryOptions, ...more: readonly number[]): HeaderFields {
  if (!zip64) return fields
  const extra = concat(fields.extra, zip64Field(fields.sizeBytes, fields.compressedBytes, ...more))
  return { ...fields, sizeBytes: elsewhere, compressedBytes: elsewhere, extra }
}

function localHeader({ name, flags, method, checksum, compressedBytes, sizeBytes, extra }: HeaderFields): Uint8Array {
  const text = toBytes(name)
  return concat(
    numbers([0x04034b50, 4], [20, 2], [flags, 2], [method, 2], [0, 2], [0x21, 2], [checksum, 4]),
    numbers([compressedBytes, 4], [sizeBytes, 4], [text.length, 2], [extra.length, 2]),
    text,
    extra,
  )
}

function centralHeader(
  fields: HeaderFields & { readonly offset?: number; readonly disk?: number },
  offset: number,
  { mode = regular, dosAttributes = 0, comment = '', zip64 }: ZipEntryOptions,
): Uint8Array {
  const { name, flags, method, checksum, compressedBytes, sizeBytes, extra, disk = 0 } = fields
  const text = toBytes(name)
  const at = fields.offset ?? (zip64 ? elsewhere : offset)
  return concat(
    numbers([0x02014b50, 4], [0x0314, 2], [20, 2], [flags, 2], [method, 2], [0, 2], [0x21, 2], [checksum, 4]),
    numbers([compressedBytes, 4], [sizeBytes, 4], [text.length, 2], [extra.length, 2], [comment.length, 2]),
    numbers([disk, 2], [0, 2], [mode * 65536 + dosAttributes, 4], [at, 4]),
    text,
    extra,
    toBytes(comment),
  )
}

function descriptorOf({ checksum, compressedBytes, sizeBytes }: HeaderFields, options: ZipEntryOptions): Uint8Array {
  if (options.descriptor instanceof Uint8Array) return options.descriptor
  const width = options.zip64 ? 8 : 4
  return numbers([0x08074b50, 4], [checksum, 4], [compressedBytes, width], [sizeBytes, width])
}

interface End64 {
  readonly entries: number
  readonly directoryBytes: number
  readonly directoryOffset: number
  readonly at?: number
  readonly size?: number
}

function end64({ entries, directoryBytes, directoryOffset, at, size = 44 }: End64, endAt: number): Uint8Array {
  return concat(
    numbers([0x06064b50, 4], [size, 8], [45, 2], [45, 2], [0, 4], [0, 4], [entries, 8], [entries, 8]),
    numbers([directoryBytes, 8], [directoryOffset, 8]),
    numbers([0x07064b50, 4], [0, 4], [at ?? endAt, 8], [1, 4]),
  )
}

function numbers(...fields: readonly (readonly [value: number, length: number])[]): Uint8Array {
  return concatAll(
    fields.map(([value, length]) => Uint8Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) % 256)),
  )
}

function toBytes(content: Content): Uint8Array {
  return typeof content === 'string' ? encoder.encode(content) : content
}
