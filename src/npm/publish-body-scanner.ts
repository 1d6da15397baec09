import { refuse } from '../model/refusals.ts'
import type { DataString } from './publish-body-data.ts'
import { EscapeReader } from './publish-body-escapes.ts'
import { MetadataText } from './publish-body-metadata.ts'
import { type Container, container, expectedInstead, isTarballData, isTarballName } from './publish-body-shape.ts'

type State =
  | 'value'
  | 'item or ]'
  | 'key or }'
  | 'key'
  | 'colon'
  | 'comma or end'
  | 'nothing'
  | 'string'
  | 'escape'
  | 'scalar'
  | 'data'

const code = (character: string): number => character.charCodeAt(0)
const quote = code('"')
const backslash = code('\\')
const comma = code(',')
const colon = code(':')
const openObject = code('{')
const closeObject = code('}')
const openArray = code('[')
const closeArray = code(']')
const space = 0x20

/** Numbers and words (RFC 8259 §3, §6). */
const scalarSyntax = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/

interface Limits {
  readonly metadataBytes: number
  readonly values: number
  readonly depth: number
}

/**
 * Walks through the JSON of a publish body as it comes (RFC 8259, checked in full, but for UTF-8, which is checked at
 * the end). Keeps all of it but the content of the tarball's `data`, which goes to the `DataString` that `open` makes.
 * Since whatever it lets pass is valid JSON, `JSON.parse` sees the same structure in what is kept.
 */
export class BodyScanner {
  readonly #limits: Limits
  readonly #open: (name: string) => DataString
  readonly #metadata: MetadataText
  readonly #containers: Container[] = []
  readonly #escapes = new EscapeReader()
  #state: State = 'value'
  #data: DataString | undefined
  #tarball: string | undefined
  /** Bytes of the body before the current piece. */
  #offset = 0
  /** The current piece is kept up to here. */
  #keptTo = 0
  /** Whether the current string is a key, and where that began in what is kept. */
  #inKey = false
  #keyFrom = 0
  #scalar = ''
  #values = 0

  constructor(limits: Limits, open: (name: string) => DataString) {
    this.#limits = limits
    this.#metadata = new MetadataText(limits.metadataBytes)
    this.#open = open
  }

  /** @throws Refusal `body_invalid` */
  push(piece: Uint8Array): void {
    this.#keptTo = 0
    for (let at = 0; at < piece.length; ) at = this.#step(piece, at)
    if (this.#state !== 'data') this.#keep(piece, piece.length)
    this.#offset += piece.length
  }

  /** @returns what was kept, as text: valid JSON. @throws Refusal `body_invalid` */
  end(): string {
    if (this.#state !== 'nothing') throw this.#invalid(`it ends too early, after ${this.#offset} bytes`)
    return this.#metadata.take()
  }

  /** @returns the place after what it has read: a byte, or as much of a string or scalar as there is */
  #step(piece: Uint8Array, at: number): number {
    if (this.#state === 'string') return this.#readString(piece, at)
    if (this.#state === 'escape') return this.#readEscape(piece, at)
    if (this.#state === 'scalar') return this.#readScalar(piece, at)
    if (this.#state === 'data') return this.#readData(piece, at)
    const byte = piece[at] ?? 0
    if (!isWhitespace(byte)) this.#state = this.#readStructure(byte, piece, at)
    return at + 1
  }

  #readStructure(byte: number, piece: Uint8Array, at: number): State {
    switch (this.#state) {
      case 'key or }':
        return byte === closeObject ? this.#close() : this.#beginKey(byte, piece, at)
      case 'key':
        return this.#beginKey(byte, piece, at)
      case 'colon':
        if (byte !== colon) throw this.#unexpected(byte, at, '":"')
        return 'value'
      case 'item or ]':
        return byte === closeArray ? this.#close() : this.#beginValue(byte, piece, at)
      case 'comma or end':
        return this.#readAfterValue(byte, at)
      case 'nothing':
        throw this.#unexpected(byte, at, 'nothing more')
      default:
        return this.#beginValue(byte, piece, at)
    }
  }

  #beginKey(byte: number, piece: Uint8Array, at: number): State {
    if (byte !== quote) throw this.#unexpected(byte, at, 'a key')
    this.#keep(piece, at)
    this.#keyFrom = this.#metadata.length
    this.#inKey = true
    return 'string'
  }

  #beginValue(byte: number, piece: Uint8Array, at: number): State {
    const parent = this.#containers.at(-1)
    const instead = expectedInstead(parent, byte)
    if (instead !== undefined) throw this.#unexpected(byte, at, instead)
    this.#values += 1
    if (this.#values > this.#limits.values) throw this.#invalid(`it has more than ${this.#limits.values} values`)
    if (byte === openObject || byte === openArray) return this.#openContainer(parent, byte, at)
    if (isTarballData(parent)) return this.#beginData(piece, at)
    if (byte === quote) {
      this.#inKey = false
      return 'string'
    }
    if (!isScalar(byte)) throw this.#unexpected(byte, at, 'a value')
    this.#scalar = String.fromCharCode(byte)
    return 'scalar'
  }

  #openContainer(parent: Container | undefined, byte: number, at: number): State {
    if (this.#containers.length === this.#limits.depth) {
      throw this.#invalid(`it is nested deeper than ${this.#limits.depth} levels at byte ${this.#offset + at}`)
    }
    const isArray = byte === openArray
    this.#containers.push(container(parent, isArray))
    return isArray ? 'item or ]' : 'key or }'
  }

  #beginData(piece: Uint8Array, at: number): State {
    if (this.#tarball === undefined) throw new Error('data of a tarball that has no name')
    this.#keep(piece, at + 1)
    this.#data = this.#open(this.#tarball)
    return 'data'
  }

  #readAfterValue(byte: number, at: number): State {
    const isArray = this.#containers.at(-1)?.role === 'array'
    if (byte === comma) return isArray ? 'value' : 'key'
    if (byte === (isArray ? closeArray : closeObject)) return this.#close()
    throw this.#unexpected(byte, at, isArray ? '"," or "]"' : '"," or "}"')
  }

  #close(): State {
    this.#containers.pop()
    return this.#containers.length === 0 ? 'nothing' : 'comma or end'
  }

  #readString(piece: Uint8Array, from: number): number {
    let at = from
    let byte = piece[at] ?? 0
    while (at < piece.length && byte !== quote && byte !== backslash && byte >= space) byte = piece[++at] ?? 0
    if (at === piece.length) return at
    if (byte < space) {
      throw this.#invalid(`it has a control character in a string at byte ${this.#offset + at}, which JSON escapes`)
    }
    if (byte === backslash) this.#state = 'escape'
    else if (this.#inKey) this.#endKey(piece, at + 1)
    else this.#state = 'comma or end'
    return at + 1
  }

  #readEscape(piece: Uint8Array, at: number): number {
    if (this.#escapes.read(piece[at] ?? 0, this.#offset + at) !== undefined) this.#state = 'string'
    return at + 1
  }

  #endKey(piece: Uint8Array, end: number): void {
    this.#state = 'colon'
    const object = this.#containers.at(-1)
    if (object?.keys === undefined) return
    this.#keep(piece, end)
    const key = String(JSON.parse(this.#metadata.text(this.#keyFrom, this.#metadata.length)))
    if (object.keys.has(key))
      throw this.#invalid(`it has the key ${shown(key)} twice, the second time before byte ${this.#offset + end}`)
    object.keys.add(key)
    object.key = key
    if (object.role === 'attachments' && isTarballName(key)) this.#nameTarball(key)
  }

  #nameTarball(name: string): void {
    if (this.#tarball !== undefined) {
      throw this.#invalid(`it has two tarballs attached, ${shown(this.#tarball)} and ${shown(name)}; a version has one`)
    }
    this.#tarball = name
  }

  #readScalar(piece: Uint8Array, from: number): number {
    let at = from
    while (at < piece.length && isScalar(piece[at] ?? 0)) this.#scalar += String.fromCharCode(piece[at++] ?? 0)
    if (at === piece.length) return at
    if (!scalarSyntax.test(this.#scalar)) {
      throw this.#invalid(`it has ${shown(this.#scalar)} before byte ${this.#offset + at}, which is not a value`)
    }
    this.#state = 'comma or end'
    return at
  }

  #readData(piece: Uint8Array, from: number): number {
    const data = this.#data
    if (data === undefined) throw new Error('no data string is open')
    const end = data.read(piece, from, this.#offset)
    if (!data.ended) return piece.length
    // The closing quote is kept: with the opening one it stands for the content.
    this.#keptTo = end
    this.#state = 'comma or end'
    return end + 1
  }

  /** Keeps the piece up to `end`. */
  #keep(piece: Uint8Array, end: number): void {
    if (end > this.#keptTo) this.#metadata.append(piece.subarray(this.#keptTo, end))
    this.#keptTo = end
  }

  #unexpected(byte: number, at: number, expected: string): Error {
    const printable = byte > space && byte < 0x7f
    const found = printable ? shown(String.fromCharCode(byte)) : `byte 0x${byte.toString(16).padStart(2, '0')}`
    return this.#invalid(`expected ${expected} at byte ${this.#offset + at}, found ${found}`)
  }

  #invalid(problem: string): Error {
    return refuse('body_invalid', { problem })
  }
}

function isWhitespace(byte: number): boolean {
  return byte === space || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** A byte that may stand in a number or a word. */
function isScalar(byte: number): boolean {
  const lower = byte | space
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (lower >= 0x61 && lower <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  )
}

function shown(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text)
}
