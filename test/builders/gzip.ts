import { crc32, deflateRawSync } from 'node:zlib'

export interface GzipOptions {
  /** 0 stores, 9 compresses best. */
  readonly level?: number
  readonly method?: number
  /** ORed into the flags that the fields below set. */
  readonly flags?: number
  readonly extra?: Uint8Array
  readonly name?: string
  readonly comment?: string
  /** `true`: correct; a number is written as it is. */
  readonly headerChecksum?: true | number
  /** Instead of the correct ones. */
  readonly checksum?: number
  readonly sizeBytes?: number
}

/** One gzip member, good unless an option says otherwise. */
export function gzipMember(data: Uint8Array, options: GzipOptions = {}): Uint8Array {
  const header = gzipHeader(options)
  const body = deflateRawSync(data, { level: options.level ?? 6 })
  const checksum = options.checksum ?? crc32(data)
  const sizeBytes = options.sizeBytes ?? data.length % 2 ** 32
  return concat(header, body, littleEndian(checksum, 4), littleEndian(sizeBytes, 4))
}

function gzipHeader({ method = 8, flags = 0, extra, name, comment, headerChecksum }: GzipOptions): Uint8Array {
  const given =
    (headerChecksum === undefined ? 0 : 0x02) |
    (extra === undefined ? 0 : 0x04) |
    (name === undefined ? 0 : 0x08) |
    (comment === undefined ? 0 : 0x10)
  const text = (value: string | undefined) =>
    value === undefined ? new Uint8Array(0) : new TextEncoder().encode(`${value}\0`)
  const header = concat(
    new Uint8Array([0x1f, 0x8b, method, flags | given, 0, 0, 0, 0, 0, 0xff]),
    extra === undefined ? new Uint8Array(0) : concat(littleEndian(extra.length, 2), extra),
    text(name),
    text(comment),
  )
  if (headerChecksum === undefined) return header
  return concat(header, littleEndian(headerChecksum === true ? crc32(header) & 0xffff : headerChecksum, 2))
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return concatAll(parts)
}

/** For more parts than a call can have arguments. */
export function concatAll(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

function littleEndian(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) % 256)
}
