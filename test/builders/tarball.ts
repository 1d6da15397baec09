import { concat, concatAll, type GzipOptions, gzipMember } from './gzip.ts'

export type Content = string | Uint8Array

/** A header block, field by field; what is not given is as a current tool writes it. */
export interface RawHeader {
  readonly name: Content
  /** One character; `0` is a file. */
  readonly type?: string
  readonly content?: Content
  /** Instead of the length of the content: a number, or the bytes of the whole field. */
  readonly size?: number | Content
  readonly mode?: number | Content
  readonly linkName?: Content
  readonly prefix?: Content
  /** Magic and version: 8 bytes. */
  readonly magic?: string
  readonly checksum?: 'signed' | 'wrong' | Content
  /** The last word on the block, before its checksum. */
  readonly edit?: (block: Uint8Array) => void
}

export interface TarOptions {
  /** Blocks of zeros at the end: 2, unless given. */
  readonly endBlocks?: number
}

const block = 512
const encoder = new TextEncoder()

/**
 * Builds tar archives, good and hostile. `file`, `directory` and `pax` write what real tools write; `rawHeader` and
 * `raw` write anything.
 */
export class TarballBuilder {
  readonly #parts: Uint8Array[] = []

  /** A name that does not fit a header (non-ASCII, or more than 100 bytes) goes into an extended one, as npm does. */
  file(path: string, content: Content = '', options: Omit<RawHeader, 'name' | 'content'> = {}): this {
    const bytes = encoder.encode(path)
    const isFitting = bytes.length <= 100 && /^[\x20-\x7e]*$/.test(path)
    if (!isFitting) this.pax({ path })
    return this.rawHeader({ name: bytes.subarray(0, 100), content, ...options })
  }

  directory(path: string): this {
    return this.rawHeader({ name: path.endsWith('/') ? path : `${path}/`, type: '5', mode: 0o755 })
  }

  symlink(path: string, target: string): this {
    return this.rawHeader({ name: path, type: '2', linkName: target })
  }

  hardlink(path: string, target: string): this {
    return this.rawHeader({ name: path, type: '1', linkName: target })
  }

  device(path: string, kind: 'character' | 'block' = 'character'): this {
    return this.rawHeader({ name: path, type: kind === 'character' ? '3' : '4' })
  }

  fifo(path: string): this {
    return this.rawHeader({ name: path, type: '6' })
  }

  /** An extended header for the next entry, or for all that follow. */
  pax(records: Readonly<Record<string, Content>>, kind: 'local' | 'global' = 'local'): this {
    return this.rawPax(concat(...Object.entries(records).map(([key, value]) => paxRecord(key, value))), kind)
  }

  /** An extended header with any text in it. */
  rawPax(content: Content, kind: 'local' | 'global' = 'local'): this {
    return this.rawHeader({ name: 'PaxHeader/x', type: kind === 'local' ? 'x' : 'g', content })
  }

  /** GNU's header for the long name of the next entry. */
  gnuLongName(name: string): this {
    return this.rawHeader({ name: '././@LongLink', type: 'L', content: `${name}\0`, magic: 'ustar  \0' })
  }

  gnuLongLink(target: string): this {
    return this.rawHeader({ name: '././@LongLink', type: 'K', content: `${target}\0`, magic: 'ustar  \0' })
  }

  rawHeader(header: RawHeader): this {
    const content = toBytes(header.content ?? '')
    return this.raw(headerBlock(header, content.length)).raw(content).zeros(padding(content.length))
  }

  raw(bytes: Content): this {
    this.#parts.push(toBytes(bytes))
    return this
  }

  zeros(length: number): this {
    return this.raw(new Uint8Array(length))
  }

  tar({ endBlocks = 2 }: TarOptions = {}): Uint8Array {
    return concatAll(this.parts({ endBlocks }))
  }

  /** What follows one another in the archive, for one that does not fit into memory. */
  parts({ endBlocks = 2 }: TarOptions = {}): readonly Uint8Array[] {
    return [...this.#parts, new Uint8Array(endBlocks * block)]
  }

  gzip(options: GzipOptions & TarOptions = {}): Uint8Array {
    return gzipMember(this.tar(options), options)
  }
}

export function tarball(): TarballBuilder {
  return new TarballBuilder()
}

/** A package as npm packs it: all files under `package/`. */
export function npmTarball(files: Readonly<Record<string, Content>>): Uint8Array {
  const builder = tarball()
  for (const [path, content] of Object.entries(files)) builder.file(`package/${path}`, content)
  return builder.gzip()
}

/** GNU's binary form of a number, in a field of 12 bytes. */
export function base256(value: number): Uint8Array {
  const field = new Uint8Array(12)
  let rest = value
  for (let index = 11; index > 0; index--) {
    field[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
  field[0] = 0x80
  return field
}

/** `<length of the whole> <key>=<value>\n`, where the length counts its own digits. */
export function paxRecord(key: string, value: Content): Uint8Array {
  const rest = concat(encoder.encode(` ${key}=`), toBytes(value), encoder.encode('\n'))
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return concat(encoder.encode(String(length)), rest)
}

function headerBlock(header: RawHeader, contentLength: number): Uint8Array {
  const { type = '0', size = contentLength, mode = 0o644, magic = 'ustar\x0000' } = header
  const bytes = new Uint8Array(block)
  const put = (offset: number, length: number, value: Content) => bytes.set(toBytes(value).subarray(0, length), offset)
  put(0, 100, header.name)
  put(100, 8, typeof mode === 'number' ? octal(mode, 7) : mode)
  put(124, 12, typeof size === 'number' ? octal(size, 11) : size)
  put(136, 12, octal(499162500, 11))
  put(156, 1, type)
  put(157, 100, header.linkName ?? '')
  put(257, 8, magic)
  put(345, 155, header.prefix ?? '')
  header.edit?.(bytes)
  put(148, 8, checksumField(bytes, header.checksum))
  return bytes
}

function checksumField(bytes: Uint8Array, checksum: RawHeader['checksum']): Content {
  bytes.fill(0x20, 148, 156)
  const isSigned = checksum === 'signed'
  const sum = bytes.reduce((total, byte) => total + (isSigned && byte > 127 ? byte - 256 : byte), 0)
  if (checksum === undefined || isSigned) return `${octal(sum, 6)}\0 `
  return checksum === 'wrong' ? `${octal(sum + 1, 6)}\0 ` : checksum
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

function padding(length: number): number {
  return (block - (length % block)) % block
}

function toBytes(content: Content): Uint8Array {
  return typeof content === 'string' ? encoder.encode(content) : content
}
